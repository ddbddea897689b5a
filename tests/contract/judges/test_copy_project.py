"""``xnat script copy-project`` carries a whole project, checked by what then lies on the server's disk."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.facts import fact
from tests.contract.judges.conftest import Truth
from xnat_ferry.practice.process import PracticeServer

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def xnat_command(server: PracticeServer, tmp_path: Path) -> Command:
    """The command that xnatpy brings along; who calls is in a netrc, as it has no option for that."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {urlsplit(server.url).netloc} login ada password practice\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).with_name("xnat")), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "NETRC": str(netrc), "TMPDIR": str(tmp_path)},
            timeout=100,
        )

    return run


def copied(session: dict[str, Any]) -> dict[str, Any]:
    """What a copy has in common with its source: no IDs and no headers, but all pixels."""
    return {
        "subject": session["subject"],
        "modality": session["modality"],
        "study_uid": session["study_uid"],
        "scans": {
            scan["id"]: (
                scan["uid"],
                sorted(file["pixel_md5"] for file in Truth.files(scan, "DICOM").values()),
            )
            for scan in session["scans"]
        },
        "resources": {
            resource["label"]: {file["path"]: file["md5"] for file in resource["files"]}
            for resource in session["resources"]
        },
    }


@fact("read 8.2", "xnat script copy-project copies sessions, scans, images, resources and variables")
def test_copying_a_project(
    server: PracticeServer, truth: Truth, xnat_command: Command, connect: Callable[..., Any]
) -> None:
    ada = connect()
    project = ada.projects["SRC"]
    project.create_resource("PROTOCOL").upload_data("do this first", "deep/steps.txt")
    project.fields["phase"] = "2"
    subject = project.subjects["001"]
    subject.create_resource("CONSENT").upload_data("yes", "signed.txt")
    subject.demographics.gender = "female"
    subject.demographics.yob = 1950
    session = subject.experiments["001_MR1"]
    ada.classes.QcManualAssessorData(parent=session, label="001_QC1")
    session.assessors["001_QC1"].create_resource("REPORT").upload_data("fine", "pages/one.txt")

    url = server.url
    done = xnat_command(
        *("script", "copy-project", "--source-host", url, "--source-project", "SRC"),
        *("--dest-host", url, "--dest-project", "COL"),
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stdout
    assert "WARNING" not in done.stdout

    source, target = truth.project("SRC"), truth.project("COL")
    assert truth.labels("COL") == truth.labels("SRC") == {"001_MR1", "002_CT1", "003_PT1"}
    for label in truth.labels("SRC"):
        assert copied(truth.session("COL", label)) == copied(truth.session("SRC", label))
    assert copied(truth.session("COL", "001_MR1"))["scans"]["2"][1] != [""] * 3
    assert Truth.files(target, "PROTOCOL")["deep/steps.txt"]["size"] == 13
    assert source["id"] != target["id"]

    ada.clearcache()
    there = ada.projects["COL"]
    assert there.fields["phase"] == "2"
    assert there.subjects["001"].demographics.gender == "female"
    assert there.subjects["001"].demographics.yob == 1950
    assert there.experiments["001_MR1"].fields["handedness_note"] == "left"
    (assessor,) = truth.session("COL", "001_MR1")["assessors"]
    assert (assessor["label"], assessor["type"]) == ("001_QC1", "xnat:qcManualAssessorData")
    assert Truth.files(assessor, "REPORT")["pages/one.txt"]["size"] == 4
    (known,) = [one for one in target["subjects"] if one["label"] == "001"]
    assert Truth.files(known, "CONSENT")["signed.txt"]["size"] == 3


@fact("read 8.2", "copied once more, what is there is left as it is")
def test_copying_twice(server: PracticeServer, truth: Truth, xnat_command: Command) -> None:
    url = server.url
    command = ("script", "copy-project", "--source-host", url, "--dest-host", url)
    once = xnat_command(*command, "--source-project", "SRC", "--dest-project", "DST")
    assert once.returncode == 0, once.stderr
    before = {label: truth.session("DST", label) for label in truth.labels("DST")}
    again = xnat_command(*command, "--source-project", "SRC", "--dest-project", "DST")
    assert again.returncode == 0, again.stderr
    assert "experiment already there." in again.stdout
    assert {label: truth.session("DST", label)["id"] for label in truth.labels("DST")} == {
        label: session["id"] for label, session in before.items()
    }


@fact("read 8.2", "xnat list shows what there is")
def test_listing(server: PracticeServer, xnat_command: Command) -> None:
    done = xnat_command("list", "projects", "--host", server.url)
    assert done.returncode == 0, done.stderr
    assert "SRC" in done.stdout
