"""What the destination holds of a session: by SOPInstanceUID in its archive, by name in a waiting row."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from xnat_ferry.errors import NotFound, SeriesUnknown
from xnat_ferry.model import DICOM_RESOURCES, NOT_KNOWN, FileRow, Instance, ScanRow, SessionDetail, StoredFile
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.units.shrinking import fewest_bytes
from xnat_ferry.xnat import prearchive
from xnat_ferry.xnat.catalogs import read_catalog
from xnat_ferry.xnat.client import XnatClient


class Present(Struct, frozen=True, kw_only=True):
    """What is there of a session. ``uids`` is None where the server does not tell them."""

    uids: frozenset[str] | None
    files: Mapping[str, Mapping[str, int | None]]
    """SeriesInstanceUID to the names in it, each with its size in bytes."""

    def holds(self, one: Instance) -> bool:
        """Whether this instance is there: by its UID, else by its series and the name it was sent under."""
        if self.uids is not None:
            return one.sop_uid in self.uids
        names = self.files.get(one.series_uid, {})
        for name in (one.name, as_stored(one.name)):
            if name in names:
                size = names[name]
                return size is None or size >= fewest_bytes(one)
        return False

    def holds_all(self, instances: Sequence[Instance]) -> bool:
        """Whether every one of them is there; never sure where two would have one name."""
        if self.uids is None:
            names = {(one.series_uid, as_stored(one.name).casefold()) for one in instances}
            if len(names) < len(instances):
                return False
        return all(self.holds(one) for one in instances)

    def taken(self, one: Instance) -> bool:
        """Whether the name of a missing instance is another file's in its series (wire-write 3.3, row 28)."""
        there = {as_stored(name).casefold() for name in self.files.get(one.series_uid, {})}
        return as_stored(one.name).casefold() in there


NOTHING = Present(uids=frozenset(), files={})


def present_in_archive(client: XnatClient, found: SessionDetail) -> Present:
    """What an archived session holds; one request a scan. Raises SeriesUnknown for a catalog without UIDs."""
    uids: set[str] = set()
    files: dict[str, dict[str, int | None]] = defaultdict(dict)
    for scan in found.scans:
        for file in _catalog(client, found.id, scan):
            if not file.uid:
                why = "the destination's catalog names files without their SOPInstanceUIDs"
                raise SeriesUnknown(session=found.label, scan=plain(scan.id, 40), why=why)
            uids.add(file.uid)
            files[scan.uid][file.name] = file.size
    return Present(uids=frozenset(uids), files=files)


def present_in_row(client: XnatClient, path: str) -> Present:
    """What a built row of the prearchive holds: names and sizes, since it shows no UIDs (wire-write 2.1).

    One request and one a scan. Raises NotFound for a row that is gone or not built.
    """
    files: dict[str, dict[str, int | None]] = defaultdict(dict)
    for scan in prearchive.read_document(client, path)[1]:
        for label in [one.label for one in scan.dicom] or DICOM_RESOURCES[:1]:
            for file in prearchive.list_files(client, path, scan.id, label):
                files[scan.uid][file.name] = file.size
    return Present(uids=None, files=files)


def known_instances(client: XnatClient, detail: SessionDetail, scan: ScanRow) -> tuple[Instance, ...] | None:
    """The instances of one scan at the source, told by its catalog and listing alone; one request a resource.

    None where they do not tell every UID: then only the files themselves can.
    """
    listed = {(file.resource, file.path.rpartition("/")[2]): file for file in detail.dicom_files(scan.id)}
    if len(listed) != len(detail.dicom_files(scan.id)):
        return None
    found: list[Instance] = []
    for label in sorted({resource for resource, _ in listed}):
        for entry in _read(client, detail.id, scan.id, label):
            row = listed.pop((label, entry.name), None)
            if row is not None and not entry.uid:
                return None
            if row is not None:
                found.append(_untouched(row, scan, entry))
    return None if listed else tuple(found)


def as_stored(name: str) -> str:
    """The name under which XNAT stores a file: its last part, with ``_`` for what it does not like."""
    return re.sub(r"[^\w.-]", "_", name.rpartition("/")[2], flags=re.ASCII)


def _catalog(client: XnatClient, session_id: str, scan: ScanRow) -> list[StoredFile]:
    return [file for one in scan.dicom for file in _read(client, session_id, scan.id, one.label)]


def _read(client: XnatClient, session_id: str, scan: str, label: str) -> Sequence[StoredFile]:
    try:
        return read_catalog(client, session_id, scan, label)
    except NotFound:
        return ()  # a resource without its catalog has no files that XNAT knows of (wire-read 2.8)


def _untouched(row: FileRow, scan: ScanRow, entry: StoredFile) -> Instance:
    return Instance(
        scan=scan.id,
        series_uid=scan.uid,
        sop_uid=entry.uid,
        name=entry.name,
        path=row.path,
        size=row.size or 0,
        md5=row.digest,
        pixel_md5=NOT_KNOWN,
        there=True,
    )
