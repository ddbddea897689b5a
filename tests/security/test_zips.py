"""Zips of servers: entries that climb out, doubles, bombs. tests/core/test_local_scan has those of files."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian

from tests.core.making import dicom_bytes, file_row, zip_of
from tests.core.test_checking import FILES, check
from xnat_ferry.dicom import opening
from xnat_ferry.dicom.instance import NotDicom, read_passing, read_seeking
from xnat_ferry.dicom.routed import read_routed
from xnat_ferry.dicom.start import header_in
from xnat_ferry.errors import DownloadBroken
from xnat_ferry.transfer.units import checking
from xnat_ferry.verify.unpacking import unpack
from xnat_ferry.xnat.zip_stream import BrokenZip, read_zip

ONE = dicom_bytes("1.2.3.1.1")
CLIMBING = ["../1.dcm", "/etc/1.dcm", "..\\1.dcm", "C:/1.dcm", "a/../../1.dcm", "scans/1/DICOM/../1.dcm"]


@pytest.mark.parametrize("name", CLIMBING)
def test_an_entry_that_climbs_out_is_one_that_was_not_asked_for(tmp_path: Path, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, ONE)
    with pytest.raises(DownloadBroken):
        check(packed, FILES[0], scratch=tmp_path)
    found = unpack([packed.getvalue()], [("1", "DICOM", "1.dcm")], tmp_path)
    assert found.strangers
    assert not found.contents
    assert not list(tmp_path.parent.glob("1.dcm")) + list(tmp_path.glob("**/1.dcm"))


def test_a_file_that_comes_twice_is_refused_or_proves_nothing(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("A/scans/1/DICOM/1.dcm", ONE)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("A/scans/1/DICOM/1.dcm", ONE)
    with pytest.raises(DownloadBroken):
        check(packed, FILES[0], scratch=tmp_path)
    assert unpack([packed.getvalue()], [("1", "DICOM", "1.dcm")], tmp_path).strangers


def test_a_unit_that_grows_without_measure_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "ALWAYS_ALLOWED", 1_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("A/scans/1/DICOM/1.dcm", bytes(1_000_000))
    with pytest.raises(DownloadBroken, match="would grow"):
        check(packed, file_row("1.dcm", size=5_000), scratch=tmp_path)


def test_an_entry_is_read_no_further_than_the_directory_says(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("A/scans/1/DICOM/1.dcm", bytes(5_000_000))
    lying = packed.getvalue().replace(struct.pack("<L", 5_000_000), struct.pack("<L", 10))
    with pytest.raises(DownloadBroken):
        check(io.BytesIO(lying), file_row("1.dcm", size=10), scratch=tmp_path)


def test_a_crowd_of_entries_is_refused_by_their_number(tmp_path: Path) -> None:
    crowd = zip_of({f"scans/1/DICOM/{number}": b"" for number in range(2_000)})
    with pytest.raises(DownloadBroken, match="2000 were not asked for"):
        check(crowd, *FILES, scratch=tmp_path)


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_no_xnat_packs_is_not_unpacked(tmp_path: Path, way: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", way) as archive:
        archive.writestr("A/scans/1/DICOM/1.dcm", ONE)
    with pytest.raises(DownloadBroken, match="packed in a way"):
        check(packed, FILES[0], scratch=tmp_path)


def test_an_end_that_never_ends_is_not_gathered() -> None:
    def endless() -> object:
        yield b"PK\x06\x06" + struct.pack("<Q", 2**60)
        for _ in range(1000):
            yield bytes(65536)
        raise AssertionError("it was read on")

    with pytest.raises(BrokenZip, match="no end"):
        list(read_zip(endless()))  # type: ignore[arg-type]


def deflated(*, pixels: int) -> bytes:
    """A whole DICOM file in the deflated transfer syntax (PS3.5 A.5), its pixels all zero."""
    dataset = pydicom.dcmread(io.BytesIO(ONE))
    dataset.PixelData = bytes(pixels)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    written = io.BytesIO()
    dataset.save_as(written, enforce_file_format=True)
    return written.getvalue()


def test_a_deflated_file_that_grows_without_measure_is_none_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "ALWAYS_ALLOWED", 1_000_000)
    usual, bomb = deflated(pixels=100_000), deflated(pixels=30_000_000)
    assert len(bomb) < 100_000
    assert read_seeking(io.BytesIO(usual))[0].pixel_md5
    assert header_in(usual, ended=True) is not None
    assert read_passing(io.BytesIO(usual), str(tmp_path), header=True).header is not None
    assert read_routed(io.BytesIO(usual), "xnat://a/b/c").StudyDescription == "xnat://a/b/c"
    with pytest.raises(NotDicom):
        read_seeking(io.BytesIO(bomb))
    assert header_in(bomb, ended=True) is None
    assert read_passing(io.BytesIO(bomb), str(tmp_path), header=True).header is None
    with pytest.raises(zlib.error):
        read_routed(io.BytesIO(bomb), "xnat://a/b/c")
    zipped = zip_of({"A/scans/1/DICOM/1.dcm": bomb})
    with pytest.raises(DownloadBroken):
        check(zipped, file_row("1.dcm", size=len(bomb)), scratch=tmp_path)


@pytest.mark.parametrize("cut", [9, 60])
def test_a_deflated_file_that_ends_too_early_is_none(cut: int) -> None:
    with pytest.raises(NotDicom):
        read_seeking(io.BytesIO(deflated(pixels=100_000)[:-cut]))
