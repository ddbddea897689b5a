"""Bad input in a row's scans: stray files, no catalog, instances twice (wire-write 3.3, 18 to 20)."""

from collections import Counter
from collections.abc import Iterator

from xnat_ferry.practice.rooms.waiting.folders import files_below
from xnat_ferry.practice.site.records import DICOM, Resource, Waiting


def _resources(row: Waiting) -> Iterator[tuple[str, str, Resource]]:
    return (
        (scan.id, label, resource)
        for scan in row.scans.values()
        for label, resource in scan.resources.items()
    )


def stray_files(row: Waiting) -> Iterator[tuple[str, str, int]]:
    """Scan, resource and number of files that are no DICOM, or that no catalog knows."""
    for scan, label, resource in _resources(row):
        unknown = files_below(resource.place) - resource.files.keys()
        foreign = {path for path, file in resource.files.items() if label == DICOM and not file.uid}
        count = len(unknown | foreign)
        if count:
            yield scan, label, count


def duplicated_uids(row: Waiting) -> Iterator[tuple[str, str, list[str]]]:
    """Scan, resource and the SOP instance UIDs that stand twice in its catalog."""
    for scan, label, resource in _resources(row):
        counts = Counter(file.uid for file in resource.files.values() if file.uid)
        twice = [uid for uid, count in counts.items() if count > 1]
        if twice:
            yield scan, label, twice


def missing_catalogs(row: Waiting) -> Iterator[tuple[str, str]]:
    """Resources whose folder is gone, and its catalog with it."""
    return ((scan, label) for scan, label, resource in _resources(row) if not resource.place.exists())
