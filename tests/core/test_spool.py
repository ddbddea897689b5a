"""The spool is a budget: never more than its size, whoever asks first is served first."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xnat_ferry.errors import CannotWrite, SpoolTooSmall, Stopped
from xnat_ferry.transfer.pacing.pace import GIGABYTE, Pace, spool_size
from xnat_ferry.transfer.units import spool as spooling
from xnat_ferry.transfer.units.spool import Spool, told_here


def never() -> None:
    """Nobody asks to stop."""


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=20), st.integers(2, 5))
def test_many_threads_never_hold_more_than_there_is(sizes: list[int], threads: int) -> None:
    spool = Spool(Path("/nowhere"), 100)
    lock, held, most = threading.Lock(), 0, 0
    left = iter(sizes)

    def work() -> None:
        nonlocal held, most
        while True:
            with lock:
                size = next(left, None)
            if size is None:
                return
            room = spool.take(size, "a unit", never)
            with lock:
                held += size
                most = max(most, held)
            room.shrink(max(size // 2, 1))
            with lock:
                held -= size
            room.close()
            room.close()

    hands = [threading.Thread(target=work) for _ in range(threads)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert most <= 100
    assert spool.used == 0


def test_what_never_fits_is_refused_with_advice() -> None:
    with pytest.raises(SpoolTooSmall, match="one piece of scan 3") as refused:
        Spool(Path("/nowhere"), 100).take(101, "scan 3", never)
    assert "--spool-size" in refused.value.advice


def test_who_waits_can_be_told_to_stop_and_does_not_block_the_others() -> None:
    spool = Spool(Path("/nowhere"), 100)
    first = spool.take(90, "a", never)

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        spool.take(50, "b", stop)
    spool.take(10, "c", never).close()
    first.close()
    assert spool.used == 0


def test_a_large_unit_is_not_passed_by_small_ones_for_ever() -> None:
    spool = Spool(Path("/nowhere"), 100)
    order: list[str] = []
    first = spool.take(60, "first", never)

    def take(size: int, name: str) -> None:
        room = spool.take(size, name, never)
        order.append(name)
        room.close()

    large = threading.Thread(target=take, args=(100, "large"))
    large.start()
    while not spool._waiting:
        time.sleep(0.001)
    small = threading.Thread(target=take, args=(10, "small"))
    small.start()
    first.close()
    large.join()
    small.join()
    assert order == ["large", "small"]


def test_small_units_lie_in_memory_as_long_as_there_is_some(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10 * spooling.MEMORY)
    rooms = [spool.take(spooling.SMALL, "a", never) for _ in range(spooling.MEMORY // spooling.SMALL + 1)]
    files = [room.file() for room in rooms]
    assert [hasattr(file, "getbuffer") for file in files] == [True] * (len(rooms) - 1) + [False]
    rooms[0].close()
    rooms.append(spool.take(10, "a", never))
    assert hasattr(rooms[-1].file(), "getbuffer")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]  # nameless: gone also after a kill
    for room in rooms:
        room.close()


def test_what_a_killed_worker_of_this_machine_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = socket.gethostname()
    left = tmp_path / f"xnat-ferry-{host}-{dead.pid}-abc_123"
    others = [
        tmp_path / name
        for name in (
            f"xnat-ferry-{host}-{os.getpid()}-abc_123",
            f"xnat-ferry-another-node-{dead.pid}-abc_123",
            f"xnat-ferry-{host}-{dead.pid}-a.dcm",
            "home",
        )
    ]
    for path in (left, *others):
        path.touch()
    Spool(tmp_path, 100)
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    room = Spool(tmp_path / "file" / "spool", 2 * spooling.SMALL).take(spooling.SMALL + 1, "a", never)
    with pytest.raises(CannotWrite, match="Not a directory"):
        room.file()
    with (
        pytest.raises(CannotWrite, match="No space left"),
        told_here(tmp_path),
        Path("/dev/full").open("wb") as full,
    ):
        full.write(b"x" * 100_000)


@given(st.integers(0, 10**13), st.integers(0, 10**12))
def test_the_usual_size_leaves_half_of_the_disk_and_takes_the_largest_unit(free: int, largest: int) -> None:
    size = spool_size(Pace(), free, largest)
    assert size <= free
    assert size >= largest or free < largest
    assert size <= max(free // 2, largest)
    assert spool_size(Pace(), None, largest) == max(4 * GIGABYTE, 4 * largest)
    assert spool_size(Pace(spool_size=5), free, largest) == 5
