"""The terminal goes, or the worker's machine: the worker finishes, or somebody else does from anywhere."""

import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.shore import Shore, command, shore, until
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import find_all

IMPORT = "POST /data/services/import"


@pytest.fixture
def sea(tmp_path: Path) -> Iterator[Shore]:
    with shore(tmp_path) as made:
        made.make_plan("--to", "archive")
        yield made


def journal_has(sea: Shore, words: str) -> bool:
    journals = [folder.journal for folder in find_all(sea.transfers) if folder.journal.exists()]
    return any(words in journal.read_text() for journal in journals)


def in_a_terminal(sea: Shore, *arguments: object) -> tuple[subprocess.Popen[bytes], int]:
    """A command as the leader of a session whose terminal is a new one; and the end of it a window holds."""
    window, terminal = pty.openpty()
    words = ["setsid", "--ctty", *command(*arguments)]
    started = subprocess.Popen(words, env=sea.environment(), stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    return started, window


def test_a_terminal_that_dies_takes_the_command_and_not_the_worker(sea: Shore) -> None:
    sea.server.set_faults([{"match": IMPORT, "delay": 3.0, "times": 1}])
    watcher, window = in_a_terminal(sea, "run", sea.plan, "--spool", sea.home / "spool")
    until(lambda: journal_has(sea, "UnitSending"))
    worker = lock.holder(sea.folder())
    assert worker is not None
    assert os.getsid(watcher.pid) == watcher.pid != os.getsid(worker.pid)
    os.close(window)  # what sshd does when the line is lost: the kernel hangs up on the session
    assert watcher.wait(60) == -signal.SIGHUP
    until(lambda: journal_has(sea, "TransferFinished"))
    assert sea.archived("DST") == sea.archived("SRC")


def test_what_a_killed_worker_left_is_finished_from_another_session(sea: Shore) -> None:
    sea.server.set_faults([{"match": IMPORT, "delay": 60.0, "nth": 2}])
    spool = sea.home / "spool"
    watcher, window = in_a_terminal(sea, "run", sea.plan, "--spool", spool)
    until(lambda: journal_has(sea, "UnitSent"))
    worker = lock.holder(sea.folder())
    assert worker is not None
    os.killpg(worker.pid, signal.SIGKILL)
    os.killpg(watcher.pid, signal.SIGKILL)
    os.close(window)
    watcher.wait(60)
    until(lambda: not lock.running(sea.folder()))
    sea.server.set_faults([])
    left_by_a_kill = spool / f"xnat-ferry-{worker.host}-{worker.pid}-kept_name"
    spool.mkdir(exist_ok=True)
    left_by_a_kill.touch()  # where the disk gives a file a name for a moment

    again, window = in_a_terminal(sea, "resume", "--spool", spool)
    shown = read_out(window)
    assert again.wait(60) == 0, shown
    assert sea.archived("DST") == sea.archived("SRC")
    assert sea.waiting("DST") == {}
    assert sea.folder().journal.read_text().count('"event":"UnitSent"') == 2  # each session's only one
    assert list(spool.iterdir()) == []


def read_out(window: int) -> str:
    """Whatever is shown, until nobody shows anything any more."""
    shown = b""
    try:
        while piece := os.read(window, 4096):
            shown += piece
    except OSError:  # what Linux says at the end of a terminal
        pass
    os.close(window)
    return shown.decode(errors="replace")
