"""A full disk, of the journal or of the spool: told, survived, and gone on from."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.harbour import Harbour, harbour, session_toml
from tests.core.making import chosen, plan_of, planned, session_row, survey_of
from xnat_ferry.cli.commands.plan import write
from xnat_ferry.cli.surveying import write_labels
from xnat_ferry.errors import CannotWrite, UsageError
from xnat_ferry.labels import LabelRules
from xnat_ferry.plan import Target, read_plan
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder, create
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.status import status_of
from xnat_ferry.worker import work

PAGE = 4096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small disk, and not everywhere")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    large = '[{ id = "1", type = "t1", files = 12, rows = 512, columns = 512 }]'
    world = "".join(session_toml(label, subject=label) for label in ("A", "B", "C"))
    with harbour(
        tmp_path_factory.mktemp("full"), world + session_toml("LARGE", subject="L", scans=large)
    ) as made:
        yield made


def fill(disk: Path, but: int) -> Path:
    """Leave so many bytes free."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(b"\0" * (free - but))
    return filler


def carry(sea: Harbour, folder: TransferFolder, spool: Path) -> int:
    import threading

    return work(folder, sea.logins, spool=spool, stop=threading.Event())


@pytest.mark.parametrize("pages", [0, 1, 2, 3, 4])
def test_a_journals_disk_that_is_full(sea: Harbour, small_disk: Path, tmp_path: Path, pages: int) -> None:
    folder = create(small_disk / "transfers", sea.plan("A", "B", to=Target.PREARCHIVE))
    filler = fill(small_disk, but=pages * PAGE)
    told = ""
    try:
        assert carry(sea, folder, tmp_path / "spool") == 4
        told = status_of(folder).why
    except CannotWrite as error:
        told = str(error)  # what the worker's last words are then
    assert "No space left on device" in told
    assert not lock.running(folder)
    assert status_of(folder).state in (Phase.WAITING, Phase.STOPPED)

    filler.unlink()
    assert carry(sea, folder, tmp_path / "spool") == 0
    assert sea.waiting("DST") >= {"A", "B"}
    assert status_of(folder).sessions.done == 2
    clear(sea)


def test_a_disk_that_is_full_when_a_proof_is_kept(sea: Harbour, small_disk: Path, tmp_path: Path) -> None:
    folder = sea.begin(sea.plan("A", "B", to=Target.PREARCHIVE))
    folder.verifications.rmdir()
    folder.verifications.symlink_to(small_disk)
    filler = fill(small_disk, but=0)
    assert carry(sea, folder, tmp_path / "spool") == 4
    assert "No space left on device" in status_of(folder).why

    filler.unlink()
    assert carry(sea, folder, tmp_path / "spool") == 0
    assert status_of(folder).sessions.done == 2
    clear(sea)


def test_a_spools_disk_that_is_full(sea: Harbour, small_disk: Path, tmp_path: Path) -> None:
    folder = sea.begin(sea.plan("LARGE", "C", to=Target.PREARCHIVE))
    keep_pace(folder.pace, Pace(spool_size=100_000_000))
    assert carry(sea, folder, small_disk / "spool") == 4
    status = status_of(folder)
    assert status.state == Phase.STOPPED
    assert f"Cannot write in {small_disk / 'spool'}: No space left on device." in status.why
    assert carry(sea, folder, tmp_path / "spool") == 0
    assert sea.waiting("DST") >= {"LARGE", "C"}
    clear(sea)


def test_a_spool_that_is_too_small_from_the_start_is_known_before_anything_is_sent(
    sea: Harbour, small_disk: Path
) -> None:
    folder = sea.begin(sea.plan("LARGE", to=Target.PREARCHIVE))
    sea.server.clear_log()
    assert carry(sea, folder, small_disk / "spool") == 1
    assert "too small" in status_of(folder).errors[0].message
    assert not [one for one in sea.server.log() if "format=zip" in one["query"]]


def clear(sea: Harbour) -> None:
    """Leave the prearchive empty for the next test."""
    from xnat_ferry.xnat import prearchive

    with sea.client() as client:
        for row in prearchive.list_prearchive(client, "DST"):
            assert prearchive.remove(client, row.path)


def test_a_plan_or_labels_that_cannot_be_written_leave_what_is_there(small_disk: Path) -> None:
    plan, labels = small_disk / "plan.toml", small_disk / "labels.csv"
    many = [planned(f"S{number}") for number in range(50)]
    for path in (plan, labels):
        path.write_text("mine\n")
    filler = fill(small_disk, but=PAGE)
    with pytest.raises(UsageError, match="No space left"):
        write(plan_of(*many), plan)
    survey = survey_of(*(chosen(session_row(f"S{number}" * 20)) for number in range(50)))
    with pytest.raises(UsageError, match="No space left"):
        write_labels(labels, survey, LabelRules())
    assert {one.name: one.read_text() for one in small_disk.iterdir() if one != filler} == {
        "plan.toml": "mine\n",
        "labels.csv": "mine\n",
    }
    filler.unlink()
    write(plan_of(*many), plan)
    assert len(read_plan(plan).sessions) == 50
    assert plan.with_name("plan.toml.bak").read_text() == "mine\n"
