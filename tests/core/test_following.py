"""How a worker that somebody followed ended is told to whoever called the command."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.making import plan_of, planned
from xnat_ferry import events
from xnat_ferry.cli.following import follow_to_end
from xnat_ferry.transfer import folder as folders
from xnat_ferry.transfer.journal import Journal


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
