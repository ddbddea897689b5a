"""A file on the wire, whole or the single range asked for (wire-read 0.6)."""

from email.utils import formatdate
from pathlib import Path

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request


def in_part(request: Request, path: Path, headers: dict[str, str]) -> Reply:
    """200 with a length, 206, 304, or 501 for several ranges. Raises Refused."""
    size = path.stat().st_size
    modified = formatdate(path.stat().st_mtime, usegmt=True)
    headers = {"Last-Modified": modified, "Cache-Control": "must-revalidate", **headers}
    wanted = request.headers.get("range", "")
    if not wanted.startswith("bytes="):
        if request.headers.get("if-modified-since") == modified:
            return Reply(304, b"", headers=headers)
        return Reply(200, path, "application/octet-stream", headers)
    if "," in wanted:
        raise Refused(501, STANDARD[501])
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start = int(first) if first else max(size - int(last or 0), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    with path.open("rb") as file:
        file.seek(start)
        body = file.read(max(end - start + 1, 0))
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Reply(206, body, "application/octet-stream", headers)
