"""One worker a transfer: a lock file that says who, and tells a holder that is gone from one that is not.

A holder touches its lock again and again. On its own machine its process tells whether it lives; on another
one, of a shared home, only a lock that nobody touched for long does. A holder that was only out of touch, and
finds that its lock was taken over meanwhile, leaves off.
"""

import contextlib
import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from xnat_ferry import wording
from xnat_ferry.errors import CannotWrite, LockedElsewhere, TransferLocked
from xnat_ferry.settings.private import create_private, refuse_foreign
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.processes import born, exists, remove_left_behind

HEARTBEAT = 30.0
"""Seconds between two touches."""
SILENCE = 600.0
"""Seconds without one, after which a holder on another machine counts as gone."""

_LEFT_BEHIND = re.compile(r"lock\.(now\.|stale\.)?(?P<host>.+)\.(?P<pid>\d+)")
"""What stands beside a lock for a moment; a kill just then leaves it."""


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
        return exists(self.pid) and (not self.born or born(self.pid) == self.born)

    def ask_to_leave_off(self) -> None:
        """Have it end cleanly if it lives on this machine: its number may be somebody else's by now."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)


# made before threads want it: two that do for the first time at once may crash
_HOLDER = msgspec.json.Decoder(Holder)


def holder(folder: TransferFolder) -> Holder | None:
    """Who holds the transfer's own lock, dead or alive."""
    return _decoded(_content(folder.lock))


def worker(folder: TransferFolder) -> Holder | None:
    """Who holds the transfer's own lock and is at it, as far as can be told from here."""
    return _holding(folder.lock)


def running(folder: TransferFolder) -> bool:
    """Whether a worker is at it, or a task of its array, as far as can be told from here."""
    return any(_holding(path) for path in folder.locks)


def running_beside(folder: TransferFolder) -> bool:
    """Whether another one is at the same transfer, seen from one that holds ``folder``."""
    return any(_holding(path) for path in folder.whole.locks if path != folder.lock)


def refuse_if_running(folder: TransferFolder, but: Container[Path] = ()) -> None:
    """Raise TransferLocked while another worker is at it: with what is known of one on another machine.

    ``but`` are locks that do not count.
    """
    for path in folder.locks:
        found = None if path in but else _holding(path)
        if found is not None:
            raise _locked(folder, path, found)


@contextmanager
def locked(folder: TransferFolder, *, lost: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the transfer; raises TransferLocked while another worker does, CannotWrite on a full disk,
    FolderUnsafe where others could write.

    ``lost`` is called, from another thread, once somebody else is found to hold it.
    """
    refuse_foreign(folder.path)
    me = msgspec.json.encode(Holder(os.getpid(), socket.gethostname(), born(os.getpid())))
    while not _create(folder.lock, me):
        content = _content(folder.lock)
        found = _decoded(content)
        if found is not None and _holds(folder.lock, found):
            raise _locked(folder, folder.lock, found)
        _remove_stale(folder.lock, content)
    remove_left_behind(folder.lock.parent, _LEFT_BEHIND)
    done = threading.Event()
    try:
        # a task looks at the transfer's lock once it has made its own: of two that begin, one sees the other
        refuse_if_running(folder, but=(folder.lock,))
        if folder.whole is not folder and (worker := _holding(folder.whole.lock)):
            raise _locked(folder, folder.whole.lock, worker)
    except TransferLocked:
        folder.lock.unlink(missing_ok=True)
        raise
    threading.Thread(target=_keep_touching, args=(folder.lock, me, done, lost), daemon=True).start()
    try:
        yield
    finally:
        done.set()
        if _content(folder.lock) == me:
            folder.lock.unlink(missing_ok=True)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _decoded(content: bytes) -> Holder | None:
    try:
        return _HOLDER.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _holding(path: Path) -> Holder | None:
    """Who holds a lock and lives."""
    found = _decoded(_content(path))
    return found if found is not None and _holds(path, found) else None


def _holds(path: Path, found: Holder) -> bool:
    alive = found.alive()
    if alive is not None:
        return alive
    quiet = _quiet_for(path)
    return quiet is None or quiet <= SILENCE


def _quiet_for(path: Path) -> float | None:
    """Seconds since a lock was touched, by the clock of the disk it lies on: those of nodes differ.

    None where that cannot be told.
    """
    probe = path.with_name(f"{path.name}.now.{socket.gethostname()}.{os.getpid()}")
    try:
        probe.touch()
        now = probe.stat().st_mtime
        probe.unlink()
        return max(now - path.stat().st_mtime, 0)
    except OSError:
        return None


def _locked(folder: TransferFolder, path: Path, found: Holder) -> TransferLocked:
    facts = {"id": folder.id, "pid": found.pid, "host": found.host}
    if found.host == socket.gethostname():
        return TransferLocked(**facts)
    quiet = _quiet_for(path)
    ago = "at a time that is not known" if quiet is None else f"{wording.duration(quiet)} ago"
    advice = (
        f"On {found.host}, 'xnat-ferry stop' ends it. If that machine or its job is gone, resume again "
        f"later: a worker that gave no sign for {wording.duration(SILENCE)} counts as gone."
    )
    return LockedElsewhere(ago=ago, advice=advice, **facts)


def _keep_touching(path: Path, me: bytes, done: threading.Event, lost: Callable[[], None]) -> None:
    while not done.wait(HEARTBEAT):
        # a full disk or a mount that is away: the next time perhaps
        with contextlib.suppress(OSError):
            if _content(path) != me:
                lost()
                return
            os.utime(path)


def _create(path: Path, content: bytes) -> bool:
    # written beside and linked into place: a lock that exists is always whole
    fresh = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}")
    try:
        create_private(fresh, content)
        path.hardlink_to(fresh)
    except FileExistsError:
        return False
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None
    finally:
        fresh.unlink(missing_ok=True)
    return True


def _remove_stale(path: Path, stale: bytes) -> None:
    # moved aside first: of two who find it stale, one gets it and the other finds it gone, or a fresh one
    aside = path.with_name(f"{path.name}.stale.{socket.gethostname()}.{os.getpid()}")
    try:
        path.rename(aside)
        if _content(aside) != stale:
            path.hardlink_to(aside)
    except (FileNotFoundError, FileExistsError):
        pass
    finally:
        aside.unlink(missing_ok=True)
