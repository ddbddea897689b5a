"""Stopped, killed or cut off at any moment: resume completes it, and nothing arrives twice."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.shore import Shore, shore, until
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import find_all


@pytest.fixture
def sea(tmp_path: Path) -> Iterator[Shore]:
    with shore(tmp_path) as made:
        yield made


def worker_pid(sea: Shore) -> int:
    found = lock.holder(sea.folder())
    assert found is not None
    return found.pid


def journal_has(sea: Shore, words: str) -> bool:
    journals = [folder.journal for folder in find_all(sea.transfers) if folder.journal.exists()]
    return any(words in journal.read_text() for journal in journals)


def begin_and_hold(sea: Shore, fault: dict[str, object]) -> None:
    """Run detached against a server that holds one request, so that the worker is caught right there."""
    sea.make_plan("--to", "archive")
    sea.server.set_faults([{"delay": 60.0, "times": 1, **fault}])
    assert sea.ferry("run", sea.plan, "--detach").returncode == 0


@pytest.mark.parametrize(
    ("held", "sign"),
    [
        ({"match": "GET .*/scans/4/.*files"}, '"session":"002_CT1"'),
        ({"match": "POST /data/services/import", "nth": 2}, '"event":"UnitSending","at":'),
        ({"match": "POST /data/services/archive"}, '"event":"ArchiveRequested"'),
    ],
    ids=["download", "upload", "archive"],
)
def test_a_killed_worker_is_resumed_to_the_end(sea: Shore, held: dict[str, object], sign: str) -> None:
    held = {key: value for key, value in held.items() if key != "nth"} | (
        {"nth": held["nth"], "times": None} if "nth" in held else {}
    )
    begin_and_hold(sea, {key: value for key, value in held.items() if value is not None})
    until(lambda: journal_has(sea, sign))
    os.kill(worker_pid(sea), signal.SIGKILL)
    until(lambda: not lock.running(sea.folder()))
    assert "stopped" in sea.ferry("status").stdout
    sea.server.set_faults([])

    done = sea.ferry("resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sea.archived("DST") == sea.archived("SRC")
    assert sea.waiting("DST") == {}


def test_what_was_sent_is_not_sent_again(sea: Shore) -> None:
    begin_and_hold(sea, {"match": "GET .*/scans/4/.*files"})
    until(lambda: journal_has(sea, '"event":"UnitSent"'))
    os.kill(worker_pid(sea), signal.SIGKILL)
    until(lambda: not lock.running(sea.folder()))
    sea.server.set_faults([])
    assert len(sea.imports()) == 1
    assert sea.ferry("resume").returncode == 0
    assert len(sea.imports()) == 2


def test_stop_leaves_off_cleanly_and_resume_goes_on(sea: Shore) -> None:
    sea.make_plan()
    sea.server.set_faults([{"match": "GET .*/resources/.*/files", "bytes_per_second": 4000}])
    assert sea.ferry("run", sea.plan, "--detach").returncode == 0
    until(lambda: journal_has(sea, "SourceRead"))
    stopped = sea.ferry("stop")
    assert stopped.returncode == 0
    assert "stopped" in stopped.stdout
    assert journal_has(sea, "WorkerStopped")
    sea.server.set_faults([])
    assert sea.ferry("resume").returncode == 0
    assert sea.waiting("DST") == sea.archived("SRC")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 4)])
def test_closing_the_window_changes_nothing(sea: Shore, number: signal.Signals, code: int) -> None:
    sea.make_plan()
    sea.server.set_faults([{"match": "POST /data/services/import", "delay": 4.0, "times": 2}])
    window = sea.start("run", sea.plan)
    until(lambda: journal_has(sea, "UnitSending"))
    window.send_signal(number)
    assert window.wait(20) == code
    until(lambda: journal_has(sea, "TransferFinished"))
    assert sea.waiting("DST") == sea.archived("SRC")


def test_a_second_worker_is_refused_while_one_is_at_it(sea: Shore) -> None:
    begin_and_hold(sea, {"match": "POST /data/services/import"})
    until(lambda: journal_has(sea, "UnitSending"))
    done = sea.ferry("resume")
    assert done.returncode == 1
    assert "already being worked on" in done.stderr
    os.kill(worker_pid(sea), signal.SIGKILL)


def test_resuming_what_is_done_sends_nothing(sea: Shore) -> None:
    sea.make_plan("--to", "archive")
    assert sea.ferry("run", sea.plan).returncode == 0
    uploads = len(sea.imports())
    assert sea.ferry("resume").returncode == 0
    assert len(sea.imports()) == uploads
