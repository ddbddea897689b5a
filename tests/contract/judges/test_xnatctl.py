"""xnatctl, a command line client: it logs in and transfers a project (wire-write 1.13).

It is no dependency of ours. The variable XNATCTL names its command, else it is looked for on the PATH.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.facts import fact
from tests.contract.judges.conftest import Truth
from xnat_ferry.practice.process import PracticeServer

Command = Callable[..., subprocess.CompletedProcess[str]]
_COMMAND = os.environ.get("XNATCTL") or shutil.which("xnatctl")

pytestmark = pytest.mark.skipif(
    _COMMAND is None, reason="xnatctl is not there: install it anywhere and name it in XNATCTL"
)


@pytest.fixture
def xnatctl(server: PracticeServer, tmp_path: Path) -> Command:
    """The command, with profiles for both sides of a transfer; it shall not look for updates."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(_COMMAND), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
            env={
                **os.environ,
                "HOME": str(tmp_path),
                "TMPDIR": str(tmp_path),
                "XNAT_NO_UPDATE_CHECK": "1",
                "XNAT_USER": "ada",
                "XNAT_PASS": "practice",
                "NO_COLOR": "1",
            },
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    run("config", "init", "--url", server.url, "--profile", "src", "--no-login", "--force")
    run("config", "add-profile", "dst", "--url", server.url)
    return run


@fact("read 1.4", "xnatctl logs in, and knows who it is")
def test_logging_in(xnatctl: Command) -> None:
    xnatctl("auth", "login", "-p", "src", "-u", "ada", "--password-stdin", stdin="practice\n")
    assert "ada" in xnatctl("whoami", "-p", "src").stdout


@fact("read 2.2", "xnatctl lists projects, sessions and scans")
def test_listing(xnatctl: Command) -> None:
    assert {"SRC", "DST", "COL"} <= set(xnatctl("project", "list", "-p", "src", "-q").stdout.split())
    assert "001_MR1" in xnatctl("session", "list", "-p", "src", "-P", "SRC").stdout


@fact("write 1.13", "xnatctl transfers a project: one zip a scan into the archive, then it counts the files")
def test_transferring_a_project(xnatctl: Command, truth: Truth, tmp_path: Path) -> None:
    for profile in ("src", "dst"):
        xnatctl("auth", "login", "-p", profile, "-u", "ada", "--password-stdin", stdin="practice\n")
    (tmp_path / "quick.yaml").write_text(
        "source_project: SRC\ndest_project: COL\narchive_poll_interval: 0.2\nverify_after_transfer: true\n"
    )
    done = xnatctl(
        *("project", "transfer", "-p", "src", "-P", "SRC", "--dest-profile", "dst", "--dest-project", "COL"),
        *("--config", str(tmp_path / "quick.yaml"), "--yes"),
    )
    assert "Failed" not in done.stdout or "0" in done.stdout
    assert truth.labels("COL") == truth.labels("SRC")
    for label in truth.labels("SRC"):
        source, target = truth.session("SRC", label), truth.session("COL", label)
        assert target["subject"] == source["subject"]
        assert target["study_uid"] == source["study_uid"]
        for scan in source["scans"]:
            there = Truth.scan(target, scan["id"])
            assert there["uid"] == scan["uid"]
            assert sorted(one["pixel_md5"] for one in Truth.files(there, "DICOM").values()) == sorted(
                one["pixel_md5"] for one in Truth.files(scan, "DICOM").values()
            )
    assert Truth.files(truth.session("COL", "001_MR1"), "BIDS")
