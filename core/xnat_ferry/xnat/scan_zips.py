"""The two ways bytes go: a zip of some scans down, the very same zip up (wire-read 2.10, wire-write 1)."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO
from urllib.parse import quote

from xnat_ferry.errors import NothingStored, StoredElsewhere
from xnat_ferry.model import FileRow
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import LONG_PATIENCE, PIECE, XnatClient, data_path

_PART = r"[^/]+"
_ROW = re.compile(rf"/prearchive/projects/(?P<project>{_PART})/(?P<timestamp>{_PART})/(?P<folder>{_PART})")


def open_scans(
    client: XnatClient, session_id: str, scans: Iterable[str], resources: Iterable[str]
) -> AbstractContextManager[Iterator[bytes]]:
    """The zip of some scans' resources, in pieces. Its length is never known beforehand."""
    # several ids or labels go in one path part with commas between, each one escaped for itself
    path = (
        data_path("experiments", session_id, "scans")
        + f"/{_selector(scans)}/resources/{_selector(resources)}/files"
    )
    return client.stream(path, format="zip", structure="simplified")


def entry_name(file: FileRow) -> str:
    """Where a file stands in such a zip, behind the session's folder: ``scans/1/DICOM/a/1.dcm``.

    XNAT takes ``/resources`` and ``/files`` out wherever they occur, also in a file's own folders.
    """
    full = f"/scans/{file.scan}/resources/{file.resource}/files/{file.path}"
    return full.replace("/resources", "").replace("/files", "").removeprefix("/")


def import_zip(
    client: XnatClient,
    zipped: BinaryIO,
    length: int,
    *,
    project: str,
    subject: str,
    session: str,
    skip_unparsable: bool,
    on_bytes: Callable[[int], None],
) -> str:
    """Send a zip into the project's prearchive and leave it RECEIVING; returns the row's path below /data.

    ``length`` is the zip's size in bytes; ``on_bytes`` hears how many have left. No ``dest``, so that
    several zips gather in one row, and no automatic commit (wire-write 1.3, 1.7). Raises NothingStored for
    a success without a line, StoredElsewhere for a row of another project.
    """
    params = {
        "import-handler": "DICOM-zip",
        "inbody": "true",
        "project": project,
        "subject": subject,
        "session": session,
        "prevent_auto_commit": "true",
        "event_reason": "xnat-ferry",
    }
    if skip_unparsable:
        params["Ignore-Unparsable"] = "true"
    response = client.send(
        "POST",
        "/data/services/import",
        params=params,
        headers={"Content-Type": "application/zip", "Content-Length": str(length)},
        body=lambda: _pieces(zipped, on_bytes),
        timeout=LONG_PATIENCE,
    )
    if answers.is_html(response.text):
        raise answers.not_an_answer(client.server, "the upload", response)
    return _one_row(client.server, answers.uri_list(response), project, session)


def _one_row(server: str, lines: list[str], project: str, session: str) -> str:
    facts = {"server": server, "status": 200, "what": session, "said": ""}
    if not lines:
        raise NothingStored(**facts)
    place = _ROW.fullmatch(lines[0])
    if len(lines) > 1 or place is None or place["project"] != project:
        raise StoredElsewhere(where=", ".join(lines)[:200], **facts)
    return lines[0]


def _pieces(zipped: BinaryIO, on_bytes: Callable[[int], None]) -> Iterator[bytes]:
    zipped.seek(0)
    while piece := zipped.read(PIECE):
        yield piece
        on_bytes(len(piece))


def _selector(names: Iterable[str]) -> str:
    """IDs with commas between; commas and slashes within one are spelled out (wire-read 2.4)."""
    return ",".join(quote(name.replace(",", "[COMMA]").replace("/", "[SLASH]"), safe="[]") for name in names)
