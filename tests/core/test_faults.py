"""A server that misbehaves: what may pass is tried again, what does not is told, nothing is believed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.shore import Shore, shore


@pytest.fixture
def sea(tmp_path: Path) -> Iterator[Shore]:
    with shore(tmp_path) as made:
        made.make_plan("--to", "archive")
        yield made


ZIP = "GET .*/resources/.*/files"
IMPORT = "POST /data/services/import"


@pytest.mark.parametrize(
    "fault",
    [
        {"match": ZIP, "truncate": True},
        {"match": ZIP, "cut_after": 0.5},
        {"match": ZIP, "skip_file": 1},
        {"match": ZIP, "flip_byte": True},
        {"match": ZIP, "status": 502},
        {"match": ZIP, "login_page": True},
        {"match": IMPORT, "status": 500},
        {"match": IMPORT, "reset": True},
        {"match": IMPORT, "login_page": True},
        {"match": IMPORT, "expire_login": True},
        {"match": ZIP, "expire_login": True},
    ],
    ids=lambda fault: (
        "-".join(str(value) for key, value in fault.items() if key != "match")
        + ("-up" if fault["match"] == IMPORT else "-down")
        + "-"
        + next(key for key in fault if key != "match")
    ),
)
def test_what_passes_once_passes_in_the_end(sea: Shore, fault: dict[str, object]) -> None:
    sea.server.set_faults([{**fault, "times": 1}])
    done = sea.ferry("run", sea.plan)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sea.archived("DST") == sea.archived("SRC")


@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"reset": True}, {"cut_after": 0.5}], ids=["503", "reset", "cut"]
)
def test_a_server_that_stumbles_now_and_then_is_borne_with(sea: Shore, fault: dict[str, object]) -> None:
    sea.server.set_faults([{"match": "GET /data/(projects|experiments|prearchive)", "every": 3, **fault}])
    done = sea.ferry("run", sea.plan)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sea.archived("DST") == sea.archived("SRC")


def test_a_broken_download_is_never_sent_on(sea: Shore) -> None:
    sea.server.set_faults([{"match": ZIP, "truncate": True}])
    done = sea.ferry("run", sea.plan)
    assert done.returncode == 1
    assert "damaged or incomplete" in done.stdout
    assert sea.imports() == []


def test_a_file_that_the_server_drops_in_silence_is_found_and_not_archived(sea: Shore) -> None:
    sea.server.set_faults([{"match": IMPORT, "drop_file": 1, "times": 1}])
    done = sea.ferry("run", sea.plan)
    assert done.returncode == 1
    assert "+ 1 missing there" in done.stdout + done.stderr
    whole, there = sea.archived("SRC"), sea.archived("DST")
    # whichever of the two uploads came first was the one that lost a file; the other is there, and whole
    (label,) = there
    assert there == {label: whole[label]}
    record = sea.folder().record.read_text()
    assert "waits at /prearchive/projects/DST" in record.replace("\\", "")

    assert sea.ferry("resume").returncode == 0
    assert sea.archived("DST") == sea.archived("SRC")


def test_what_lands_in_another_project_stops_everything(sea: Shore) -> None:
    elsewhere = "/data/prearchive/projects/Unassigned/20240102_030405678/001_MR1\r\n"
    sea.server.set_faults([{"match": IMPORT, "status": 200, "body": elsewhere}])
    done = sea.ferry("run", sea.plan)
    assert done.returncode == 4
    assert "somewhere else: /prearchive/projects/Unassigned" in " ".join(done.stdout.split())
    assert len(sea.imports()) <= 2  # the sessions that were under way side by side, each once


def test_a_yes_with_nothing_stored_is_a_failure(sea: Shore) -> None:
    sea.server.set_faults([{"match": IMPORT, "status": 200, "body": ""}])
    done = sea.ferry("run", sea.plan)
    assert done.returncode == 1
    assert "said yes to the upload of 001_MR1 but stored nothing" in " ".join(done.stdout.split())
    assert sea.waiting("DST") == {}


def test_one_session_that_fails_does_not_stop_the_others(sea: Shore) -> None:
    sea.server.set_faults([{"match": "GET .*/scans/1,2/", "status": 500}])
    done = sea.ferry("run", sea.plan, "--json")
    status = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1
    assert status["state"] == "failed"
    assert status["sessions"] == {"done": 1, "failed": 1, "waiting": 0, "running": 0}
    assert [one["session"] for one in status["errors"]] == ["001_MR1"]
    looked = sea.ferry("verify", "--json")
    found = json.loads(looked.stdout)
    verdicts = {one["source"]: one["verdict"] for one in found["sessions"]}
    assert (looked.returncode, found["verdict"]) == (1, "unknown"), "one of the two never arrived"
    assert sorted(verdicts.values()) == ["proven", "unknown"]
    assert verdicts["001_MR1"] == "unknown"
    assert "1 session not compared" in sea.ferry("record").stdout
    wrong = sea.ferry("verify", "--sessions", "001_MR1,NOPE")
    assert (wrong.returncode, "NOPE" in wrong.stderr) == (2, True)
    sea.server.set_faults([])
    assert sea.ferry("resume").returncode == 0
    assert sea.archived("DST") == sea.archived("SRC")
    assert sea.ferry("verify").returncode == 0
    assert "not compared" not in sea.ferry("record").stdout


def test_a_refused_archive_leaves_the_session_in_the_prearchive(sea: Shore) -> None:
    sea.server.set_faults(
        [{"match": "POST /data/services/archive", "status": 500, "body": "<h3>FAILED: no</h3>"}]
    )
    done = sea.ferry("run", sea.plan)
    assert done.returncode == 1
    assert "FAILED: no" in done.stdout + done.stderr
    assert sea.waiting("DST") == sea.archived("SRC")
    sea.server.set_faults([])
    assert sea.ferry("resume").returncode == 0
    assert sea.archived("DST") == sea.archived("SRC")
