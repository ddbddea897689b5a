"""The manifest: what every file was when it passed through, kept to be compared with what arrived."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from xnat_ferry.errors import CannotWrite
from xnat_ferry.model import Instance
from xnat_ferry.packed import Packed, joined, packed_by
from xnat_ferry.settings.private import open_private
from xnat_ferry.transfer.journal import write_whole


class _Line(Struct, frozen=True):
    unit: str
    instances: tuple[Instance, ...]


_decoder = msgspec.json.Decoder(_Line)


def append_unit(path: Path, unit: str, instances: Iterable[Instance]) -> None:
    """Add one unit, on disk before this returns; a unit added again replaces what it said before."""
    line = msgspec.json.encode(_Line(unit, tuple(instances))) + b"\n"
    try:
        file = open_private(path, os.O_RDWR | os.O_APPEND)
        try:
            size = os.fstat(file).st_size
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            write_whole(file, b"\n" + line if torn else line)
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None


def read_manifest(path: Path) -> Packed[Instance]:
    """Every instance of a session, of each scan as it passed through last; none when nothing has yet."""
    return joined(Instance, read_scans(path).values())


def read_scans(path: Path) -> Mapping[str, Packed[Instance]]:
    """The same by scan."""
    scans: dict[str, Packed[Instance]] = {}
    try:
        # line by line: of very many files the text alone is more than all that is kept of it
        with path.open("rb") as lines:
            for line in lines:
                try:
                    one = _decoder.decode(line)
                except (msgspec.MsgspecError, ValueError, RecursionError):
                    continue  # torn by a crash: its unit is fetched again
                # a unit is made of whole scans, but which travel together may change between attempts
                scans |= packed_by(Instance, lambda instance: instance.scan, one.instances)
    except FileNotFoundError:
        return {}
    return scans
