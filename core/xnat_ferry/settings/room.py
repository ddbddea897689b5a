"""How much room is left where this program writes."""

import os
import shutil
import subprocess
from pathlib import Path

from msgspec import Struct


class Room(Struct, frozen=True, kw_only=True):
    """What is free where this program writes; bytes, ``None`` when it cannot be told."""

    what: str
    """spool or transfers."""
    folder: str
    free: int | None = None
    quota_left: int | None = None
    """What the account's quota leaves there; None without a quota, or where it cannot be read."""
    writable: bool = True
    """Whether this account may write there."""
    problem: str = ""
    """Why it is not writable, or not known."""

    @property
    def left(self) -> int | None:
        """What this account may still write: the disk or the quota, whichever is less."""
        known = [one for one in (self.free, self.quota_left) if one is not None]
        return None if self.free is None else min(known)


def read_room(what: str, folder: Path) -> Room:
    """Look at a folder, or where it will be made: the nearest parent that is there. Raises nothing."""
    try:
        place = _nearest(folder)
        disk = os.statvfs(place)
        mount = _mount_point(place)
    except OSError as error:
        problem = error.strerror or "it cannot be looked at"
        writable = not isinstance(error, PermissionError)
        return Room(what=what, folder=str(folder), writable=writable, problem=problem)
    problem = _why_closed(place)
    return Room(
        what=what,
        folder=str(folder),
        free=disk.f_bavail * disk.f_frsize,
        quota_left=_quota_left(mount),
        writable=not problem,
        problem=problem,
    )


def _why_closed(place: Path) -> str:
    if not place.is_dir():
        return f"{place} is no folder"
    return "" if os.access(place, os.W_OK | os.X_OK) else f"this account may not write in {place}"


def _nearest(folder: Path) -> Path:
    """Raises OSError for what is hidden behind a folder that may not be entered."""
    place = folder.expanduser().absolute()
    while True:
        try:
            place.stat()
            return place
        except (FileNotFoundError, NotADirectoryError):
            place = place.parent


def _mount_point(place: Path) -> Path:
    place = place.resolve()
    return next(one for one in (place, *place.parents) if one.is_mount())


PATIENCE = 3.0
"""Seconds for an answer about the quota: a file server may be far away or gone."""
_KEPT = ("PATH", "HOME", "USER")
"""What quota's own environment holds: no password is in it."""
_BLOCK = 1024
_NUMBERS = 8
"""Blocks and files, each with use, soft limit, hard limit and grace."""


def _quota_left(mount: Path) -> int | None:
    program = shutil.which("quota")
    if program is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603  its own arguments, no shell
            [program, "-w", "-p", "--show-mntpoint", "--hide-device"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return _left_of(answer.stdout.decode(errors="replace"), str(mount))


def _left_of(answer: str, mount: str) -> int | None:
    """Bytes up to the hard limit, from quota's table; one file system a line, its mount point first.

    A use beyond the soft limit is marked with a star; a hard limit of 0 is none.
    """
    for line in answer.splitlines():
        name, *numbers = line.strip().rsplit(maxsplit=_NUMBERS) or [""]
        if name == mount and len(numbers) == _NUMBERS:
            used, _, limit = (one.rstrip("*") for one in numbers[:3])
            if used.isdecimal() and limit.isdecimal() and int(limit):
                return max(0, int(limit) - int(used)) * _BLOCK
    return None
