"""Cuts a session into units: a scan each, small scans together up to a size."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct

from xnat_ferry.model import FileRow, SessionDetail
from xnat_ferry.packed import joined
from xnat_ferry.plan import Fate, Plan
from xnat_ferry.transfer.present import as_stored

TARGET_BYTES = 32 * 1024 * 1024
"""Small scans travel together up to this many bytes as listed."""
TARGET_FILES = 4000
"""And up to so many files: while a unit is checked, and while it is unpacked, a kilobyte is known of each."""

_PER_FILE = 300
"""Bytes that a zip says of one file beside its name: local header, directory entry, folders (APPNOTE 4.3)."""
_SIZE_UNKNOWN = 1024 * 1024


class Unit(Struct, frozen=True, dict=True):
    """What travels in one zip: whole scans of one session with their DICOM files."""

    scans: tuple[str, ...]
    files: Sequence[FileRow]

    @property
    def key(self) -> str:
        """Its name in the journal: the scans' IDs."""
        return ",".join(self.scans)

    @cached_property
    def bytes(self) -> int:
        """The sum of the listed sizes; a file without one counts as nothing."""
        return sum(file.size or 0 for file in self.files)

    @cached_property
    def room(self) -> int:
        """The bytes that its zip may take: sizes as listed, and names and numbers twice for each file."""
        return (
            sum((file.size or _SIZE_UNKNOWN) + _PER_FILE + 2 * len(file.path) for file in self.files) + 1024
        )

    @cached_property
    def twins(self) -> bool:
        """Whether two files of one scan have one name, in folders of their own."""
        return len({(file.scan, as_stored(file.path).casefold()) for file in self.files}) < len(self.files)

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """The labels of the resources its files lie in."""
        return tuple(sorted({file.resource for file in self.files}))


def cut_units(
    detail: SessionDetail, scans: Iterable[str], target_bytes: int = TARGET_BYTES
) -> tuple[Unit, ...]:
    """The units of some scans of a session, in the scans' natural order: 2 before 10."""
    together: list[list[str]] = []
    number = size = 0
    for scan in sorted(scans, key=_natural):
        files = detail.dicom_files(scan)
        more = sum(file.size or 0 for file in files)
        if together and number + len(files) <= TARGET_FILES and size + more <= target_bytes:
            together[-1].append(scan)
            number, size = number + len(files), size + more
        else:
            together.append([scan])
            number, size = len(files), more
    return tuple(Unit(tuple(some), joined(FileRow, map(detail.dicom_files, some))) for some in together)


def _natural(scan: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", scan)]


def largest_unit(plan: Plan) -> int:
    """The bytes that the largest unit of a plan may take in a spool; none where nothing travels."""
    if plan.road.stays:
        return 0
    needs = [
        (2 if session.fate == Fate.COMPLETE else 1) * (scan.bytes + scan.files * (_PER_FILE + 200) + 1024)
        for session in plan.travelling
        for scan in session.scans
    ]
    return max(needs, default=0)
