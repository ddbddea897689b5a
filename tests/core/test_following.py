"""How a worker that somebody followed ended is told to whoever called the command."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.core.making import plan_of, planned
from xnat_ferry import events
from xnat_ferry.cli.telling.following import follow_to_end, show, status_lines
from xnat_ferry.cli.telling.headway import Headway
from xnat_ferry.model import Road, Where
from xnat_ferry.transfer import folder as folders
from xnat_ferry.transfer.journal import Journal
from xnat_ferry.transfer.session_state import Phase, Problem
from xnat_ferry.transfer.status import SessionCounts, Status


@pytest.mark.parametrize(("ended", "told", "goes_on"), [(3, 3, True), (4, 4, True), (70, 70, False)])
def test_the_code_says_how_it_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ended: int, told: int, goes_on: bool
) -> None:
    folder = folders.create(tmp_path, plan_of(planned("A")))
    journal = Journal(folder.journal)
    journal.write(events.WorkerStarted(plan_hash="h", pid=1, host="n", version="0"))
    journal.write(events.WorkerStopped(why="it ended", advice="as it says"))
    journal.close()
    worker = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({ended})"])
    assert follow_to_end(folder, worker, skip=0, json=False) == told
    said = capsys.readouterr()
    assert ("goes on" in said.out + said.err) is goes_on


def test_a_status_fits_the_page_whatever_befell_the_transfer() -> None:
    problem = Problem(session="001_MR1", scan="", message="It was refused. " * 20, advice="Ask for it. " * 20)
    status = Status(
        id="20260102-A_PROJECT-ANOTHER_ONE-ab12",
        state=Phase.STOPPED,
        pid=None,
        sessions=SessionCounts(done=10, failed=10, waiting=10, running=0),
        files=10_000,
        files_total=20_000,
        bytes=10**10,
        bytes_total=10**11,
        seconds=100_000,
        errors=[problem],
        why="Somebody asked for it. " * 20,
    )
    lines = [line.text for line in status_lines(status, 80)]
    assert max(map(len, lines)) <= 80 + 10  # an ID is never broken
    assert max(map(len, lines[1:])) <= 80
    assert " ".join(" ".join(lines).split()).count("Ask for it.") == 20


STARTED = events.WorkerStarted(plan_hash="h", pid=1, host="n", version="0")
ORDERED = events.RemovalOrdered(typed="SRC", sessions=("A", "B"))


def sent(label: str, size: int) -> events.AnyEvent:
    return events.UnitSent(session=label, unit="1", files=1, bytes=size, seconds=1.0, row="/row")


def ended(label: str) -> events.AnyEvent:
    return events.SessionFinished(session=label, where=Where.ARCHIVE)


def removed(label: str) -> events.AnyEvent:
    return events.SessionRemoved(session=label, how=events.Removal.DELETE)


def test_headway_is_counted_in_what_the_worker_was_sent_for() -> None:
    plan = plan_of(planned("A"), planned("B"), planned("C"))
    size = plan.totals.bytes // 3
    carried = [STARTED, *(event for one in "ABC" for event in (sent(one, size), ended(one)))]
    kept = events.SessionKept(session="B", message="it stays", advice="look at it")
    for happened, told in (
        ([STARTED], (0, 3 * size, True)),
        (carried[:3], (size, 3 * size, True)),
        # a resume goes on where it was
        ([*carried[:3], STARTED, sent("B", size)], (2 * size, 3 * size, True)),
        # with its packing one session has as many bytes as the plan, and yet the others are left
        ([STARTED, sent("A", 3 * size), ended("A"), STARTED], (size, 3 * size, True)),
        # nothing is left to be carried: archiving
        ([*carried, STARTED], (0, 3, False)),
        ([*carried, STARTED, ORDERED], (0, 2, False)),
        ([*carried, STARTED, ORDERED, removed("A")], (1, 2, False)),
        ([*carried, STARTED, ORDERED, removed("A"), kept], (2, 2, False)),
    ):
        headway = Headway(plan, happened)
        assert (headway.done, headway.total, headway.in_bytes) == told, happened
    shared = Headway(replace(plan, road=Road.SHARE), [STARTED, ended("A")])
    assert (shared.done, shared.total, shared.in_bytes) == (1, 3, False)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_moves_with_what_was_settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    folder = folders.create(tmp_path, plan_of(planned("A"), planned("B")))
    show(folder, [STARTED, ORDERED, removed("A")], json=False)
    assert "1/2" in terminal.getvalue()
