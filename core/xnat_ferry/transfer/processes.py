"""What this machine tells of a process by its ID, and files whose names say whose they are."""

import contextlib
import os
import re
import socket
from pathlib import Path


def exists(pid: int) -> bool:
    """Whether it runs; one that has ended and is not yet noticed by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def remove_left_behind(folder: Path, named: re.Pattern[str]) -> None:
    """Remove what processes of this machine that have ended left; in a name are their ``host`` and ``pid``.

    What lives, and what is another machine's, stays.
    """
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            name = named.fullmatch(path.name)
            if name and name["host"] == socket.gethostname() and not exists(int(name["pid"])):
                with contextlib.suppress(OSError):
                    path.unlink()


def _state(pid: int) -> str:
    fields = _stat(pid)  # once: it may be gone at the next look
    return fields[0] if fields else ""


def born(pid: int) -> str:
    """When it began, in clock ticks since the system did; "" where the system does not say."""
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 else ""


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the command's name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
