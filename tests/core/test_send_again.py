"""A session that was done and is found different later is not done any more: resuming sends it again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.harbour import LOGIN, WORLD, Harbour, harbour, session_toml
from tests.core.slurm_stand_in import stand_in
from xnat_ferry.checks import Answer
from xnat_ferry.cli.app import main
from xnat_ferry.errors import Stopped
from xnat_ferry.events import SessionStarted
from xnat_ferry.model import Level, Where
from xnat_ferry.plan import Target
from xnat_ferry.settle.orders import keep_answers
from xnat_ferry.task import run_task
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.slurm.job import Job, JobOptions, Submission, keep_job
from xnat_ferry.transfer.slurm.tasks import TaskFolder, task_name
from xnat_ferry.transfer.status import read_state
from xnat_ferry.verify.kept import read_verification
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.transfer import Progress, sessions_to_verify, verify_transfer
from xnat_ferry.xnat.client import data_path
from xnat_ferry.xnat.listings import find_session, list_everything

SCANS = '[{ id = "1", files = 3, rows = 16, columns = 16 }, { id = "2", files = 2, rows = 16, columns = 16 }]'


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    world = WORLD + "".join(
        session_toml(name, scans=SCANS) for name in ("ARCHIVED", "BY_ARRAY", "SOUND", "DAMAGED")
    )
    with harbour(tmp_path_factory.mktemp("harbour"), world) as made:
        yield made


def verdict(
    port: Harbour,
    folder: TransferFolder,
    level: Level = Level.IDENTITY,
    every: bool = False,
    progress: Progress = lambda *_: None,
) -> str:
    """Look again, as 'verify' and area 4 do."""
    state = read_state(folder)
    with port.client() as client:
        return verify_transfer(
            folder,
            state,
            sessions_to_verify(state),
            client,
            client,
            Scrutiny(level=level, every_header=every, scratch=port.home / "spool"),
            progress=progress,
        ).verdict


def lose_one(port: Harbour, label: str, scan: str = "1") -> None:
    """Delete a file of an archived session at the destination."""
    with port.client() as client:
        there = find_session(client, "DST", label)
        assert there is not None
        (gone,) = [one for one in list_everything(client, there.id) if one.scan == scan][:1]
        client.send(
            "DELETE",
            data_path("experiments", there.id, "scans", scan, "resources", "DICOM", "files", gone.path),
        )


def test_what_is_missing_from_the_archive_is_sent_again(port: Harbour) -> None:
    folder = port.carried("ARCHIVED")
    before = port.files("DST", "ARCHIVED")
    lose_one(port, "ARCHIVED")
    assert len(port.files("DST", "ARCHIVED")) == len(before) - 1
    assert read_state(folder).phase == Phase.DONE
    left_off = iter([None, Stopped()])  # while the session was compared

    def progress(*_: object) -> None:
        if ended := next(left_off):
            raise ended

    with pytest.raises(Stopped):
        verdict(port, folder, progress=progress)
    kept = read_verification(folder, read_state(folder).plan)
    assert kept is not None
    assert kept.verdict == "proven"
    assert verdict(port, folder) == "differs"
    assert port.work(folder) == 1
    problem = read_state(folder).sessions["ARCHIVED"].problem
    assert problem is not None
    assert "would add to a session that is there" in problem.message  # nobody has said that it may
    keep_answers(folder, {"ARCHIVED": Answer.COMPLETE})
    assert port.work(folder) == 0, read_all(folder.journal)[-3:]
    assert port.files("DST", "ARCHIVED") == before
    state = read_state(folder).sessions["ARCHIVED"]
    assert (state.phase, state.where) == (Phase.DONE, Where.ARCHIVE)
    assert state.verified[Where.ARCHIVE].verdict == "proven"


def damage(file: Path, header: bool = False) -> None:
    """Change one bit; twice, and it is as it was."""
    content = bytearray(file.read_bytes())
    content[content.index(b"\x08\x00\x70\x00LO") + 8 if header else -1] ^= 1  # Manufacturer
    file.write_bytes(content)


def test_what_was_found_by_a_closer_look_is_not_called_proven_by_a_weaker_one(port: Harbour) -> None:
    folder = port.carried("DAMAGED")
    before = port.files("DST", "DAMAGED")
    damage(port.on_disk("DST", "DAMAGED")[0])
    assert verdict(port, folder) == "proven"
    assert verdict(port, folder, Level.FULL) == "differs"
    keep_answers(folder, {"DAMAGED": Answer.COMPLETE})
    assert port.work(folder) == 1
    state = read_state(folder).sessions["DAMAGED"]
    looked = state.verified[Where.ARCHIVE]
    assert (looked.verdict, looked.level, state.phase) == ("differs", Level.FULL, Phase.FAILED)
    assert state.problem is not None
    assert "delete the files that differ there" in state.problem.advice
    lose_one(port, "DAMAGED")
    assert port.work(folder) == 0, read_all(folder.journal)[-3:]
    assert port.files("DST", "DAMAGED") == before
    looked = read_state(folder).sessions["DAMAGED"].verified[Where.ARCHIVE]
    assert (looked.verdict, looked.level) == ("proven", Level.FULL)
    for file in port.on_disk("DST", "DAMAGED")[3:]:  # of scan 2, of which level full reads one header
        damage(file, header=True)
        if verdict(port, folder, Level.FULL) == "proven":
            break
        damage(file, header=True)
    assert verdict(port, folder, Level.FULL, every=True) == "differs"
    assert port.work(folder) == 1
    assert verdict(port, folder, Level.FULL) == "proven", "that is why every header was looked at"


def test_an_array_sends_what_is_missing_again_too(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm = stand_in(port.home / "slurm", monkeypatch)
    monkeypatch.setenv("XNAT_USER", LOGIN.user)
    monkeypatch.setenv("XNAT_PASS", LOGIN.password)
    folder = port.carried("BY_ARRAY")
    before = port.files("DST", "BY_ARRAY")
    first = Submission(number=1, job="4000", tasks=1, running=1, at="")
    keep_job(folder, Job(options=JobOptions(), submissions=(first,)))

    def work(submission: int) -> int:
        task = TaskFolder(folder, task_name(submission, 0))
        task.make()
        return run_task(task, spool=port.home / "spool", stop=threading.Event())

    assert work(1) == 0
    again = ["resume", folder.id, "--transfers", str(folder.path.parent)]
    assert main(again) == 0
    assert not (slurm / "asked").exists()  # nothing is left to do
    lose_one(port, "BY_ARRAY")
    assert verdict(port, folder) == "differs"
    keep_answers(folder, {"BY_ARRAY": Answer.COMPLETE})
    assert main(again) == 0
    assert "--parsable" in (slurm / "asked").read_text()
    assert work(2) == 0
    assert port.files("DST", "BY_ARRAY") == before


def test_what_is_as_it_was_is_not_touched(port: Harbour) -> None:
    folder = port.carried("SOUND", to=Target.PREARCHIVE)
    assert verdict(port, folder) == "proven"
    assert port.work(folder) == 0
    assert sum(isinstance(event, SessionStarted) for event in read_all(folder.journal)) == 1
