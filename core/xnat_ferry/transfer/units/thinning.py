"""Makes another zip of a fetched one, where it cannot go as it came.

An archive refuses a session that brings what it holds already (wire-write 3.3, rows 24 to 28), so what
completes a session must bring nothing else. And two files of one name in one series would get a name that
only the server knows (1.7), so that nobody could tell in the prearchive whether both are there.
"""

import zipfile
from collections.abc import Callable, Mapping
from typing import BinaryIO

from msgspec.structs import replace

from xnat_ferry.dicom.uid_name import uid_name
from xnat_ferry.model import Instance
from xnat_ferry.transfer.present import Present, as_stored

_PIECE = 1024 * 1024


def missing(entries: Mapping[str, Instance], there: Present) -> dict[str, Instance]:
    """The instances that are not there, by their names in the zip.

    One whose name is another file's there gets a name from its own UID: XNAT could not put both in one scan.
    """
    return {
        entry: _renamed(one, there.taken) if there.taken(one) else one
        for entry, one in entries.items()
        if not there.holds(one)
    }


def told_apart(entries: Mapping[str, Instance]) -> dict[str, Instance]:
    """The same instances, no two of one series under one name: the later ones are named by their own UID."""
    seen: dict[tuple[str, str], str] = {}

    def another_has(one: Instance) -> bool:
        return seen.get((one.series_uid, as_stored(one.name).casefold()), one.sop_uid) != one.sop_uid

    apart: dict[str, Instance] = {}
    for entry, one in entries.items():
        one = _renamed(one, another_has) if another_has(one) else one
        seen[one.series_uid, as_stored(one.name).casefold()] = one.sop_uid
        apart[entry] = one
    return apart


def _renamed(one: Instance, is_taken: Callable[[Instance], bool]) -> Instance:
    name = uid_name(one.sop_uid, lambda name: is_taken(replace(one, name=name)))
    return replace(one, name=name)


def thin(zipped: BinaryIO, wanted: Mapping[str, Instance], out: BinaryIO) -> int:
    """Write the wanted entries of a zip into another, stored; returns its size in bytes."""
    with zipfile.ZipFile(zipped) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as thinned:
        for entry, one in wanted.items():
            folder, _, _ = entry.rpartition("/")
            size = whole.getinfo(entry).file_size
            name = zipfile.ZipInfo(f"{folder}/{one.name}")
            name.file_size = size
            with whole.open(entry) as source, thinned.open(name, "w", force_zip64=size > 2**31) as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
    return out.seek(0, 2)
