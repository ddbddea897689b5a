"""Standard streams that are closed from the start, lie on a full disk, or lead to a process that is gone."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.making import plan_of, planned
from xnat_ferry.cli import main
from xnat_ferry.errors import WorkerDied
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer import folder as folders
from xnat_ferry.transfer.launch import follow, start_worker

ANSWERS, TALKS = "--version", "status"


@pytest.mark.parametrize(
    ("command", "streams", "code"),
    [
        (ANSWERS, ">/dev/full", 2),
        (ANSWERS, ">/dev/full 2>&1", 2),
        (ANSWERS, ">&- 2>&- <&-", 0),
        (TALKS, "2>/dev/full", 0),
        ("status --help", ">/dev/null", 0),
    ],
)
def test_a_command_says_what_it_can(tmp_path: Path, command: str, streams: str, code: int) -> None:
    # no width at all is said by some that have no terminal, too
    asked = (
        f'COLUMNS=0 XNAT_FERRY_TRANSFERS="{tmp_path}" "{sys.executable}" -m xnat_ferry {command} {streams}'
    )
    ended = subprocess.run(asked, shell=True, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr
    assert "bug" not in ended.stderr
    assert ("cannot be written: No space left on device" in ended.stderr) == (streams == ">/dev/full")


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "RuntimeError() from KeyboardInterrupt()"])
def test_ctrl_c_while_it_is_still_loaded_ends_it_with_a_word(raised: str) -> None:
    """The second is what Python makes of one that comes while a class is being made."""
    lines = f"from xnat_ferry.own_process import process_of_ours\nwith process_of_ours():\n raise {raised}"
    ended = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (4, "xnat-ferry: interrupted.\n")


def test_what_the_disk_refuses_is_no_bug(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folders.create(tmp_path, plan_of(planned()))
    folder.journal.mkdir()
    assert main(["status", "--transfers", str(tmp_path)]) == 2
    assert f"{folder.journal} cannot be used: Is a directory." in capsys.readouterr().err


def test_a_worker_that_died_before_it_read_anything_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folders.create(tmp_path / "transfers", plan_of(planned()))
    monkeypatch.setattr("sys.executable", "/bin/false")
    more_than_a_pipe_holds = Credentials("ada", "x" * 1_000_000)
    worker = start_worker(folder, {"https://x.org": more_than_a_pipe_holds}, spool=tmp_path)
    with pytest.raises(WorkerDied):
        list(follow(folder, worker))
