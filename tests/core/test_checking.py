"""A fetched unit is sent on only when it is exactly what the server listed."""

import hashlib
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.making import dicom_bytes, file_row, zip_of
from xnat_ferry.errors import DownloadBroken, ForeignStudy
from xnat_ferry.model import FileRow
from xnat_ferry.transfer.units.checking import CheckedUnit, check_unit
from xnat_ferry.transfer.units.cutting import Unit

ONE, TWO = dicom_bytes("1.2.3.1.1"), dicom_bytes("1.2.3.1.2")


def listed(path: str, content: bytes) -> FileRow:
    return file_row(path, size=len(content), digest=hashlib.md5(content).hexdigest())


def check(zipped: BytesIO, *files: FileRow, scratch: Path, study: str = "1.2.3") -> CheckedUnit:
    return check_unit(
        zipped, Unit(("1",), files), session="S", study_uid=study, scratch=scratch, series={"1": "1.2.3.1"}
    )


def good_zip() -> BytesIO:
    return zip_of({"scans/1/DICOM/1.dcm": ONE, "scans/1/DICOM/sub/2.dcm": TWO})


FILES = (listed("1.dcm", ONE), listed("sub/2.dcm", TWO))


def test_a_good_unit_gives_its_instances(tmp_path: Path) -> None:
    checked = check(good_zip(), *FILES, scratch=tmp_path)
    assert [one.sop_uid for one in checked.instances] == ["1.2.3.1.1", "1.2.3.1.2"]
    assert [one.name for one in checked.instances] == ["1.dcm", "2.dcm"]
    assert [one.md5 for one in checked.instances] == [file.digest for file in FILES]
    assert all(one.pixel_md5 for one in checked.instances)


def test_a_missing_file_is_named_by_number(tmp_path: Path) -> None:
    with pytest.raises(DownloadBroken, match="1 of 2 files missing"):
        check(zip_of({"scans/1/DICOM/1.dcm": ONE}), *FILES, scratch=tmp_path)


def test_a_file_that_was_not_asked_for_is_refused(tmp_path: Path) -> None:
    more = zip_of({"scans/1/DICOM/1.dcm": ONE, "scans/2/DICOM/1.dcm": TWO})
    with pytest.raises(DownloadBroken, match="not asked for"):
        check(more, FILES[0], scratch=tmp_path)


def test_the_digest_decides_where_there_is_one(tmp_path: Path) -> None:
    stale_size = file_row("1.dcm", size=1, digest=hashlib.md5(ONE).hexdigest())
    assert check(zip_of({"scans/1/DICOM/1.dcm": ONE}), stale_size, scratch=tmp_path).instances
    with pytest.raises(DownloadBroken, match="digest"):
        check(zip_of({"scans/1/DICOM/1.dcm": TWO}), listed("1.dcm", ONE), scratch=tmp_path)


def test_the_size_decides_where_there_is_no_digest(tmp_path: Path) -> None:
    row = file_row("1.dcm", size=len(ONE) + 1)
    with pytest.raises(DownloadBroken, match="bytes"):
        check(zip_of({"scans/1/DICOM/1.dcm": ONE}), row, scratch=tmp_path)


def test_an_instance_of_another_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ForeignStudy, match="another study"):
        check(good_zip(), *FILES, scratch=tmp_path, study="1.2.99")


def test_a_file_that_is_not_dicom_is_left_out_and_named(tmp_path: Path) -> None:
    note = b"read me"
    zipped = zip_of({"scans/1/DICOM/1.dcm": ONE, "scans/1/DICOM/notes.txt": note})
    checked = check(zipped, FILES[0], listed("notes.txt", note), scratch=tmp_path)
    assert [left.name for left in checked.left_out] == ["notes.txt"]
    assert len(checked.entries) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_zip_cut_anywhere_is_refused(data: st.DataObject, tmp_path: Path) -> None:
    whole = good_zip().getvalue()
    length = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(DownloadBroken):
        check(BytesIO(whole[:length]), *FILES, scratch=tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_byte_in_a_file_is_refused(data: st.DataObject, tmp_path: Path) -> None:
    whole = bytearray(good_zip().getvalue())
    start = whole.index(ONE)
    whole[data.draw(st.integers(start, start + len(ONE) - 1))] ^= 0x55
    with pytest.raises(DownloadBroken):
        check(BytesIO(bytes(whole)), *FILES, scratch=tmp_path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_byte_that_is_changed_anywhere_is_found_or_is_nothing_that_travels(
    data: st.DataObject, tmp_path: Path
) -> None:
    """With digests and without: what passes has the same files, and zipfile finds their CRCs right."""
    digests = data.draw(st.booleans())
    rows = FILES if digests else [file_row(row.path, size=row.size, digest="") for row in FILES]
    whole = bytearray(good_zip().getvalue())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        checked = check(BytesIO(bytes(whole)), *rows, scratch=tmp_path)
    except DownloadBroken:
        return
    assert [one.md5 for one in checked.instances] == [file.digest for file in FILES]
    with ZipFile(BytesIO(bytes(whole))) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("place", [b"PK\3\4", b"PK\1\2"], ids=["in front", "in the directory"])
def test_a_crc_that_is_changed_is_found_although_the_digest_is_right(place: bytes, tmp_path: Path) -> None:
    whole = bytearray(zip_of({"scans/1/DICOM/1.dcm": ONE}).getvalue())
    whole[whole.rindex(place) + (14 if place == b"PK\3\4" else 16)] ^= 1
    with pytest.raises(DownloadBroken):
        check(BytesIO(bytes(whole)), FILES[0], scratch=tmp_path)


def test_a_packed_file_is_checked_like_a_stored_one(tmp_path: Path) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("001_MR1/scans/1/DICOM/1.dcm", ONE)
    (one,) = check(packed, FILES[0], scratch=tmp_path).instances
    assert (one.md5, one.sop_uid) == (FILES[0].digest, "1.2.3.1.1")
