"""The files that a request brings: its body itself, or the parts of a form (wire-write 1.2, 4.5)."""

from dataclasses import dataclass, field
from typing import IO

from xnat_ferry.practice.http.multipart import is_multipart, parts_of
from xnat_ferry.practice.http.parameters import escaped
from xnat_ferry.practice.http.request import Request

_ENDINGS = {
    "application/zip": ".zip",
    "application/x-tar": ".tar",
    "application/x-gtar": ".tar.gz",
    "application/x-gzip": ".gzip",
    "application/octet-stream": "",
    "application/dicom": ".dcm",
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/plain": ".txt",
    "text/csv": ".csv",
}
"""Types of a body that is a file even without ``inbody``, and the ending of ``upload``."""


class NotInBody(Exception):
    """A body that is to be a file and is none; the caller decides which status that is."""


@dataclass
class Sent:
    """One file that was sent."""

    name: str
    """As the form has it, or ``upload`` with an ending by type."""
    file: IO[bytes]
    size: int


@dataclass
class Body:
    """What a request brought."""

    files: list[Sent] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    """The other parts of a form."""


def media_type(request: Request) -> str:
    """The Content-Type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def body_of(request: Request) -> Body:
    """The files and fields of a request; raises NotInBody, or Refused for a form that makes no sense."""
    if is_multipart(request):
        return _form(request)
    kind = media_type(request)
    if not request.flag("inbody") and kind not in _ENDINGS:
        return Body()
    if (request.chunked or request.length == 0) and kind != "application/zip":
        size = -1 if request.chunked else 0
        raise NotInBody(
            "In-body File posts must include the file directly as the body of the message. In this case, "
            f"the request entity size is {size} but the media type is not application/zip"
        )
    name = "upload" + _ENDINGS.get(kind, ".unsupported")
    return Body([Sent(name, request.body, request.length)])


def _form(request: Request) -> Body:
    body = Body()
    for part in parts_of(request):
        if part.filename:
            body.files.append(Sent(part.filename.replace("\\", "/").rpartition("/")[2], part.file, part.size))
        else:
            body.fields[part.name] = escaped(part.file.read().decode(errors="replace"))
    return body
