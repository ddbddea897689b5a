"""Resources and the plain face: from options to a record, and from a kill to the end."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.core.shore import USERS, Shore, json_lines, shore, until
from xnat_ferry.transfer import lock

SESSION = """
[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
modality = "MR"
scans = [{ id = "1", type = "t1", files = 2, rows = 16, columns = 16 }]
resources = [
  { label = "BIDS", files = { "sub-001/anat/T1w.json" = "{}", ".bidsignore" = "x", "a b+%.txt" = "odd" } },
  { label = "QC", files = { "report.html" = "fine" } },
]
"""


@pytest.fixture
def sea(tmp_path: Path) -> Iterator[Shore]:
    with shore(tmp_path, USERS + SESSION) as made:
        yield made


def resources(sea: Shore, project: str) -> dict[str, dict[str, str]]:
    (found,) = [one for one in sea.server.state()["projects"] if one["id"] == project]
    return {
        one["label"]: {file["path"]: file["md5"] for file in one["files"]}
        for session in found["sessions"]
        for one in session["resources"]
    }


def test_killed_while_a_resource_leaves_and_resumed_to_the_end(sea: Shore) -> None:
    sea.make_plan("--to", "archive", "--with", "resources", "demographics")
    sea.server.set_faults([{"match": "PUT .*/resources/QC/files/.*", "delay": 60.0, "times": 1}])
    assert sea.ferry("run", sea.plan, "--detach").returncode == 0
    until(lambda: '"resource":"QC"' in sea.folder().journal.read_text())
    found = lock.holder(sea.folder())
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)
    until(lambda: not lock.running(sea.folder()))
    sea.server.set_faults([])
    done = sea.ferry("resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert resources(sea, "DST") == resources(sea, "SRC")
    told = sea.folder().journal.read_text()
    assert told.count('"event":"ResourceSending"') == 3, "what had arrived was not sent again"
    record = json.loads(sea.folder().record.with_suffix(".json").read_text())
    verdicts = {one["label"]: one["verdict"] for one in record["resources"]}
    assert verdicts == {"BIDS": "proven", "QC": "proven"}


def test_the_plain_face_carries_them_alone_and_asks_before_it_replaces(sea: Shore) -> None:
    sea.make_plan("--to", "archive")
    assert 'left_behind = [\n    "resource BIDS",\n    "resource QC",\n]' in sea.plan.read_text()
    assert sea.ferry("run", sea.plan).returncode == 0
    assert resources(sea, "DST") == {}
    one = sea.ferry("resources", "SRC", "DST", "--with", "resources=BIDS", "--yes", "--json")
    assert one.returncode == 0, one.stderr
    assert json_lines(one.stdout)[0]["findings"][-1]["kind"] == "resource-travels"
    assert set(resources(sea, "DST")) == {"BIDS"}
    address = "/data/projects/DST/subjects/001/experiments/001_MR1/resources/BIDS/files/.bidsignore"
    answer = httpx.put(
        f"{sea.server.url}{address}?inbody=true&overwrite=true", content=b"mine", auth=("ada", "pract1ce-pw")
    )
    assert answer.is_success
    refused = sea.ferry("resources", "SRC", "DST", "--yes")
    assert refused.returncode == 1
    assert "--existing keep" in " ".join(refused.stdout.split())
    kept = sea.ferry("resources", "SRC", "DST", "--existing", "keep", "--yes")
    assert kept.returncode == 0, kept.stdout + kept.stderr
    there, here = resources(sea, "DST"), resources(sea, "SRC")
    assert there["QC"] == here["QC"]
    assert there["BIDS"][".bidsignore"] != here["BIDS"][".bidsignore"]


def test_a_receiver_is_asked_for_whole(sea: Shore) -> None:
    receiver = ["--road", "receiver"]
    for options in (receiver, ["--receiver", "host:104"], [*receiver, "--receiver", "x", "--aet", "XNAT"]):
        assert sea.ferry("plan", "SRC", "DST", *options).returncode == 2
    sea.make_plan("--road", "receiver", "--receiver", "127.0.0.1:104", "--aet", "XNAT")
    text = sea.plan.read_text()
    assert 'road = "receiver"' in text
    assert 'host = "127.0.0.1"\nport = 104\naet = "XNAT"' in text
