"""Files and folders for their owner's eyes only, whatever the umask is and whatever lies in the way."""

import contextlib
import os
import re
import socket
import stat
import threading
from pathlib import Path

from xnat_ferry.errors import FolderUnsafe

LEFT_BEHIND = re.compile(r".+\.new\.(?P<host>.+)\.(?P<pid>\d+)")
"""The name of what stands beside a file while it is written; a kill just then leaves it."""


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; a link in its place is replaced, never followed. Raises OSError.

    Several may write it at once: the file is that of one of them.
    """
    fresh = path.with_name(f"{path.name}.{threading.get_ident()}.new.{socket.gethostname()}.{os.getpid()}")
    try:
        create_private(fresh, content)
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def create_private(path: Path, content: bytes) -> None:
    """Write a file in place of whatever a crash or somebody else has left there. Raises OSError."""
    path.unlink(missing_ok=True)
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_EXCL), "wb") as file:
        file.write(content)


def open_private(path: Path, flags: int) -> int:
    """Open a file by ``os`` flags, and make it where there is none. Raises OSError, also for a link."""
    return os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def make_private(folder: Path) -> None:
    """Make a folder with what is missing above it; one that is there stays as it is. Raises OSError.

    The XDG base directory specification wants 0700, too.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)


def refuse_open_to_all(folder: Path) -> None:
    """Raise FolderUnsafe where anybody may exchange what lies there, as nobody may where a sticky bit is."""
    mode = _mode(folder)
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise FolderUnsafe(folder=folder, why="anybody may write there")


def refuse_foreign(folder: Path) -> None:
    """Raise FolderUnsafe for a folder that is somebody else's, or in which anybody may write."""
    if folder.exists() and folder.stat().st_uid != os.geteuid():
        raise FolderUnsafe(folder=folder, why="it belongs to somebody else")
    if _mode(folder) & stat.S_IWOTH:
        raise FolderUnsafe(folder=folder, why="anybody may write there")


def _mode(folder: Path) -> int:
    try:
        return folder.stat().st_mode
    except FileNotFoundError:
        return 0
