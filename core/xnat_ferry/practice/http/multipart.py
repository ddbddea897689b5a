"""Multipart bodies, read piece by piece: parts lie in files, not in memory (wire-write 1.2, 4.5)."""

import tempfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from xnat_ferry.practice.http.replies import PIECE, STANDARD, Refused
from xnat_ferry.practice.http.request import Request

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_IN_MEMORY = 1024 * 1024


@dataclass
class Part:
    """One part; one with a file name is a file, every other one a parameter."""

    name: str = ""
    filename: str = ""
    kind: str = ""
    file: IO[bytes] = field(default_factory=lambda: _spool())
    size: int = 0


def _spool() -> IO[bytes]:
    # closed when the part is forgotten: it has to outlive this call
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)


def is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/")


def parts_of(request: Request) -> list[Part]:
    """The parts in their order, each at its beginning. Raises Refused where the body makes no sense."""
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if not boundary:
        raise Refused(500, "the request was rejected because no multipart boundary was found")
    reading = _Reading()
    parser = MultipartParser(boundary, reading.callbacks())
    try:
        while piece := request.body.read(PIECE):
            parser.write(piece)
        parser.finalize()
    except FormParserError:
        raise Refused(500, STANDARD[500]) from None
    for part in reading.parts:
        part.file.seek(0)
    return reading.parts


class _Reading:
    """Gathers what the parser tells."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._name = self._value = b""

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": lambda: self.parts.append(Part()),
            "on_part_data": self._data,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
        }

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self.parts[-1]
        part.file.write(data[start:end])
        part.size += end - start

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        part = self.parts[-1]
        if self._name.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            part.name = options.get(b"name", b"").decode(errors="replace")
            part.filename = options.get(b"filename", b"").decode(errors="replace")
        elif self._name.lower() == b"content-type":
            part.kind = self._value.decode("latin-1")
        self._name = self._value = b""
