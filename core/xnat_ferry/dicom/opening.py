"""Reads a file by pydicom, with a bound to what a deflated data set may grow to.

In the transfer syntax 1.2.840.10008.1.2.1.99 all that follows the file meta information is one compressed
stream (PS3.5 A.5). pydicom unpacks it whole before it reads anything, and a thousandfold growth is nothing
for its kind: here it ends with an error before memory does.
"""

import zlib
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom import Dataset

ALWAYS_ALLOWED = 256 * 1024 * 1024
"""Bytes that it may unpack to, whatever it is packed in: a mask of two colours is packed small."""
MOST_FOLD = 20
"""How many times more than it is packed in it may be beyond that."""


def open_dicom(file: IO[bytes], **options: Any) -> "Dataset":
    """``pydicom.dcmread`` of an open file. Raises whatever pydicom does, and zlib.error for a bomb."""
    from xnat_ferry.dicom.loaded import filereader  # slow to import, and comparing digests needs none of it

    filereader.zlib = _Bounded()  # type: ignore[attr-defined, assignment]  # it offers no bound of its own
    return filereader.dcmread(file, **options)


class _Bounded:
    """What pydicom uses of zlib."""

    MAX_WBITS = zlib.MAX_WBITS
    error = zlib.error

    @staticmethod
    def decompress(packed: bytes, wbits: int = zlib.MAX_WBITS, **_: Any) -> bytes:
        most = max(ALWAYS_ALLOWED, MOST_FOLD * len(packed))
        inflating = zlib.decompressobj(wbits)
        found = inflating.decompress(packed, most)
        if inflating.unconsumed_tail:
            raise zlib.error("it grows without measure")
        if not inflating.eof:
            raise zlib.error("it ends too early")
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(zlib, name)
