"""Names on a disk for what a server calls anything: no name leaves its folder, is hidden, or is another's."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from xnat_ferry.local.places import is_hidden
from xnat_ferry.model import FileRow
from xnat_ferry.packed import Packed

_LONGEST_PART = 120
_LONGEST_PATH = 700
"""Bytes; the folder it lies in has its length, too."""
_UNFIT = re.compile(r'[/\\:*?"<>|]')
_ODD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}


def safe_part(text: str) -> str:
    """One part of a path that any file system takes, from whatever a server says."""
    kept = "".join("_" if _is_odd(one) else one for one in _UNFIT.sub("_", text))
    kept = kept.rstrip(" .") or "_"
    if is_hidden(kept):
        kept = f"_{kept}"
    return _cut(kept)


def _is_odd(character: str) -> bool:
    return character != " " and unicodedata.category(character) in _ODD


def _cut(name: str) -> str:
    if len(name.encode()) <= _LONGEST_PART:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name.encode()[: _LONGEST_PART - 9].decode("utf-8", "ignore") + f"~{mark}"


class Placed(Struct, frozen=True):
    """A file, and where it lies below its session's folder."""

    row: FileRow
    path: str


def paths_of(scans: Mapping[str, Sequence[FileRow]], types: Mapping[str, str]) -> dict[str, Packed[Placed]]:
    """Where each scan's files lie below the session's folder, as XNAT's own zip has it (wire-read 2.10).

    ``scans/1-t1_mprage/resources/DICOM/files/a/1.dcm``; ``types`` are the scans' types by ID. No two are one,
    nor one the other's folder, upper and lower case taken for the same, and two ways to write an accent. The
    same files get the same paths.
    """
    found: dict[str, Packed[Placed]] = {}
    placing: dict[str, _Placing] = {}
    left = Counter(_folded(_scan_folder(scan, types)) for scan in scans)
    for scan in sorted(scans):
        folder = _scan_folder(scan, types)
        apart = placing.setdefault(_folded(folder), _Placing())
        rows = sorted(scans[scan], key=lambda one: (one.resource, one.path))
        placed = (Placed(row, apart.place(f"{folder}/{_resource(row)}", row.path)) for row in rows)
        found[scan] = Packed(Placed, placed)
        left[_folded(folder)] -= 1
        if not left[_folded(folder)]:
            del placing[_folded(folder)]  # what lies in one folder meets nothing in another
    return found


def _scan_folder(scan: str, types: Mapping[str, str]) -> str:
    # as XNAT makes it: what is no letter, digit or underscore becomes one
    kind = types.get(scan, "")
    suffix = f"-{re.sub(r'[^A-Za-z0-9_]', '_', kind)}" if kind else ""
    return f"scans/{safe_part(scan + suffix)}"


def _resource(file: FileRow) -> str:
    return f"resources/{safe_part(file.resource)}/files"


class _Placing:
    """Remembers which files and folders there are, folded."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def place(self, folder: str, path: str) -> str:
        parts = [safe_part(part) for part in path.split("/") if part not in ("", ".")] or ["_"]
        wanted, count = "/".join((folder, *parts)), 0
        while len(wanted.encode()) > _LONGEST_PATH or not self._free(wanted):
            count += 1
            wanted = f"{folder}/{_cut(f'~{count}~{parts[-1]}')}"
        self._files.add(_folded(wanted))
        self._folders.update(_above(_folded(wanted)))
        return wanted

    def _free(self, path: str) -> bool:
        folded = _folded(path)
        return (
            folded not in self._files
            and folded not in self._folders
            and not any(above in self._files for above in _above(folded))
        )


def _folded(path: str) -> str:
    """The same for two paths that some file system takes for one: by case, or by how an accent is written."""
    return unicodedata.normalize("NFD", path.casefold())


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
