"""Room on the disks of this machine: how it is read, and what is enough."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import chosen, file_row, plan_of, planned, session_row, survey_of
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.room import check_room
from xnat_ferry.model import ResourceRow, ScanRow, SessionDetail, Verdict
from xnat_ferry.plan import PlannedScan
from xnat_ferry.settings.room import Room, read_room
from xnat_ferry.survey import Chosen, Survey
from xnat_ferry.transfer.pacing.pace import Pace, spool_size
from xnat_ferry.transfer.units.cutting import cut_units, largest_unit

MB = 1_000_000


def surveyed(*rooms: Room, sizes: tuple[int, ...] = (100 * MB, 40 * MB)) -> Survey:
    scans = [ScanRow(id=str(number), uid=f"1.{number}") for number, _ in enumerate(sizes)]
    files = tuple(file_row(f"{n}.dcm", scan=str(n), size=size) for n, size in enumerate(sizes))
    return replace(survey_of(chosen(session_row(), *scans, files=files)), rooms=rooms)


def only(survey: Survey) -> Finding:
    (finding,) = check_room(survey)
    assert finding.message
    return finding


def test_room_enough_is_said_with_numbers() -> None:
    finding = only(survey_of(chosen(session_row())))
    assert (finding.verdict, finding.kind) == (Verdict.OK, "ok")
    assert finding.evidence["spool, free"] == "1.0 TB"
    assert finding.evidence["transfers, needed"] == "1.0 kB"


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(100 * MB, Verdict.FAIL), (101 * MB, Verdict.WARN), (300 * MB, Verdict.WARN), (301 * MB, Verdict.OK)],
)
def test_the_spool_takes_the_largest_piece_and_easily_three(free: int, verdict: Verdict) -> None:
    finding = only(surveyed(Room(what="spool", folder="/s", free=free)))
    assert (finding.verdict, finding.kind) == (verdict, "ok" if verdict == Verdict.OK else "spool-small")


@pytest.mark.parametrize(
    ("free", "verdict"), [(1_999, Verdict.FAIL), (3_999, Verdict.WARN), (4_000, Verdict.OK)]
)
def test_a_transfers_own_files_grow_with_what_it_carries(free: int, verdict: Verdict) -> None:
    finding = only(surveyed(Room(what="transfers", folder="/t", free=free)))
    assert (finding.verdict, finding.kind) == (verdict, "ok" if verdict == Verdict.OK else "transfers-small")


def test_a_quota_counts_as_the_disk_does() -> None:
    finding = only(surveyed(Room(what="spool", folder="/s", free=10**12, quota_left=MB)))
    assert (finding.kind, finding.verdict) == ("spool-small", Verdict.FAIL)
    assert finding.evidence["left of the quota"] == "1.0 MB"


def test_a_folder_that_is_closed() -> None:
    room = Room(
        what="spool", folder="/s", free=10**12, writable=False, problem="this account may not write in /"
    )
    finding = only(surveyed(room))
    assert (finding.kind, finding.verdict) == ("room-closed", Verdict.FAIL)


def test_room_that_is_not_known() -> None:
    finding = only(surveyed(Room(what="spool", folder="/s", problem="Permission denied")))
    assert (finding.kind, finding.verdict) == ("room-unread", Verdict.UNKNOWN)
    assert "Permission denied" in finding.message
    assert only(surveyed()).kind == "room-unread"


def test_a_need_that_is_not_known() -> None:
    row = session_row()
    uncounted = ScanRow(id="1", uid="1.1", resources=(ResourceRow(label="DICOM"),))
    detail = SessionDetail(
        id=row.id, label=row.label, project="SRC", study_uid="1", scans=(uncounted,), files=None
    )
    for one in (Chosen(row=row, detail=detail), Chosen(row=row, detail=None)):
        finding = only(replace(surveyed(Room(what="spool", folder="/s", free=10**12)), chosen=(one,)))
        assert (finding.kind, finding.verdict) == ("room-unread", Verdict.UNKNOWN)


def test_each_folder_has_its_own_finding() -> None:
    rooms = (Room(what="spool", folder="/s", free=0), Room(what="transfers", folder="/t", free=0))
    assert [one.kind for one in check_room(surveyed(*rooms))] == ["spool-small", "transfers-small"]


@given(
    st.lists(st.integers(1, 10**8) | st.integers(1, 10**9), min_size=1, max_size=8),
    st.integers(0, 10**8) | st.integers(0, 4 * 10**9),
)
def test_what_is_refused_here_is_what_the_worker_could_not_fetch(sizes: list[int], free: int) -> None:
    """Of small scans that travel together, too."""
    survey = surveyed(Room(what="spool", folder="/s", free=free), sizes=tuple(sizes))
    detail = survey.chosen[0].detail
    assert detail is not None
    scans = tuple(PlannedScan(id=str(n), files=1, bytes=size) for n, size in enumerate(sizes))
    largest = largest_unit(plan_of(replace(planned(), scans=scans)))
    units = cut_units(detail, [one.id for one in detail.scans])
    assert max(unit.room for unit in units) <= largest
    refused = spool_size(Pace(), free, largest) < largest
    assert (only(survey).verdict == Verdict.FAIL) == refused == (free < largest)
    assert (only(survey).verdict == Verdict.OK) == (free >= 3 * largest)


# reading


@pytest.fixture
def quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of a program called quota, the only one there is."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return programs / "quota"


def says(quota: Path, words: str, *, code: int = 0) -> None:
    quota.write_text(f"#!/bin/sh\ncat <<'END'\n{words}\nEND\nexit {code}\n")
    quota.chmod(0o755)


def mount_of(folder: Path) -> str:
    return next(str(one) for one in (folder, *folder.parents) if os.path.ismount(one))


HEAD = "Disk quotas for user ada (uid 1000): \n Filesystem blocks quota limit grace files quota limit grace"


def test_a_folder_as_it_is(tmp_path: Path, quota: Path) -> None:
    room = read_room("spool", tmp_path)
    disk = os.statvfs(tmp_path)
    assert room.writable
    assert room.problem == ""
    assert room.quota_left is None
    assert room.free is not None
    assert room.free <= disk.f_blocks * disk.f_frsize


def test_a_folder_that_is_still_to_be_made(tmp_path: Path, quota: Path) -> None:
    room = read_room("transfers", tmp_path / "a" / "b")
    assert (room.what, room.folder, room.writable) == ("transfers", str(tmp_path / "a" / "b"), True)
    assert room.free
    assert not (tmp_path / "a").exists()


def test_a_file_in_the_way(tmp_path: Path, quota: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        room = read_room("spool", folder)
        assert not room.writable
        assert room.problem == f"{tmp_path / 'file'} is no folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize(("mode", "known"), [(0o500, True), (0o000, False)])
def test_a_folder_that_may_not_be_written(tmp_path: Path, quota: Path, mode: int, known: bool) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=mode)
    room = read_room("spool", closed / "new")
    assert (room.free is not None) is known
    assert not room.writable
    assert room.problem


@pytest.mark.parametrize(
    ("numbers", "left"),
    [
        ("1000 4000 5000 0 10 0 0 0", 4000 * 1024),
        ("4500* 4000 5000 1700000000 10 0 0 0", 500 * 1024),
        ("5001* 4000 5000 0 10 0 0 0", 0),
        ("1000 4000 0 0 10 0 0 0", None),
        ("1000 4000 5000", None),
        ("some 4000 5000 0 10 0 0 0", None),
    ],
)
@pytest.mark.parametrize("code", [0, 1])
def test_what_quota_tells_of_the_folders_file_system(
    tmp_path: Path, quota: Path, numbers: str, left: int | None, code: int
) -> None:
    mount = mount_of(tmp_path)
    says(quota, f"{HEAD}\n /elsewhere 1 2 3 0 1 0 0 0\n {mount} {numbers}", code=code)
    assert read_room("spool", tmp_path).quota_left == left


@pytest.mark.parametrize("words", ["", "Disk quotas for user ada (uid 1000): none", "\x00\xff garbage"])
def test_a_quota_that_tells_nothing(tmp_path: Path, quota: Path, words: str) -> None:
    says(quota, words)
    assert read_room("spool", tmp_path).quota_left is None


def test_a_quota_that_cannot_be_run(tmp_path: Path, quota: Path) -> None:
    quota.write_text("no program")
    quota.chmod(0o755)
    room = read_room("spool", tmp_path)
    assert room.quota_left is None
    assert room.free


def test_a_quota_that_never_answers(tmp_path: Path, quota: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xnat_ferry.settings.room.PATIENCE", 0.2)
    quota.write_text("#!/bin/sh\nexec sleep 60\n")
    quota.chmod(0o755)
    assert read_room("spool", tmp_path).quota_left is None
