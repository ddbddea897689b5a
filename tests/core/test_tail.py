"""What follows the pixel data has a digest: that of its elements, however they are read and written."""

from collections.abc import Iterator
from io import BytesIO
from struct import pack
from typing import BinaryIO

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from tests.core.making import dicom_bytes
from xnat_ferry.dicom import facts
from xnat_ferry.dicom.facts import (
    LARGE,
    Header,
    NotWhole,
    facts_to_the_end,
    facts_up_to_pixels,
    header_facts,
)
from xnat_ferry.dicom.instance import Passed, read_passing, read_seeking
from xnat_ferry.dicom.tail import read_tail, tail_of
from xnat_ferry.verify.unpacking import compare_elements

PADDING = b"\xfc\xff\xfc\xffOB\0\0" + pack("<L", 6) + b"\0" * 6
MAKER = "SIEMENS CSA NON-IMAGE"


def behind(value: bytes, *items: bytes, undefined: bool = False) -> bytes:
    """Private elements as they follow the pixel data, explicit little endian."""
    made = Dataset()
    block = made.private_block(0x7FE1, MAKER, create=True)
    block.add_new(0x10, "OB", value)
    made.add_new(0x7FE30011, "SQ", [])
    for one in items:
        item = Dataset()
        item.add_new(0x00091001, "OB", one)
        item.is_undefined_length_sequence_item = undefined
        made[0x7FE30011].value.append(item)
    made[0x7FE30011].is_undefined_length = undefined
    raw = DicomBytesIO()
    raw.is_implicit_VR, raw.is_little_endian = False, True
    write_dataset(raw, made)
    return raw.getvalue()


def passed(content: bytes) -> Passed:
    found = read_passing(BytesIO(content), ".", header=True)
    assert found.identity is not None
    assert found.identity == read_seeking(BytesIO(content))[0]  # by both ways of reading
    return found


def digest(tail: bytes) -> str:
    found = passed(dicom_bytes() + tail)
    assert found.identity is not None
    return found.identity.tail_md5


class Bits:
    """Gives what it has in pieces of any size."""

    def __init__(self, content: bytes, sizes: Iterator[int]) -> None:
        self._content, self._sizes = BytesIO(content), sizes

    def read(self, count: int, /) -> bytes:
        return self._content.read(min(count, next(self._sizes, count)))


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.builds(behind, st.binary(max_size=3000), st.binary(max_size=40), undefined=st.booleans()),
    ),
    st.lists(st.integers(1, 700), max_size=40),
)
def test_it_does_not_matter_in_which_pieces_it_comes(tail: bytes, sizes: list[int]) -> None:
    whole = tail_of(BytesIO(tail), implicit=False, little=True)
    assert read_tail(Bits(tail, iter(sizes)), ".", implicit=False) == whole


@pytest.mark.parametrize("tail", [b"", PADDING, b"\0", b"\0" * 64])
def test_nothing_and_padding_are_nothing(tail: bytes) -> None:
    assert digest(tail) == ""


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.binary(max_size=20), st.data())
def test_written_anew_it_is_the_same_and_with_one_bit_turned_it_is_not(
    value: bytes, item: bytes, data: st.DataObject
) -> None:
    written = behind(value, item, b"x" * 4)
    assert digest(written) == digest(behind(value, item, b"x" * 4, undefined=True) + PADDING)
    assert digest(written) == digest(behind(value + b"\0" * (len(value) % 2), item, b"x" * 4))
    turned = bytearray(written)
    place = written.index(b"\xe1\x7f\x10\x10OB") + 12
    turned[place + data.draw(st.integers(0, len(value) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert digest(bytes(turned)) != digest(written) != ""


@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, JPEG2000Lossless],
    ids=lambda syntax: syntax.name,
)
def test_it_is_found_in_every_transfer_syntax(syntax: UID) -> None:
    def written(value: bytes) -> Passed:
        made = pydicom.dcmread(BytesIO(dicom_bytes()))
        made.file_meta.TransferSyntaxUID = syntax
        if syntax.is_encapsulated:
            made.PixelData = encapsulate([b"stream", b"of two"])
        made.private_block(0x7FE1, MAKER, create=True).add_new(0x10, "OB", value)
        made["PixelData"].VR = "OB" if syntax.is_encapsulated else "OW"
        made["PixelData"].is_undefined_length = syntax.is_encapsulated
        content = BytesIO()
        pydicom.dcmwrite(
            content,
            made,
            implicit_vr=syntax.is_implicit_VR,
            little_endian=syntax.is_little_endian,
            enforce_file_format=True,
        )
        return passed(content.getvalue())

    one, other = written(b"\1\2" * 50), written(b"\1\2" * 49 + b"\1\3")
    assert one.identity is not None
    assert other.identity is not None
    assert one.identity.pixel_md5 == other.identity.pixel_md5 != ""
    assert one.identity.tail_md5 != other.identity.tail_md5 != ""
    assert [str(one) for one in compare_elements(one.header, other.header).changes] == ["(7FE1,1010) changed"]


def test_what_are_no_elements_counts_byte_by_byte() -> None:
    junk = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"after the end"
    assert digest(junk) not in ("", digest(junk[:-1] + b"?"))
    found = [passed(dicom_bytes() + tail).header for tail in (junk, junk[:-1], b"")]
    looks = [compare_elements(found[0], one) for one in found]
    assert [", ".join(map(str, look.changes)) for look in looks] == [
        "",
        "what follows the image changed",
        "what follows the image removed",
    ]


def test_a_tail_that_was_cut_is_another() -> None:
    whole = behind(b"\1\2" * 100)
    assert len({digest(whole[: len(whole) - cut]) for cut in (0, 1, 9, 150, 200)} - {digest(b"")}) == 5


def bare(value: bytes) -> bytes:
    """An instance without pixel data, as spectroscopy of one vendor is."""
    made = pydicom.dcmread(BytesIO(dicom_bytes()))
    del made.PixelData
    made.private_block(0x7FE1, MAKER, create=True).add_new(0x10, "OB", value)
    item = Dataset()
    item.add_new(0x00091001, "OB", value)
    made.ReferencedImageSequence = [item]
    content = BytesIO()
    made.save_as(content)
    return content.getvalue()


def in_memory(content: bytes) -> Header:
    return Header(header_facts(pydicom.dcmread(BytesIO(content), stop_before_pixels=True)), {})


@pytest.mark.parametrize("size", [10, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 1])
def test_without_pixels_all_of_it_is_the_header_whatever_its_size(size: int) -> None:
    content = bare(b"\7" * size)
    assert passed(content).header == in_memory(content)
    assert Header(facts_up_to_pixels(BytesIO(content)), {}) == in_memory(content)


def test_a_large_value_is_digested_where_it_lies() -> None:
    class Sparse(BytesIO):
        most = 0

        def read(self, count: int | None = -1, /) -> bytes:
            piece = super().read(count)
            self.most = max(self.most, len(piece))
            return piece

    file = Sparse(bare(b"\7" * LARGE)[:-LARGE] + b"\7" * 4_000_000)
    content = bytearray(file.getvalue())
    place = content.rindex(b"OB\0\0" + pack("<L", LARGE)) + 4
    content[place : place + 4] = pack("<L", 4_000_000)
    file = Sparse(bytes(content))
    found = facts_up_to_pixels(file)
    assert (0x7FE11010,) in found
    assert file.most < 1_000_000
    last: BinaryIO = BytesIO(bytes(content[:-1]) + b"\6")
    assert facts_up_to_pixels(last)[0x7FE11010,] != found[0x7FE11010,]


def test_what_is_read_in_many_small_pieces_counts_for_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_MOST", 40_000)
    pieces = behind(b"", *[b"\7\7"] * 300, undefined=True)
    with pytest.raises(NotWhole):
        facts_to_the_end(BytesIO(pieces), implicit=False, little=True)
    one = behind(b"\7" * len(pieces))
    assert len(facts_to_the_end(BytesIO(one), implicit=False, little=True)) == 3
