"""What a downloaded zip holds of what is listed, whatever the server calls its entries."""

from pathlib import Path

import pytest

from tests.core.making import dicom_bytes, zip_of
from xnat_ferry.verify.observed import Place
from xnat_ferry.verify.unpacking import unpack

PLACE: Place = ("1", "DICOM", "a/1.dcm")


def unpacked(tmp_path: Path, *names: str) -> tuple[set[Place], bool]:
    whole = zip_of(dict.fromkeys(names, dicom_bytes()), folder="MR1").getvalue()
    found = unpack([whole], [PLACE], tmp_path)
    return set(found.contents), found.strangers


@pytest.mark.parametrize("name", ["scans/1/DICOM/a/1.dcm", "SCANS/1/DICOM/a/1.dcm"])
def test_a_listed_file_is_found_in_both_layouts(tmp_path: Path, name: str) -> None:
    assert unpacked(tmp_path, name) == ({PLACE}, False)


def test_catalogs_and_logs_are_no_strangers(tmp_path: Path) -> None:
    names = ("SCANS/1/DICOM/a/1.dcm", "SCANS/1/DICOM/scan_1_catalog.xml", "logs/1.log")
    assert unpacked(tmp_path, *names) == ({PLACE}, False)


def test_another_name_is_a_stranger_so_that_nothing_is_called_lost(tmp_path: Path) -> None:
    assert unpacked(tmp_path, "scans/1-t1/resources/DICOM/files/a/1.dcm") == (set(), True)
    assert unpacked(tmp_path, "scans/1/DICOM/a/2.dcm") == (set(), True)


@pytest.mark.parametrize("path", ["files/1.dcm", "x/resources/1.dcm", "a/files/b.dcm"])
def test_folders_that_xnat_takes_out_do_not_hide_a_file(tmp_path: Path, path: str) -> None:
    """``/resources`` and ``/files`` are removed wherever they occur (wire-read 2.10)."""
    place: Place = ("1", "DICOM", path)
    name = f"MR1/scans/1/DICOM/{path}".replace("/resources", "").replace("/files", "")
    whole = zip_of({name.removeprefix("MR1/"): dicom_bytes()}, folder="MR1").getvalue()
    assert set(unpack([whole], [place], tmp_path).contents) == {place}
