"""One worker a transfer: a lock file that says who, and tells a holder that is gone from one that is not.

A holder touches its lock again and again. On its own machine its process tells whether it lives; on another
one, of a shared home, only a lock that nobody touched for long does.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from xnat_ferry.errors import CannotWrite, TransferLocked
from xnat_ferry.transfer.folder import TransferFolder

HEARTBEAT = 30.0
"""Seconds between two touches."""
SILENCE = 600.0
"""Seconds without one, after which a holder on another machine counts as gone."""


class Holder(Struct, frozen=True):
    """Who holds a lock. ``born`` is the process's start in clock ticks, "" where the system does not say."""

    pid: int
    host: str
    born: str

    def alive(self) -> bool | None:
        """Whether it still runs; None when that cannot be told, since it is on another machine."""
        if self.host != socket.gethostname():
            return None
        # a process ID may have been given to somebody else since
        return _exists(self.pid) and (not self.born or _born(self.pid) == self.born)


def holder(folder: TransferFolder) -> Holder | None:
    """Who holds the transfer's lock, dead or alive."""
    try:
        return msgspec.json.decode(folder.lock.read_bytes(), type=Holder)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def running(folder: TransferFolder) -> bool:
    """Whether a worker is at it, as far as can be told from here."""
    found = holder(folder)
    return found is not None and _holds(folder, found)


def _holds(folder: TransferFolder, found: Holder) -> bool:
    alive = found.alive()
    return alive if alive is not None else not _silent(folder.lock)


def _silent(path: Path) -> bool:
    """Whether a lock was not touched for long, by the clock of the disk it lies on: those of nodes differ."""
    probe = path.with_name(f"{path.name}.now.{socket.gethostname()}.{os.getpid()}")
    try:
        probe.touch()
        now = probe.stat().st_mtime
        probe.unlink()
        return now - path.stat().st_mtime > SILENCE
    except OSError:
        return False


def refuse_if_running(folder: TransferFolder) -> None:
    """Raise TransferLocked while another worker is at it."""
    found = holder(folder)
    if found is not None and _holds(folder, found):
        raise TransferLocked(id=folder.id, pid=found.pid, host=found.host)


@contextmanager
def locked(folder: TransferFolder) -> Iterator[None]:
    """Hold the transfer; raises TransferLocked while another worker does, CannotWrite on a full disk."""
    me = Holder(os.getpid(), socket.gethostname(), _born(os.getpid()))
    while not _create(folder.lock, msgspec.json.encode(me)):
        refuse_if_running(folder)
        _remove_stale(folder.lock)
    done = threading.Event()
    threading.Thread(target=_keep_touching, args=(folder.lock, done), daemon=True).start()
    try:
        yield
    finally:
        done.set()
        folder.lock.unlink(missing_ok=True)


def _keep_touching(path: Path, done: threading.Event) -> None:
    while not done.wait(HEARTBEAT):
        try:
            os.utime(path)
        except OSError:
            continue  # a full disk or a lost mount: the next time perhaps


def _create(path: Path, content: bytes) -> bool:
    # written beside and linked into place: a lock that exists is always whole
    fresh = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        path.hardlink_to(fresh)
    except FileExistsError:
        return False
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None
    finally:
        fresh.unlink(missing_ok=True)
    return True


def _remove_stale(path: Path) -> None:
    # moved aside first: of two who find it stale, one gets it and the other finds it gone
    aside = path.with_name(f"{path.name}.stale.{os.getpid()}")
    try:
        path.rename(aside)
        aside.unlink()
    except FileNotFoundError:
        return


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    return _stat(pid)[0] if _stat(pid) else ""


def _born(pid: int) -> str:
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 else ""


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the command's name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
