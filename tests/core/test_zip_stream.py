"""Zips read while they arrive, against the standard library's own."""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xnat_ferry.xnat.zip_stream import BrokenZip, read_zip

files = st.dictionaries(
    st.text("abc/.", min_size=1, max_size=12), st.binary(max_size=3000), min_size=1, max_size=5
)


class Unseekable(BytesIO):
    """Makes zipfile write sizes and CRCs behind the entries, as Java does."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError


def packed(content: dict[str, bytes], method: int, *, behind: bool = False) -> bytes:
    whole = Unseekable() if behind else BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return whole.getvalue()


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[place : place + size] for place in range(0, len(data), size))


def unpacked(data: bytes, size: int = 1000) -> dict[str, bytes]:
    found = {}
    for entry in read_zip(in_pieces(data, size)):
        content = b""
        while piece := entry.read(700):
            content += piece
        found[entry.name] = content
    return found


WAYS = [(zipfile.ZIP_STORED, False), (zipfile.ZIP_DEFLATED, False), (zipfile.ZIP_DEFLATED, True)]


@settings(deadline=None)
@given(
    files,
    st.sampled_from(WAYS),
    st.integers(1, 4000),
)
def test_what_was_packed_comes_out(content: dict[str, bytes], how: tuple[int, bool], size: int) -> None:
    assert unpacked(packed(content, how[0], behind=how[1]), size) == content


@settings(deadline=None)
@given(files, st.data())
def test_a_cut_zip_is_never_taken_for_a_whole_one(content: dict[str, bytes], data: st.DataObject) -> None:
    whole = packed(content, zipfile.ZIP_STORED)
    length = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(BrokenZip):
        unpacked(whole[:length])


def test_an_entry_that_nobody_reads_is_checked_all_the_same() -> None:
    whole = bytearray(packed({"a": b"x" * 5000}, zipfile.ZIP_STORED))
    whole[2000] ^= 1
    with pytest.raises(BrokenZip, match="damaged"):
        for _ in read_zip([bytes(whole)]):
            pass


def test_sizes_beyond_four_gigabytes_are_read_from_where_they_are() -> None:
    content = b"long"
    crc = zlib.crc32(content).to_bytes(4, "little")
    extra = (1).to_bytes(2, "little") + (16).to_bytes(2, "little") + 2 * len(content).to_bytes(8, "little")
    head = b"PK\3\4" + bytes(10) + crc + b"\xff" * 8 + (1).to_bytes(2, "little") + (20).to_bytes(2, "little")
    (entry,) = (one.read(10) for one in _first(head + b"n" + extra + content))
    assert entry == content


def _first(data: bytes) -> Iterator:  # type: ignore[type-arg]
    yield next(read_zip([data]))
