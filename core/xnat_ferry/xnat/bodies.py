"""Reads an answer to its end and unpacks it, within reason."""

import zlib
from collections.abc import Iterator
from io import BytesIO

from xnat_ferry.errors import NotAnAnswer
from xnat_ferry.xnat.libraries import httpx

PACKING = "gzip"
"""How an answer may be packed."""
LARGEST = 256 * 1024 * 1024
"""Bytes of an answer that is kept in memory, unpacked: a listing of half a million files has fewer."""
_AT_ONCE = 1024 * 1024
_OF_THE_PACKING = (b"content-encoding", b"content-length", b"transfer-encoding")
_CHARACTERS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252")


def whole(server: str, what: str, arriving: httpx.Response) -> httpx.Response:
    """An answer read to its end and unpacked; raises NotAnAnswer for one that has none within reason.

    Only the packing that is asked for is unpacked, once and a piece at a time: httpx would take any number of
    packings in one another, and each piece whole.

    Characters that it calls otherwise than people do are read as UTF-8: Python knows encodings that are none.
    """
    body = BytesIO()  # gives what it holds without another copy of it
    for piece in _unpacked(server, what, arriving):
        body.write(piece)
        if body.tell() > LARGEST:
            said = f"more than {LARGEST:,} bytes"
            raise NotAnAnswer(server=server, what=what, status=arriving.status_code, said=said)
    headers = [pair for pair in arriving.headers.raw if pair[0].lower() not in _OF_THE_PACKING]
    found = httpx.Response(
        arriving.status_code, headers=headers, content=body.getvalue(), request=arriving.request
    )
    if (found.charset_encoding or "utf-8").lower() not in _CHARACTERS:
        found.encoding = "utf-8"
    return found


def _unpacked(server: str, what: str, arriving: httpx.Response) -> Iterator[bytes]:
    packing = arriving.headers.get("content-encoding", "identity").strip().lower()
    if packing in ("identity", ""):
        yield from arriving.iter_raw()
        return
    if packing != PACKING:
        said = "it is packed in a way that was not asked for"
        raise NotAnAnswer(server=server, what=what, status=arriving.status_code, said=said)
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for piece in arriving.iter_raw():
            left = piece
            while left:
                yield unpacking.decompress(left, _AT_ONCE)
                left = unpacking.unconsumed_tail
    except zlib.error:
        raise httpx.DecodingError("it is packed badly", request=arriving.request) from None
