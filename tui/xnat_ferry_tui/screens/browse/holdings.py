"""How much is in what has been read, summed once and not at each painting."""

from collections.abc import Callable

from msgspec import Struct

from xnat_ferry.model import DICOM_RESOURCES, FileRow, SessionDetail, SessionRow

Find = Callable[[int, str], SessionDetail | None]
"""What is in a session of one side by its accession ID, as far as it has been read."""


class Amount(Struct, frozen=True):
    """Files and bytes that an import can carry; None where the server did not say."""

    files: int | None
    bytes: int | None


class Holding(Struct, frozen=True):
    """The scans of a session, and the sum of them."""

    detail: SessionDetail
    scans: dict[str, Amount]
    total: Amount
    files: dict[str, list[FileRow]]
    """All files by scan, those that an import cannot carry too; empty where they are not listed."""


class Holdings:
    """What is known of the sessions on both sides."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._summed: dict[tuple[int, str], Holding] = {}

    def of(self, side: int, row: SessionRow) -> Holding | None:
        """The scans of a session; None until they are read."""
        return self.by_id(side, row.id)

    def by_id(self, side: int, session_id: str) -> Holding | None:
        """The same by its accession ID."""
        detail = self._find(side, session_id)
        if detail is None:
            return None
        known = self._summed.get((side, session_id))
        if known is None or known.detail is not detail:
            known = self._summed[side, session_id] = _summed(detail)
        return known


def sum_of(amounts: list[Amount]) -> Amount:
    """The sum; what is not known of one is not known of all."""
    files, sizes = [one.files for one in amounts], [one.bytes for one in amounts]
    return Amount(
        None if None in files else sum(one or 0 for one in files),
        None if None in sizes else sum(one or 0 for one in sizes),
    )


def _summed(detail: SessionDetail) -> Holding:
    files: dict[str, list[FileRow]] = {}
    for file in detail.files or ():
        files.setdefault(file.scan, []).append(file)
    scans = {scan.id: _amount(detail, scan.id, files) for scan in detail.scans}
    return Holding(detail, scans, sum_of(list(scans.values())), files)


def _amount(detail: SessionDetail, scan: str, files: dict[str, list[FileRow]]) -> Amount:
    if detail.files is None:
        found = next(one for one in detail.scans if one.id == scan)
        return Amount(*detail.amount(found))
    listed = [file for file in files.get(scan, ()) if file.resource in DICOM_RESOURCES]
    return Amount(len(listed), sum(file.size or 0 for file in listed))
