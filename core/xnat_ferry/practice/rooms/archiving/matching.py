"""Which stored file an incoming one replaces: pure judgement (wire-write 3.3, checks 26 to 28; 3.4)."""

from collections.abc import Iterable
from typing import NamedTuple

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.site.records import StoredFile

_NO_WAY = "There is no way to override this conflict, you will need to fix your data."


class Placing(NamedTuple):
    """One file that comes in and the one that goes."""

    file: StoredFile
    replaced: StoredFile | None


def match_files(
    incoming: Iterable[StoredFile], stored: dict[str, StoredFile], *, overwrites: bool, by_uid: bool
) -> list[Placing]:
    """Entries are matched by SOPInstanceUID, else by path. Raises Refused for what cannot be matched."""
    by_path = dict(stored)
    uids = {file.uid: file for file in stored.values() if file.uid} if by_uid else {}
    placings = []
    for file in incoming:
        twin = uids.get(file.uid) if file.uid else None
        if twin is not None:
            by_path.pop(twin.path, None)
        rival = by_path.get(file.path)
        if rival is not None and by_uid and file.uid:
            raise Refused(409, _name_taken(rival, file))
        twin = twin or rival
        if twin is not None and not overwrites:
            raise (
                Refused(409, "Duplicate DICOM file uploaded.")
                if file.uid
                else Refused(500, "Duplicate file uploaded.")
            )
        placings.append(Placing(file, twin))
        by_path[file.path] = file
        if file.uid and by_uid:
            uids[file.uid] = file
    return placings


def _name_taken(rival: StoredFile, file: StoredFile) -> str:
    if not rival.uid:
        return f"A non-DICOM file exists with the same name as an incoming DICOM file. {_NO_WAY}"
    return f"A DICOM file with the same name but different UID already exists. {_NO_WAY}"
