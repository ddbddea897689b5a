"""Parts of an answer, and answers that have not changed (wire-read 0.6)."""

import re
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

from xnat_ferry.practice.http.replies import PIECE, STANDARD, Reply, page
from xnat_ferry.practice.http.request import Request


def in_part(request: Request, path: Path, headers: dict[str, str]) -> Reply:
    """A file on the wire, or 304; the range that was asked for is cut out later, for every answer alike."""
    modified = path.stat().st_mtime
    headers = {
        "Last-Modified": formatdate(modified, usegmt=True),
        "Cache-Control": "must-revalidate",
        **headers,
    }
    if _unchanged(request.headers.get("if-modified-since", ""), modified):
        return Reply(304, headers=headers)
    return Reply(200, path, "application/octet-stream", headers)


def _unchanged(since: str, modified: float) -> bool:
    try:
        return int(modified) <= parsedate_to_datetime(since).timestamp()
    except (TypeError, ValueError):
        return False


def ranged(request: Request, reply: Reply) -> Reply:
    """What Restlet makes of a Range: a part of what has a length, and trouble with the rest."""
    wanted = request.headers.get("range", "")
    if not wanted.startswith("bytes=") or request.method != "GET" or reply.status != 200:
        return reply
    if "," in wanted:
        return page(501, STANDARD[501])
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted.replace(" ", ""))
    if asked is None or asked[0] == "bytes=-":
        return reply
    first, last = asked.groups()
    size = size_of(reply)
    if size is None:  # an end that is not known cannot be counted from, and a bounded range is ignored
        return reply if first and last else page(500, STANDARD[500])
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size and not request.site.unconfirmed["range_past_the_end_is_empty"]:
        return page(500, STANDARD[500])
    return _part(reply, start, max(end + 1, start), size)


def size_of(reply: Reply) -> int | None:
    """The Content-Length, or None where the body is made while it is sent."""
    if reply.chunked:
        return None
    if isinstance(reply.body, bytes):
        return len(reply.body)
    return reply.body.stat().st_size if isinstance(reply.body, Path) else reply.length


def _part(reply: Reply, start: int, end: int, size: int) -> Reply:
    headers = {**reply.headers, "Content-Range": f"bytes {start}-{end - 1}/{size}"}
    if isinstance(reply.body, bytes):
        return Reply(206, reply.body[start:end], reply.kind, headers, reply.cookies)
    body = pieces_of(reply.body, start, end) if isinstance(reply.body, Path) else reply.body
    return Reply(206, body, reply.kind, headers, reply.cookies, length=end - start)


def pieces_of(path: Path, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """A file, or a part of it, piece by piece."""
    with path.open("rb") as file:
        file.seek(start)
        left = path.stat().st_size - start if end is None else end - start
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
