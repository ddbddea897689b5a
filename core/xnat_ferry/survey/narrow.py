"""Leaves out of a survey what was not asked for, so that nothing of it is judged."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from xnat_ferry.errors import NothingChosen
from xnat_ferry.model import FileRow
from xnat_ferry.packed import Packed
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey.seen import Chosen


def only_scans(chosen: Sequence[Chosen], names: Collection[str]) -> tuple[Chosen, ...]:
    """The same sessions with the scans of these IDs or types alone; with all of them where none is named.

    Raises NothingChosen where sessions could be read and none has such a scan.
    """
    if not names:
        return tuple(chosen)
    narrowed = tuple(_narrowed(one, names) for one in chosen)
    read = [one.detail for one in narrowed if one.detail]
    if read and not any(detail.scans for detail in read):
        named = plain(", ".join(sorted(names)), 100)
        raise NothingChosen(why=f"no chosen session has a scan with the ID or type {named}")
    return narrowed


def _narrowed(chosen: Chosen, names: Collection[str]) -> Chosen:
    detail = chosen.detail
    if detail is None:
        return chosen
    scans = tuple(scan for scan in detail.scans if scan.is_among(names))
    ids = {scan.id for scan in scans}
    files = None
    if detail.files is not None:
        files = Packed(FileRow, (file for file in detail.files if file.scan in ids))
    return replace(chosen, detail=replace(detail, scans=scans, files=files))
