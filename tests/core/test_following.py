"""How a worker that somebody followed ended is told to whoever called the command."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.making import plan_of, planned
from xnat_ferry import events
from xnat_ferry.cli.following import follow_to_end, status_lines
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
