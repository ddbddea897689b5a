"""How any answer of an XNAT looks: error pages, tables, negotiation, ranges (wire-read 0)."""

import csv
import html
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from xnat_ferry.practice.site import Site

PIECE = 64 * 1024
Cells = dict[str, object]


@dataclass
class Request:
    """One request as a handler sees it; the body lies in a file."""

    site: Site
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: BinaryIO
    length: int
    chunked: bool
    user: str = ""
    """The login name; "" for a guest."""
    skip_files: int = 0
    """So many files shall be missing from a zip: a fault on order."""
    rest: str = ""
    """What of the path no route has named (wire-read 0.2)."""
    base: str = ""

    def get(self, *names: str) -> str | None:
        """The first of these query variables that is there."""
        for name in names:
            if name in self.query:
                return self.query[name][-1]
        return None

    def flag(self, name: str) -> bool:
        """True if present and neither ``false`` nor ``0``, also when empty (wire-write 0.3)."""
        value = self.get(name)
        return value is not None and value.lower() not in ("false", "0")

    def format(self, default: str) -> str:
        return self.get("format") or default


@dataclass
class Reply:
    """One answer. A body of bytes has a length, an iterator is sent in chunks."""

    status: int = 200
    body: bytes | Iterator[bytes] | Path = b""
    kind: str = "text/plain"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)


Handler = Callable[..., Reply]


class Refused(Exception):
    """An answer that is no success; without a message the body is empty (wire-read 0.5)."""

    def __init__(self, status: int, message: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def page(status: int, message: str) -> Reply:
    """The Restlet status page, with the message in its headline (wire-write 0.5)."""
    section = f"10.{status // 100}.{status % 100 + 1}"
    text = (
        "<html>\n<head>\n   <title>Status page</title>\n</head>\n<body>\n"
        f"<h3>{html.escape(message, quote=False)}</h3><p>You can get technical details "
        f'<a href="http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec{section}">here</a>.<br>\n'
        'Please continue your visit at our <a href="/">home page</a>.\n</p>\n</body>\n</html>\n'
    )
    return Reply(status, text.encode(), "text/html")


STANDARD = {
    400: "The request could not be understood by the server due to malformed syntax",
    403: "The server understood the request, but is refusing to fulfill it",
    404: "The server has not found anything matching the request URI",
    405: "The method specified in the request is not allowed for the resource identified by the request URI",
    406: "The resource identified by the request is only capable of generating response entities which have "
    "content characteristics not acceptable according to the accept headers sent in the request",
    500: "The server encountered an unexpected condition which prevented it from fulfilling the request",
}


def text(value: str, status: int = 200) -> Reply:
    return Reply(status, value.encode(), "text/plain")


def as_json(value: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode(), "application/json")


def uri_list(*lines: str, end: bool = True, status: int = 200) -> Reply:
    """Lines ended by CRLF, the last one too unless told otherwise (wire-write 1.6)."""
    body = "\r\n".join(lines) + ("\r\n" if end and lines else "")
    return Reply(status, body.encode(), "text/uri-list")


def xml(document: str) -> Reply:
    return Reply(200, ('<?xml version="1.0" encoding="UTF-8"?>\n' + document).encode(), "text/xml")


_MEDIA = {
    "json": "application/json",
    "html": "text/html",
    "xml": "text/xml",
    "text": "text/plain",
    "jpeg": "image/jpeg",
}


def negotiate(request: Request, *variants: str) -> None:
    """406 when Accept allows none of the variants, whatever ``format=`` says (wire-read 0.3)."""
    accepted = [part.split(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    for wanted in accepted:
        for variant in variants:
            media = _MEDIA[variant]
            if wanted in ("*/*", media, media.split("/")[0] + "/*"):
                return
    raise Refused(406, STANDARD[406])


def table(
    request: Request,
    rows: list[Cells],
    columns: list[str],
    *,
    title: str = "",
    total: bool = True,
    described: list[dict[str, str]] | None = None,
    default: str = "json",
) -> Reply:
    """The table envelope; every cell is a string (wire-read 0.7)."""
    cells = [{name: _cell(row.get(name)) for name in columns} for row in rows]
    chosen = request.format(default)
    if chosen == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: value.replace("\n", " ") for key, value in row.items()} for row in cells)
        return Reply(200, out.getvalue().encode(), "text/csv")
    if chosen == "xml":
        lines = "".join(
            "<row>" + "".join(f"<cell>{escape(row[name])}</cell>" for name in columns) + "</row>"
            for row in cells
        )
        heads = "".join(f"<column>{escape(name)}</column>" for name in columns)
        return xml(
            f"<ResultSet title={quoteattr(title)}><results><columns>{heads}</columns>"
            f"<rows>{lines}</rows></results></ResultSet>"
        )
    if chosen == "html":
        return html_page("table")
    result: dict[str, object] = {"Result": cells}
    if described is not None:
        result["Columns"] = described
    if title:
        result["title"] = title
    if total:
        result["totalRecords"] = str(len(cells))
    return as_json({"ResultSet": result})


def html_page(what: str) -> Reply:
    """A page for people: what an item answers unless ``format=`` is given."""
    return Reply(
        200,
        f"<!DOCTYPE html>\n<html><head><title>XNAT</title></head><body>{what}</body></html>".encode(),
        "text/html",
    )


def in_part(request: Request, path: Path, headers: dict[str, str]) -> Reply:
    """A file, whole or the single range asked for (wire-read 0.6)."""
    size = path.stat().st_size
    modified = formatdate(path.stat().st_mtime, usegmt=True)
    headers = {"Last-Modified": modified, "Cache-Control": "must-revalidate", **headers}
    wanted = request.headers.get("range", "")
    if not wanted.startswith("bytes="):
        if request.headers.get("if-modified-since") == modified:
            return Reply(304, b"", headers=headers)
        return Reply(200, path, "application/octet-stream", headers)
    if "," in wanted:
        raise Refused(501)
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start = int(first) if first else max(size - int(last or 0), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    with path.open("rb") as file:
        file.seek(start)
        body = file.read(max(end - start + 1, 0))
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Reply(206, body, "application/octet-stream", headers)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
