"""The manifest keeps what passed through last, whatever crashed in between."""

import resource
from pathlib import Path

import pytest

from tests.core.making import instance
from xnat_ferry.errors import CannotWrite
from xnat_ferry.transfer.manifest import append_unit, read_manifest

ONE, TWO, THREE = (instance(f"{scan}.dcm", scan=scan) for scan in ("1", "2", "3"))


def test_what_was_added_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "m"
    append_unit(path, "1,2", [ONE, TWO])
    append_unit(path, "3", [THREE])
    assert read_manifest(path) == (ONE, TWO, THREE)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_scan_that_passes_again_replaces_itself_in_whatever_company(tmp_path: Path) -> None:
    path = tmp_path / "m"
    append_unit(path, "1,2", [ONE, TWO])
    again = instance("2.dcm", scan="2", md5="c" * 32)
    append_unit(path, "2,3", [again, THREE])
    assert read_manifest(path) == (ONE, again, THREE)


def test_a_torn_line_is_skipped_and_swallows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m"
    append_unit(path, "1", [ONE])
    append_unit(path, "2", [TWO])
    path.write_bytes(path.read_bytes()[:-5])
    append_unit(path, "3", [THREE])
    assert read_manifest(path) == (ONE, THREE)


def test_no_manifest_is_nothing_seen(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "none") == ()


def test_a_disk_that_takes_only_a_part_of_a_line_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m"
    append_unit(path, "1", [ONE])
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, usual[1]))
    try:
        with pytest.raises(CannotWrite):
            append_unit(path, "2", [TWO])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert read_manifest(path) == (ONE,)
    append_unit(path, "3", [THREE])
    assert read_manifest(path) == (ONE, THREE)
