"""Gets stored files back: one by itself, or all that waits in a prearchive row.

See wire-read 2.9 and wire-write 2.1. Scans of the archive come by ``scan_zips.open_scans``.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from urllib.parse import quote

from xnat_ferry.xnat.client import XnatClient, data_path


def open_archived(
    client: XnatClient, session_id: str, scan: str, resource: str, path: str
) -> AbstractContextManager[Iterator[bytes]]:
    """One file of an archived scan, in pieces; raises NotFound, also when only its entry is there."""
    folder = data_path("experiments", session_id, "scans", scan, "resources", resource, "files")
    return client.stream(f"{folder}/{quote(path)}")


def open_waiting(
    client: XnatClient, row: str, scan: str, resource: str, path: str
) -> AbstractContextManager[Iterator[bytes]]:
    """One file of a scan in the prearchive; ``row`` is the session's path below /data."""
    folder = data_path("scans", scan, "resources", resource, "files").removeprefix("/data")
    return client.stream(f"/data{row}{folder}/{quote(path)}")


def open_row(client: XnatClient, row: str) -> AbstractContextManager[Iterator[bytes]]:
    """The zip of everything in a prearchive row, catalogs included."""
    return client.stream(f"/data{row}", format="zip")
