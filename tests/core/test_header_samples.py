"""What is kept of a header: all that is judged, little else, and never an error."""

import warnings
from io import BytesIO

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from tests.core.making import dicom_bytes
from xnat_ferry.dicom.header import LONGEST, HeaderElement, sample_of

NAME, ID = 0x00100010, 0x00100020


def read(name: str) -> Dataset:
    path = get_testdata_file(name)
    assert isinstance(path, str)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path, stop_before_pixels=True, force=True)


def test_identity_text_and_what_the_profile_names_are_kept_and_geometry_is_not() -> None:
    sample = sample_of("1", read("CT_small.dcm"))
    assert sample.value(NAME) == "CompressedSamples^CT1"
    assert sample.value(0x00080016) == "1.2.840.10008.5.1.4.1.1.2"
    assert sample.value(0x00080008) == "ORIGINAL\\PRIMARY\\AXIAL"
    assert sample.value(0x00080020) == "20040119"
    kept = {element.tag for element in sample.elements}
    assert not kept & {0x00280010, 0x00200032, 0x00280030, 0x7FE00010}


def test_sequences_are_walked_and_say_where_they_are() -> None:
    sample = sample_of("1", read("CT_small.dcm"))
    within = [one.value for one in sample.elements if one.tag == ID and one.within == (0x00101002,)]
    assert within == ["ABCD1234", "1234ABCD"]
    assert sample.value(ID) == "1CT1"


def test_of_a_private_block_texts_are_kept_and_its_creator_is_named() -> None:
    private = [one for one in sample_of("1", read("CT_small.dcm")).elements if one.private]
    assert {one.creator for one in private if one.tag >> 16 == 0x0009} == {"GEMS_IDEN_01"}
    assert "HiSpeed CT/i" in {one.value for one in private}
    assert len(private) < 40
    assert not any(one.value for one in private if one.vr in ("SS", "DS", "OB"))


def test_an_unknown_private_element_keeps_words_and_not_noise() -> None:
    header = Dataset()
    block = header.private_block(0x0019, "ACME", create=True)
    block.add_new(0x10, "UN", b"Jane Doe ")
    block.add_new(0x11, "UN", bytes(range(16)))
    found = {one.tag: one.value for one in sample_of("1", header).elements if one.private}
    assert found == {0x00191010: "Jane Doe", 0x00191011: ""}


def test_overlays_leave_a_mark_without_their_data() -> None:
    header = Dataset()
    header.add_new(0x60003000, "OW", b"\1\0" * 100)
    assert sample_of("1", header).elements == (HeaderElement(0x60003000, "OW", ""),)


def test_long_values_are_cut_and_repeated_ones_kept_once() -> None:
    header = Dataset()
    header.ImageComments = "x" * 5000
    frames = []
    for number in range(500):
        frame = Dataset()
        frame.FrameAcquisitionDateTime = f"20240101101500.{number:06d}"
        frame.FrameComments = "the same"
        frames.append(frame)
    header.PerFrameFunctionalGroupsSequence = frames
    sample = sample_of("1", header)
    assert len(sample.value(0x00204000)) == LONGEST
    assert sum(one.tag == 0x00209158 for one in sample.elements) == 1
    assert len(sample.elements) < 10


def test_equal_elements_of_many_headers_are_one_object() -> None:
    header = pydicom.dcmread(BytesIO(dicom_bytes()), stop_before_pixels=True)
    one, other = sample_of("1", header), sample_of("2", header)
    assert all(left is right for left, right in zip(one.elements, other.elements, strict=True))


@pytest.mark.parametrize("value", [b"\xff\xfe\xfd", b"not a number", b"1\\2\\three", b""])
@pytest.mark.parametrize("tag", [(0x0010, 0x1030), (0x0008, 0x0020), (0x0028, 0x0008), (0x0020, 0x000D)])
def test_a_value_that_is_none_of_its_kind_is_no_error(tag: tuple[int, int], value: bytes) -> None:
    header = pydicom.dcmread(BytesIO(_explicit(tag, value)), force=True)
    assert sample_of("1", header).scan == "1"


def test_a_name_in_an_undeclared_character_set_is_kept_somehow() -> None:
    header = pydicom.dcmread(BytesIO(_explicit((0x0010, 0x0010), "Müller^Jörg".encode(), "PN")), force=True)
    assert sample_of("1", header).value(NAME).startswith("M")


VRS = st.sampled_from(["LO", "PN", "DA", "DS", "IS", "UI", "AT", "SQ", "UN", "US", "FD", "SS", "XX", "OB"])


@given(
    st.binary(max_size=64), VRS, st.sampled_from([0x0010, 0x0008, 0x0009, 0x0040]), st.integers(0x10, 0x4000)
)
def test_any_bytes_are_read_without_an_error(value: bytes, vr: str, group: int, element: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(BytesIO(_explicit((group, element), value, vr)), force=True)
        except Exception:  # what is no header is no header
            return
    sample = sample_of("1", header)
    assert all(len(one.value) <= LONGEST for one in sample.elements)


def _explicit(tag: tuple[int, int], value: bytes, vr: str = "") -> bytes:
    """A file with file meta information and one element."""
    value += b" " * (len(value) % 2)
    vr = vr or {0x1030: "DS", 0x0020: "DA", 0x0008: "IS", 0x000D: "UI"}[tag[1]]
    head = tag[0].to_bytes(2, "little") + tag[1].to_bytes(2, "little") + vr.encode()
    if vr in ("SQ", "UN", "OB"):
        head += b"\0\0" + len(value).to_bytes(4, "little")
    else:
        head += len(value).to_bytes(2, "little")
    start = dicom_bytes()
    meta = start[: start.index(b"\x08\x00\x16\x00UI")]
    return meta + head + value
