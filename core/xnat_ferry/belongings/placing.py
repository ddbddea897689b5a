"""Which scan at the destination is which at the source. Pure."""

from collections.abc import Iterable

from xnat_ferry.model import ScanRow


def scans_there(here: Iterable[ScanRow], there: Iterable[ScanRow]) -> dict[str, str]:
    """The IDs of scans there by those here: by series, else by an ID that is no other scan's."""
    there = tuple(there)
    by_series = {scan.uid: scan.id for scan in there if scan.uid}
    free = {scan.id for scan in there} - set(by_series.values())
    found = {scan.id: by_series.get(scan.uid, scan.id if scan.id in free else "") for scan in here}
    return {scan: twin for scan, twin in found.items() if twin}
