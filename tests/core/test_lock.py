"""One worker a transfer, and a dead one does not lock for ever."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from xnat_ferry.errors import LockedElsewhere, TransferLocked
from xnat_ferry.transfer import lock, processes
from xnat_ferry.transfer.folder import TransferFolder


@pytest.fixture
def folder(tmp_path: Path) -> TransferFolder:
    return TransferFolder(tmp_path)


def hold(folder: TransferFolder, **facts: object) -> None:
    me = {"pid": os.getpid(), "host": socket.gethostname(), "born": ""}
    folder.lock.write_bytes(msgspec.json.encode(me | facts))


def test_a_second_worker_is_refused_with_the_first_ones_number(folder: TransferFolder) -> None:
    with lock.locked(folder):
        assert lock.running(folder)
        with pytest.raises(TransferLocked, match=f"by process {os.getpid()} on"), lock.locked(folder):
            pass
    assert not lock.running(folder)
    assert not folder.lock.exists()


def test_a_process_that_ends_while_it_is_looked_at_is_no_fault(
    folder: TransferFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = [["S"], [], [], []]
    monkeypatch.setattr(processes, "_stat", lambda _: looks.pop(0))
    hold(folder, born="4711")
    assert not lock.running(folder)


def test_the_lock_of_a_dead_process_is_taken_over(folder: TransferFolder) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    hold(folder, pid=dead.pid)
    assert not lock.running(folder)
    with lock.locked(folder):
        found = lock.holder(folder)
        assert found is not None
        assert found.pid == os.getpid()


def test_a_process_that_got_a_dead_ones_number_does_not_hold_its_lock(folder: TransferFolder) -> None:
    hold(folder, born="1")
    assert not lock.running(folder)


def test_only_the_worker_itself_is_asked_to_leave_off(folder: TransferFolder) -> None:
    """A worker was killed, its number is somebody else's now, and a task of an array is at the transfer."""
    task = folder.path / "tasks" / "1.0"
    task.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        hold(folder, pid=other.pid, born="1")
        (task / "lock").write_bytes(folder.lock.read_bytes().replace(b'"born":"1"', b'"born":""'))
        assert lock.running(folder)
        assert lock.worker(folder) is None
        stale = lock.holder(folder)
        assert stale is not None
        stale.ask_to_leave_off()
        assert other.poll() is None
        hold(folder, pid=other.pid, born=processes.born(other.pid))
        found = lock.worker(folder)
        assert found is not None
        found.ask_to_leave_off()
        assert other.wait(30) == -signal.SIGTERM
        found.ask_to_leave_off()


def test_a_worker_on_another_machine_is_taken_for_alive_while_it_touches_its_lock(
    folder: TransferFolder,
) -> None:
    hold(folder, host="another-node", pid=1)
    assert lock.running(folder)
    minutes_ago = folder.lock.stat().st_mtime - 200
    os.utime(folder.lock, (minutes_ago, minutes_ago))
    with pytest.raises(LockedElsewhere, match=r"another-node, .* last sign 3 min 2. s ago") as refused:
        lock.refuse_if_running(folder)
    assert "On another-node, 'xnat-ferry stop' ends it." in refused.value.advice
    assert "no sign for 10 min" in refused.value.advice
    with pytest.raises(TransferLocked, match="another-node"), lock.locked(folder):
        pass
    assert [path.name for path in folder.path.glob("lock*")] == ["lock"]


def test_a_lock_that_nobody_touched_for_long_is_taken_over(folder: TransferFolder) -> None:
    hold(folder, host="another-node", pid=1)
    long_ago = folder.lock.stat().st_mtime - lock.SILENCE - 1
    os.utime(folder.lock, (long_ago, long_ago))
    assert not lock.running(folder)
    with lock.locked(folder):
        found = lock.holder(folder)
        assert found is not None
        assert found.pid == os.getpid()
    assert list(folder.path.glob("lock*")) == []


def test_who_lost_the_lock_while_out_of_touch_hears_of_it_and_leaves_the_new_one(
    folder: TransferFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "HEARTBEAT", 0.01)
    lost = threading.Event()
    with lock.locked(folder, lost=lost.set):
        hold(folder, host="another-node", pid=1)
        assert lost.wait(60)
    found = lock.holder(folder)
    assert found is not None
    assert found.host == "another-node"


def test_a_lock_that_was_taken_over_meanwhile_is_not_taken_for_the_stale_one(folder: TransferFolder) -> None:
    hold(folder)
    fresh = folder.lock.read_bytes()
    lock._remove_stale(folder.lock, b"what was there before")
    assert folder.lock.read_bytes() == fresh
    lock._remove_stale(folder.lock, fresh)
    assert list(folder.path.glob("lock*")) == []


def test_what_a_kill_left_beside_the_lock_is_removed(folder: TransferFolder) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    here = socket.gethostname()
    for name in (f"lock.{here}.{dead.pid}", f"lock.now.{here}.{dead.pid}", f"lock.stale.{here}.{dead.pid}"):
        (folder.path / name).touch()
    others = folder.path / f"lock.another-node.{dead.pid}"
    others.touch()
    with lock.locked(folder):
        assert set(folder.path.glob("lock*")) == {folder.lock, others}
