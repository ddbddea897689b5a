"""What a command takes, as the system accounts it: time, CPU, memory, and disk for data in flight."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 240.0
"""Seconds after which a command is stopped and has no time."""
_EVERY = 0.1
"""Seconds between looks at the disk."""


@dataclass(frozen=True)
class Taken:
    """What a command took, with all the processes that it started."""

    seconds: float
    cpu: float
    """Seconds of all processors."""
    peak: int
    """Bytes of the largest process."""
    disk: int
    """Bytes below the folder for data in flight at their most, files without a name too."""


class CommandFailed(Exception):
    """A command that did not do its work gets no time."""


def measure(
    command: Sequence[str],
    place: Path,
    environment: dict[str, str],
    accept: tuple[int, ...] = (0,),
    patience: float = PATIENCE,
) -> Taken:
    """Run a command whose data in flight lie below ``place``; raises CommandFailed with its last words."""
    with (place / "output.txt").open("w+b") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        ending = threading.Timer(patience, _end, [process])
        ending.start()
        with _Looking(process.pid, place) as looking:
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.monotonic() - began
        ending.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if seconds > patience:
            raise CommandFailed(f"stopped after {patience:g} s")
        if process.returncode not in accept:
            output.seek(0)
            raise CommandFailed(output.read()[-600:].decode(errors="replace"))
    return Taken(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, looking.most)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a command and all that it started, a worker with a session of its own too."""
    for one in _family(process.pid):
        with contextlib.suppress(OSError):
            os.kill(one, signal.SIGKILL)


class _Looking:
    """Looks at the disk from time to time while a process runs."""

    def __init__(self, pid: int, place: Path) -> None:
        self._pid, self._place = pid, place
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most = 0

    def __enter__(self) -> "_Looking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            self.most = max(self.most, _visible(self._place) + _nameless(self._pid, self._place))


def _visible(place: Path) -> int:
    total = 0
    for folder, _, names in os.walk(place):
        for name in names:
            with contextlib.suppress(OSError):  # gone in the meantime
                total += Path(folder, name).lstat().st_blocks * 512
    return total


def _nameless(pid: int, place: Path) -> int:
    """Bytes of the deleted files that a process and its descendants hold open, each file once."""
    found: dict[tuple[int, int], int] = {}
    for one in _family(pid):
        try:
            for link in Path(f"/proc/{one}/fd").iterdir():
                target = str(link.readlink())
                if target.startswith(str(place)) and target.endswith(" (deleted)"):
                    facts = link.stat()
                    found[facts.st_dev, facts.st_ino] = facts.st_blocks * 512
        except OSError:
            continue
    return sum(found.values())


def _family(pid: int) -> list[int]:
    """The process and its descendants; it alone where there is no such list."""
    try:
        tasks = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        children = [int(child) for task in tasks for child in task.read_text("utf-8").split()]
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(child))]


def machine() -> str:
    """What kind of machine this is: processors and memory, no names."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = "unknown processor"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB, Linux"
