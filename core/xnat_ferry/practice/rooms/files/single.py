"""One file, or one of those packed in it (wire-read 2.9)."""

import zipfile
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

from xnat_ferry.practice.http.ranges import in_part
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.tables import Cells
from xnat_ferry.practice.rooms.files.listing import files_table
from xnat_ferry.practice.site.records import Resource, StoredFile

_PIECE = 1024 * 1024
_KINDS = {
    "bmp": "image/bmp",
    "gif": "image/gif",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "xml": "text/xml",
}
"""Content types by ending; whatever else there is comes as bytes."""
_DICOM_MARK = slice(128, 132)


def not_found(request: Request) -> Reply:
    """404 without a word, or 204 for who accepts it."""
    if request.flag("accept-not-found"):
        return Reply(204)
    raise Refused(404)


def wanted_path(request: Request) -> str:
    """The path below ``files``, decoded where it holds a space or a plus."""
    path = request.rest.removeprefix("/")
    return unquote_plus(path) if "%20" in path or "%2B" in path else path


def entry_at(resource: Resource, path: str) -> StoredFile | None:
    """By its URI as it stands, else as it is once decoded; its ID is the same here."""
    return resource.files.get(path) or resource.files.get(unquote_plus(path))


def kind_of(name: str) -> str:
    return _KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def send_file(request: Request, file: StoredFile) -> Reply:
    """The file itself."""
    if not file.on_disk().exists():
        return not_found(request)
    name = file.path.rpartition("/")[2]
    reply = in_part(request, file.on_disk(), {"Content-Disposition": f'attachment; filename="{name}";'})
    reply.kind = kind_of(name)
    return reply


def send_from(request: Request, resource: Resource, path: str) -> Reply:
    """What a path in one resource means: a file, its image, its contents, or a file inside it."""
    packed, inner = _split(request, path)
    file = entry_at(resource, packed)
    if file is None or not file.on_disk().exists():
        return not_found(request)
    if inner:
        return _send_inner(request, file, inner)
    if request.format("json") == "jpeg" and _is_dicom(file):
        # this server has nothing that could draw, and so answers what a picture that fails is answered
        return Reply(400, b"", "text/html")
    if request.flag("listContents") and any(one in file.path.lower() for one in _endings(request)):
        return _list_contents(request, file)
    return send_file(request, file)


def _endings(request: Request) -> list[str]:
    named = request.site.preferences["zipExtensions"]
    return [str(one) for one in named] if isinstance(named, list) else str(named).split(",")


def _split(request: Request, path: str) -> tuple[str, str]:
    """``a.zip!/inner`` or ``a.zip/inner`` into the file and what is meant inside; mostly nothing is."""
    for ending in _endings(request):
        for mark in (f".{ending}!", f".{ending}/"):
            before, found, after = path.partition(mark)
            if found and after.strip("/"):
                return before + mark[:-1], after.lstrip("/")
    return path, ""


def _is_dicom(file: StoredFile) -> bool:
    with file.on_disk().open("rb") as opened:
        return opened.read(132)[_DICOM_MARK] == b"DICM"


def _list_contents(request: Request, file: StoredFile) -> Reply:
    rows: list[Cells] = [
        {"File Name": one.filename, "Size": one.file_size} for one in _opened(file).infolist()
    ]
    return files_table(request, rows, ["File Name", "Size"])


def _opened(file: StoredFile) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file.on_disk())
    except zipfile.BadZipFile:
        raise Refused(415, STANDARD[415]) from None


def _send_inner(request: Request, file: StoredFile, inner: str) -> Reply:
    archive = _opened(file)
    name = unquote(inner)
    if name not in archive.namelist():
        archive.close()
        return not_found(request)
    return Reply(200, _unpacked(archive, name), kind_of(name))


def _unpacked(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive, archive.open(name) as inside:
        while piece := inside.read(_PIECE):
            yield piece
