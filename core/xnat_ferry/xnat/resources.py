"""Resources of projects, subjects, sessions and scans: listed, fetched and filled.

See wire-read 2.7, 2.8, 2.10 and wire-write 4.4, 4.5.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, BinaryIO
from urllib.parse import quote

from xnat_ferry.belongings import HeldFile, HeldResource, Level
from xnat_ferry.errors import ServerAnswer
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import LONG_PATIENCE, PIECE, XnatClient, data_path

_IN_RESOURCE = re.compile(r"/resources/(?P<number>\d+)/files/(?P<path>.+)$", re.DOTALL)
_LEVELS = {"scans": Level.SCAN, "assessors": Level.ASSESSOR, "reconstructions": Level.ASSESSOR}
_EXISTS = 409
_REASON = {"event_reason": "xnat-ferry"}
_OUT = "/out"


def of_project(project: str) -> str:
    """A project's address, for the functions below."""
    return data_path("projects", project)


def of_subject(project: str, subject_id: str) -> str:
    """A subject's in a project, by its accession ID: a label may be another subject's ID (wire-read 2.3)."""
    return data_path("projects", project, "subjects", subject_id)


def of_session(session_id: str) -> str:
    """A session's, by its accession ID."""
    return data_path("experiments", session_id)


def of_scan(session_id: str, scan: str) -> str:
    """A scan's; slashes and commas in its ID are spelled out (wire-write 4.3)."""
    spelled = scan.replace("/", "[SLASH]").replace(",", "[COMMA]")
    return f"{of_session(session_id)}/scans/{quote(spelled, safe='[]')}"


def of_assessor(session_id: str, assessor: str) -> str:
    """What an assessor put out, by its accession ID or label; its inputs are no files of its own."""
    return f"{of_session(session_id)}/assessors/{quote(assessor, safe='')}{_OUT}"


def list_resources(client: XnatClient, address: str, level: Level) -> tuple[HeldResource, ...]:
    """The resources at a place with all their files, in two requests; of a session those of its scans too.

    Empty ones are in it. Resources without a label are left out of a listing's files by no server, so they
    come with the label "". Raises NotFound where the place is not there.
    """
    deep = {"all": "true"} if level == Level.SESSION else {}
    rows = client.table(f"{address}/resources", **deep)
    if not rows:
        return ()
    files: dict[str, list[HeldFile]] = defaultdict(list)
    for row in client.table(f"{address}/files", **deep):
        place = _IN_RESOURCE.search(row.get("uri", ""))
        if place is not None:
            files[place["number"]].append(_file(place["path"], row))
    return tuple(_resource(row, level, files) for row in rows)


def _resource(row: dict[str, str], level: Level, files: dict[str, list[HeldFile]]) -> HeldResource:
    found = _LEVELS.get(row.get("category", ""), level)
    number = row.get("xnat_abstractresource_id", "")
    return HeldResource(
        level=found,
        scan=row.get("cat_id", "") if found == Level.SCAN else "",
        label=row.get("label", ""),
        number=number,
        format=row.get("format", ""),
        content=row.get("content", ""),
        tags=row.get("tags", ""),
        files=tuple(files[number]),
    )


def _file(path: str, row: dict[str, str]) -> HeldFile:
    size = row.get("size", "")
    return HeldFile(path=path, size=answers.count(size), digest=row.get("digest", "").lower())


def open_resource(client: XnatClient, address: str, number: str) -> AbstractContextManager[Iterator[bytes]]:
    """The zip of everything in a resource, in pieces; names are as ``zipped_path`` has them."""
    return client.stream(
        f"{address}/resources/{quote(number, safe='')}/files", format="zip", structure="simplified"
    )


def zipped_path(path: str) -> str:
    """The tail of a file's name in such a zip: ``/resources`` and ``/files`` are cut out of it, too."""
    return f"/{path}".replace("/resources", "").replace("/files", "").removeprefix("/")


def open_file(
    client: XnatClient, address: str, number: str, path: str
) -> AbstractContextManager[Iterator[bytes]]:
    """One file, in pieces."""
    return client.stream(f"{address}/resources/{quote(number, safe='')}/files/{quote(path)}")


def make_folder(client: XnatClient, address: str, like: HeldResource) -> None:
    """Create a resource with the format, content and tags of another; one that is there already stays."""
    given = {"format": like.format, "content": like.content, "tags": like.tags}
    client.send(
        "PUT",
        f"{address}/resources/{quote(like.label, safe='')}",
        accept=(200, 201, _EXISTS),
        params={name: value for name, value in given.items() if value} | _REASON,
    )


def put_zip(
    client: XnatClient,
    address: str,
    label: str,
    zipped: BinaryIO,
    length: int,
    *,
    replace: bool,
    on_bytes: Callable[[int], None],
) -> None:
    """Have a zip of ``length`` bytes unpacked into a resource.

    Its 200 proves nothing: who may not edit gets one, too, and what is there already stays as it is unless
    it shall be replaced.
    """
    _put(
        client,
        f"{address}/resources/{quote(label, safe='')}/files/xnat-ferry.zip",
        {"inbody": "true", "extract": "true", "overwrite": str(replace).lower()},
        headers={"Content-Type": "application/zip", "Content-Length": str(length)},
        body=lambda: _pieces(zipped, on_bytes),
    )


def put_file(
    client: XnatClient,
    address: str,
    label: str,
    path: str,
    file: BinaryIO,
    size: int,
    *,
    replace: bool,
    on_bytes: Callable[[int], None],
) -> None:
    """Store one file; an empty one goes as a form, since XNAT takes no empty body (wire-write 4.5)."""
    params = {"overwrite": str(replace).lower()}
    options: dict[str, Any] = {"files": {"file": ("empty", b"")}}
    if size:
        params["inbody"] = "true"
        options = {
            "headers": {"Content-Type": "application/octet-stream", "Content-Length": str(size)},
            "body": lambda: _pieces(file, on_bytes),
        }
    place = f"{address}/resources/{quote(label, safe='')}/files/{quote(path)}"
    _put(client, place, params, **options)


def refresh_digests(client: XnatClient, place: str) -> bool:
    """Have the server compute the digests that a catalog lacks (wire-write 4.7); whether it would.

    ``place`` is an address of this module's; a session's covers its scans.
    """
    resource = place.replace("/data/", "/archive/", 1).removesuffix(_OUT)
    try:
        client.send(
            "POST",
            "/data/services/refresh/catalog",
            params={"resource": resource, "options": "checksum"},
            timeout=LONG_PATIENCE,
        )
    except ServerAnswer:
        return False
    return True


def _put(client: XnatClient, path: str, params: dict[str, str], **options: Any) -> None:
    client.send("PUT", path, params=params | _REASON, timeout=LONG_PATIENCE, **options)


def _pieces(file: BinaryIO, on_bytes: Callable[[int], None]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
        on_bytes(len(piece))
