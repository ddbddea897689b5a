"""Cuts a session into units: a scan each, small scans together up to a size."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct

from xnat_ferry.model import FileRow, SessionDetail
from xnat_ferry.packed import joined
from xnat_ferry.pieces import PER_FILE, PER_ZIP, SIZE_UNKNOWN, TARGET_BYTES, Amount, largest_room, together
from xnat_ferry.plan import Fate, Plan
from xnat_ferry.transfer.present import as_stored


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
            sum((file.size or SIZE_UNKNOWN) + PER_FILE + 2 * len(file.path) for file in self.files) + PER_ZIP
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
    found = ((scan, detail.dicom_files(scan)) for scan in scans)
    amounts = [Amount(scan, len(files), sum(file.size or 0 for file in files)) for scan, files in found]
    pieces = [tuple(one.scan for one in piece) for piece in together(amounts, target_bytes)]
    return tuple(Unit(piece, joined(FileRow, map(detail.dicom_files, piece))) for piece in pieces)


def largest_unit(plan: Plan) -> int:
    """The bytes that the largest unit of a plan may take in a spool; none where nothing travels."""
    if plan.road.stays:
        return 0
    needs = [
        # what is there in part is zipped again, beside what came
        (2 if session.fate == Fate.COMPLETE else 1)
        * largest_room(Amount(scan.id, scan.files, scan.bytes) for scan in session.scans)
        for session in plan.travelling
    ]
    return max(needs, default=0)
