"""A request from the wire: its head first, its body only when somebody wants it (wire-write 7)."""

import asyncio
from typing import BinaryIO
from urllib.parse import parse_qs

from starlette.types import Receive, Scope

from xnat_ferry.practice.faults import Fault
from xnat_ferry.practice.http.parameters import all_escaped
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.site.site import Site

_RESTLET = ("/data/", "/REST/")


class Broken(Exception):
    """The connection ends here: the client is gone, or a fault wants it so."""


def head_of(site: Site, scope: Scope, body: BinaryIO) -> Request:
    """A request whose body has not been read."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    path = scope["raw_path"].decode("latin-1").partition("?")[0]
    query_string = scope["query_string"].decode("latin-1")
    given = parse_qs(query_string, keep_blank_values=True)
    restlet = path.startswith(_RESTLET)
    return Request(
        site,
        _method(scope["method"], given) if restlet else scope["method"],
        path,
        all_escaped(given) if restlet else {name: list(values) for name, values in given.items()},
        headers,
        body,
        0,
        "content-length" not in headers,
        base=f"http://{headers.get('host', '')}",
        query_string=query_string,
        given=given,
    )


def _method(sent: str, given: dict[str, list[str]]) -> str:
    """A POST may ask to be taken for another method (wire-read 0.4)."""
    tunnelled = given.get("method", [""])[-1].upper()
    return tunnelled if sent == "POST" and tunnelled in ("PUT", "DELETE") else sent


def brings_a_body(request: Request) -> bool:
    """Whether the head announces one."""
    return "transfer-encoding" in request.headers or announced(request) > 0


def announced(request: Request) -> int:
    """The Content-Length, 0 where there is none."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdigit() else 0


async def receive_body(request: Request, receive: Receive, fault: Fault | None = None) -> None:
    """Take the body up into its file. Raises Broken when it does not come to its end."""
    fault = fault or Fault(match="")
    limit = _limit(request, fault)
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Broken
        piece = message.get("body", b"")
        request.length += len(piece)
        if limit is not None and request.length > limit:
            raise Broken
        request.body.write(piece)
        more = message.get("more_body", False)
        if fault.bytes_per_second:
            await asyncio.sleep(len(piece) / fault.bytes_per_second)
    if fault.cut_after is not None and request.length:
        raise Broken
    if fault.flip_byte and _is_raw(request):
        _flip_a_byte(request)
    request.body.seek(0)


def _is_raw(request: Request) -> bool:
    """Whether the body is the file itself; what stands in an archive or a form is the rooms' to spoil."""
    kind = request.headers.get("content-type", "")
    return request.length > 0 and request.method == "PUT" and "multipart" not in kind


def _flip_a_byte(request: Request) -> None:
    request.body.seek(request.length // 2)
    byte = request.body.read(1)[0]
    request.body.seek(request.length // 2)
    request.body.write(bytes([byte ^ 0x01]))


def _limit(request: Request, fault: Fault) -> int | None:
    """How much of an upload arrives before it is cut; of an unknown length all does."""
    if fault.cut_after is None:
        return None
    if fault.cut_after > 1:
        return int(fault.cut_after)
    return int(fault.cut_after * announced(request)) if announced(request) else None
