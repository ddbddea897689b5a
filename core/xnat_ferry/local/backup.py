"""The manifest that lies beside a downloaded session: what every file of it was when it was fetched.

JSON lines: first the session, then a file each. It is what a backup is proven by, and what gives a session
its labels back when it is uploaded again.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.packed import Packed

FORMAT = 1
ENDING = ".manifest.jsonl"
_LONGEST = 64 * 1024


class BackedUp(Struct, frozen=True, kw_only=True):
    """The session, as the first line has it."""

    xnat_ferry_backup: int = FORMAT
    server: str
    project: str
    subject: str
    """Its label; the session's is ``session``."""
    session: str
    id: str
    """The session's accession ID there."""
    study_uid: str
    files: int
    bytes: int


class KeptFile(Struct, frozen=True, kw_only=True):
    """One file as it was fetched, and where it lies."""

    path: str
    """Where it lies, relative to the session's folder, or its name in the session's ZIP."""
    scan: str
    name: str
    """Its path in its resource on the server."""
    size: int
    md5: str
    sop_uid: str
    series_uid: str
    pixel_md5: str
    """"" where it has no pixel data."""


_first = msgspec.json.Decoder(BackedUp)
_line = msgspec.json.Decoder(KeptFile)


def encoded(session: BackedUp, files: Iterable[KeptFile]) -> Iterator[bytes]:
    """The lines of a manifest."""
    yield msgspec.json.encode(session) + b"\n"
    for file in files:
        yield msgspec.json.encode(file) + b"\n"


def read_first(file: Readable) -> BackedUp | None:
    """The session that a manifest is of; None for any other file."""
    line, end, _ = file.read(_LONGEST).partition(b"\n")
    try:
        return _first.decode(line) if end else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def read_backup(path: Path) -> tuple[BackedUp, Packed[KeptFile]]:
    """A whole manifest; raises OSError, or ValueError where it is none or not whole."""
    with path.open("rb") as file:
        session = _first.decode(file.readline(_LONGEST))
        files = Packed(KeptFile, (_line.decode(line) for line in file))
    if len(files) != session.files:
        raise ValueError(f"it names {len(files)} of {session.files} files")
    return session, files
