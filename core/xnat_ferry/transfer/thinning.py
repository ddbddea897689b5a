"""Makes a smaller zip of a fetched one: only the instances that the destination lacks.

An archive refuses a session that brings what it holds already (wire-write 3.3, rows 24 to 28), so what
completes a session must bring nothing else.
"""

import zipfile
from collections.abc import Mapping
from typing import BinaryIO

from msgspec.structs import replace

from xnat_ferry.model import Instance
from xnat_ferry.transfer.present import Present

_PIECE = 1024 * 1024


def missing(entries: Mapping[str, Instance], there: Present) -> dict[str, Instance]:
    """The instances that are not there, by their names in the zip.

    One whose name is another file's there gets a name from its own UID: XNAT could not put both in one scan.
    """
    return {
        entry: replace(one, name=f"{one.sop_uid}.dcm") if there.taken(one) else one
        for entry, one in entries.items()
        if not there.holds(one)
    }


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
