"""How a session is cut into units."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.making import detail_of, file_row, session_row
from xnat_ferry.model import ScanRow, SessionDetail
from xnat_ferry.pieces import TARGET_FILES
from xnat_ferry.transfer.units.cutting import cut_units


def session(sizes: dict[str, int]) -> SessionDetail:
    files = tuple(file_row(f"{scan}.dcm", scan=scan, size=size) for scan, size in sizes.items())
    return detail_of(session_row(), *(ScanRow(id=scan) for scan in sizes), files=files)


def test_small_scans_travel_together_in_natural_order() -> None:
    detail = session({"10": 4, "2": 4, "1": 4})
    assert [unit.scans for unit in cut_units(detail, ["10", "2", "1"], 8)] == [("1", "2"), ("10",)]


def test_a_scan_beyond_the_target_travels_alone_and_whole() -> None:
    detail = session({"1": 100, "2": 1})
    assert [unit.key for unit in cut_units(detail, ["1", "2"], 8)] == ["1", "2"]


def test_no_more_than_some_thousand_files_travel_together() -> None:
    """Of what is on its way a kilobyte is known of each file."""
    half = TARGET_FILES // 2
    files = [file_row(f"{n}.dcm", scan=f"{scan}") for scan in (1, 2, 3) for n in range(half)]
    detail = detail_of(session_row(), files=tuple(files))
    assert [unit.key for unit in cut_units(detail, ["1", "2", "3"], 10**12)] == ["1,2", "3"]


def test_other_resources_stay_behind() -> None:
    files = (file_row("a.dcm"), file_row("a.nii", resource="NIFTI"), file_row("s.dcm", resource="secondary"))
    (unit,) = cut_units(detail_of(session_row(), files=files), ["1"])
    assert [file.path for file in unit.files] == ["a.dcm", "s.dcm"]
    assert unit.resources == ("DICOM", "secondary")


@given(st.dictionaries(st.integers(1, 500).map(str), st.integers(0, 50), min_size=1), st.integers(1, 100))
def test_every_scan_travels_exactly_once(sizes: dict[str, int], target: int) -> None:
    units = cut_units(session(sizes), list(sizes), target)
    travelled = [scan for unit in units for scan in unit.scans]
    assert sorted(travelled) == sorted(sizes)
    assert all(len(unit.scans) == 1 or unit.bytes <= target for unit in units)
