"""Arrays without a cluster: what Slurm's commands are asked and say, and several tasks at once."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.core.harbour import LOGIN, WORLD, Harbour, harbour, session_toml, told
from tests.core.making import plan_of, planned
from tests.core.slurm_stand_in import stand_in
from tests.core.test_resources import put
from tests.security.test_disk import open_to_others
from xnat_ferry import events
from xnat_ferry.belongings import Level
from xnat_ferry.cli.app import main
from xnat_ferry.errors import LoginRefused, NoScheduler
from xnat_ferry.plan import Plan, write_plan
from xnat_ferry.plan.belongings import Belongings, PlannedResource
from xnat_ferry.task import run_task
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder, create, find_all
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace, read_pace
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.transfer.slurm.job import (
    Job,
    JobOptions,
    Submission,
    keep_job,
    newest_submission,
    read_job,
)
from xnat_ferry.transfer.slurm.submitting import submit
from xnat_ferry.transfer.slurm.tasks import TaskFolder, task_name
from xnat_ferry.transfer.slurm.wishes import as_typed, typed_options
from xnat_ferry.transfer.slurm.withdrawing import withdraw
from xnat_ferry.xnat import resources as wire

ESCAPES = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e"
TASKS = 3
SUBJECTS = 6
FAILED = "sbatch: error: Batch job submission failed: "
REFUSED = f"sbatch: error: invalid partition specified: x\n{FAILED}Invalid partition name specified\n"
UNREACHED = f"{FAILED}Unable to contact slurm controller (connect failure)\n"
UNKNOWN = "sbatch: fatal: Could not establish a configuration source\n"
HELD_UP = f"{FAILED}Socket timed out on send/recv operation\n"


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for Slurm's commands."""
    return stand_in(tmp_path / "slurm", monkeypatch)


SEA = "".join(session_toml(f"{n}_MR1", subject=f"P{n}") for n in range(4))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("tasks"), SEA, head=WORLD) as made:
        yield made


@pytest.fixture
def six(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Six subjects, and a login for the server."""
    monkeypatch.setenv("XNAT_USER", LOGIN.user)
    monkeypatch.setenv("XNAT_PASS", LOGIN.password)
    port.server.clear_log()
    sessions = (planned(f"{n:03}_MR1", id=f"E{n}", to_subject=f"S{n}") for n in range(SUBJECTS))
    return msgspec.structs.replace(plan_of(*sessions), source=port.source, destination=port.destination)


@pytest.fixture
def submitted(six: Plan, tmp_path: Path) -> TransferFolder:
    """A transfer of six subjects whose first array of three tasks is over."""
    folder = create(tmp_path / "transfers", six)
    options = JobOptions(tasks=TASKS, running=TASKS, partition="short", time="10", more=("--qos=low",))
    first = Submission(number=1, job="4000", tasks=TASKS, running=TASKS, at="")
    keep_job(folder, Job(options=options, submissions=(first,)))
    keep_pace(folder.pace, Pace(connections=2 * TASKS))
    return folder


def script(folder: TransferFolder) -> str:
    return (folder.path / "job.sh").read_text()


@pytest.mark.usefixtures("slurm")
def test_an_array_is_resumed_with_other_options_and_keeps_the_others(submitted: TransferFolder) -> None:
    again = [
        "--time",
        "2-00:00:00",
        "--partition",
        "long",
        "--account",
        "mri",
        "--tasks",
        "5",
        "--memory",
        "2G",
    ]
    assert main(["resume", *again, "--spool", "/scratch/x"]) == 0
    wanted = ("time=2-00:00:00", "partition=long", "account=mri", "array=0-4%5", "mem=2G")
    assert all(f"#SBATCH --{one}\n" in script(submitted) for one in wanted)
    assert "#SBATCH --qos=low\n" in script(submitted)
    assert "--submission 2 --spool /scratch/x" in script(submitted)
    job = read_job(submitted)
    assert job is not None
    assert job.newest is not None
    assert (job.newest.number, job.newest.job, job.newest.tasks) == (2, "4711", 5)
    assert read_pace(submitted.pace).connections == 2 * 5
    assert main(["resume", "--running", "2"]) == 0
    assert "#SBATCH --array=0-4%2\n" in script(submitted)
    assert "#SBATCH --time=2-00:00:00\n" in script(submitted)


@pytest.mark.usefixtures("slurm")
def test_what_was_asked_for_in_connections_stays(submitted: TransferFolder) -> None:
    keep_pace(submitted.pace, Pace(connections=3))
    assert main(["resume", "--tasks", "6"]) == 0
    assert read_pace(submitted.pace).connections == 3


@pytest.mark.parametrize(
    "wrong", [["--tasks", "0"], ["--time", "1\n#SBATCH --wrap=x"], ["--here", "--time", "5"]]
)
def test_options_that_make_no_array_are_refused(
    submitted: TransferFolder, slurm: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resume", *wrong]) == 2
    assert not (slurm / "asked").exists()
    assert not (submitted.path / "job.sh").exists()
    assert capsys.readouterr().err


def test_a_worker_takes_no_options_of_an_array(
    tmp_path: Path, slurm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create(tmp_path / "transfers", plan_of(planned()))
    assert main(["resume", "--partition", "long"]) == 2
    assert "are for an array" in capsys.readouterr().err
    assert not (slurm / "asked").exists()


def test_the_number_of_a_job_is_found_among_what_a_site_says_beside_it(slurm: Path, tmp_path: Path) -> None:
    (slurm / "sbatch.says").write_text("Your project has 12 hours left.\n4712;cluster\n")
    assert scheduler.hand_in(tmp_path / "job.sh", {"PATH": str(slurm) + ":/bin:/usr/bin"}) == "4712"


@pytest.mark.parametrize("said", ["", "queued, thank you", f"{ESCAPES}12", "--help", "١٢"])
def test_an_answer_of_sbatch_without_a_number_is_no_job(slurm: Path, tmp_path: Path, said: str) -> None:
    (slurm / "sbatch.says").write_text(said)
    assert scheduler.hand_in(tmp_path / "job.sh", {"PATH": str(slurm) + ":/bin:/usr/bin"}) == ""


def test_a_spool_that_is_typed_is_meant_from_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tasks begin in the transfer's folder."""
    monkeypatch.chdir(tmp_path)
    typed = typed_options(as_typed(JobOptions(spool="scratch")))
    assert typed.spool == str(tmp_path / "scratch")
    assert typed_options(as_typed(JobOptions())).spool == ""


def test_an_array_that_slurm_refuses_is_not_told_of_later(submitted: TransferFolder, slurm: Path) -> None:
    before = read_job(submitted)
    (slurm / "sbatch.complains").write_text("error: invalid partition specified: long")
    assert main(["resume", "--partition", "long"]) == 1
    assert read_job(submitted) == before
    first = create(submitted.path.parent, plan_of(planned()))
    with pytest.raises(NoScheduler):
        submit(first, JobOptions(), 1, environment={"PATH": str(submitted.path)})
    assert read_job(first) is None


def asked(slurm: Path, command: str = "--parsable") -> int:
    """How often Slurm was asked something; without a word, to take an array."""
    said = slurm / "asked"
    return said.read_text().count(command) if said.exists() else 0


def sent(port: Harbour, path: str) -> int:
    return [one["path"] for one in port.server.log()].count(path)


@pytest.mark.parametrize(("said", "code"), [(REFUSED, 1), (UNREACHED, 3), (UNKNOWN, 3)])
def test_of_what_slurm_did_not_take_no_transfer_is_left(
    six: Plan, slurm: Path, tmp_path: Path, said: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write_plan(six, tmp_path / "plan.toml")
    (slurm / "sbatch.complains").write_text(said)
    assert main(["submit", str(tmp_path / "plan.toml")]) == code
    assert asked(slurm) == 1
    assert list((tmp_path / "transfers").iterdir()) == []
    assert "resume" not in capsys.readouterr().err
    (slurm / "sbatch.complains").unlink()
    assert main(["submit", str(tmp_path / "plan.toml")]) == 0
    (folder,) = find_all(tmp_path / "transfers")
    assert read_pace(folder.pace).connections == 2 * 4


def test_a_transfer_that_somebody_took_up_is_not_withdrawn(six: Plan, tmp_path: Path) -> None:
    def journal(folder: TransferFolder) -> None:
        folder.journal.touch()

    def worker(folder: TransferFolder) -> None:
        folder.lock.write_bytes(msgspec.json.encode(lock.Holder(os.getpid(), socket.gethostname(), "")))

    def array(folder: TransferFolder) -> None:
        keep_job(folder, Job(options=JobOptions()))

    def task(folder: TransferFolder) -> None:
        mine = TaskFolder(folder, task_name(1, 0))
        mine.make()
        mine.journal.touch()

    for touch in (journal, worker, array, task):
        folder = create(tmp_path / "transfers", six)
        touch(folder)
        assert not withdraw(folder)
        assert folder.read_plan() == six
    kept = create(tmp_path / "kept", six)
    (kept.path / "notes.txt").write_text("mine")
    assert withdraw(kept)
    assert [one.name for one in kept.path.iterdir()] == ["notes.txt"]
    assert find_all(tmp_path / "kept") == []


@pytest.mark.parametrize("said", [HELD_UP, "", "Submitted, thank you"])
def test_what_slurm_may_have_taken_is_never_handed_in_twice(
    six: Plan, slurm: Path, tmp_path: Path, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A controller that is only held up takes what has timed out; the queue tells later."""
    write_plan(six, tmp_path / "plan.toml")
    (slurm / ("sbatch.complains" if said == HELD_UP else "sbatch.says")).write_text(said)
    assert main(["submit", str(tmp_path / "plan.toml")]) == 4
    (folder,) = find_all(tmp_path / "transfers")
    told = capsys.readouterr().err
    assert folder.id in told
    assert "has not said yet that it took it. Do not submit it again" in told
    assert "'xnat-ferry resume' asks Slurm" in told
    (slurm / "squeue.complains").write_text(HELD_UP)
    assert main(["resume"]) == 3
    assert main(["status", folder.id]) == 0
    assert asked(slurm) == 1
    assert newest_submission(folder) == newest_of(folder, "")
    (slurm / "squeue.complains").unlink()
    (slurm / "squeue.says").write_text(f"12|/elsewhere\n4711|{folder.path}\n4711|{folder.path}\n")
    capsys.readouterr()
    assert main(["resume"]) == 0
    assert "Submitted as job 4711: 4 tasks" in capsys.readouterr().err
    assert asked(slurm) == 1
    assert newest_submission(folder) == newest_of(folder, "4711")


def newest_of(folder: TransferFolder, job: str) -> Submission:
    """What is known of its one array of four tasks."""
    known = newest_submission(folder)
    return Submission(number=1, job=job, tasks=4, running=4, at=known.at if known else "")


def test_whoever_loses_patience_with_slurm_is_told_what_it_may_have(
    six: Plan,
    slurm: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    write_plan(six, tmp_path / "plan.toml")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(scheduler, "hand_in", interrupted)
        assert main(["submit", str(tmp_path / "plan.toml")]) == 4
    told = capsys.readouterr().err
    assert "'xnat-ferry resume' asks Slurm first" in told
    assert "xnat-ferry: interrupted." in told
    (folder,) = find_all(tmp_path / "transfers")
    (slurm / "squeue.says").write_text(f"4711|{folder.path}\n")
    assert main(["resume"]) == 0
    assert asked(slurm) == 0
    assert newest_submission(folder) == newest_of(folder, "4711")


def test_what_slurm_does_not_have_after_all_is_handed_in_by_a_resume(
    submitted: TransferFolder, slurm: Path
) -> None:
    (slurm / "sbatch.complains").write_text(HELD_UP)
    assert main(["resume"]) == 4
    (slurm / "sbatch.complains").unlink()
    assert main(["stop"]) == 4
    # what was stopped does not go on, whatever has become of it
    (slurm / "squeue.says").write_text(f"4710|{submitted.path}\n")
    assert main(["resume"]) == 0
    assert asked(slurm) == 2
    job = read_job(submitted)
    assert job is not None
    assert [one.job for one in job.submissions] == ["4000", "4710", "4711"]


def test_a_login_that_is_refused_is_tried_once_and_nothing_handed_in(
    submitted: TransferFolder, slurm: Path, port: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tasks would each try it, those that begin at the same time before any of them could tell."""
    monkeypatch.setenv("XNAT_PASS", "as it was")
    write_plan(submitted.read_plan(), tmp_path / "plan.toml")
    before = read_job(submitted)
    for arguments in (["submit", str(tmp_path / "plan.toml")], ["resume"]):
        port.server.clear_log()
        assert main(arguments) == 3
        assert sent(port, "/data/auth") == 1
    assert asked(slurm) == 0
    assert [one.id for one in find_all(tmp_path / "transfers")] == [submitted.id]
    assert read_job(submitted) == before


def test_what_slurm_says_never_commands_a_terminal(
    submitted: TransferFolder, slurm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_job(
        submitted,
        Job(options=JobOptions(), submissions=(Submission(number=1, job="7", tasks=2, running=2, at=""),)),
    )
    (slurm / "squeue.says").write_text(
        f"0|RUN{ESCAPES}|None|n1{ESCAPES}\n1|PENDING|{ESCAPES}|\nx{ESCAPES}|a|b|c\n"
    )
    assert main(["status", submitted.id]) == 0
    for name in ("squeue", "scancel", "sbatch"):
        (slurm / f"{name}.complains").write_text(f"error: {ESCAPES}")
    for arguments in (["status", submitted.id], ["stop"], ["resume"]):
        main(arguments)
    out, err = capsys.readouterr()
    assert "waiting" in out + err
    assert "title" in out + err
    assert not set(out + err) & set("\x1b\x07\x9b\u202e")


def test_tasks_at_the_same_time_write_the_projects_resources_once(
    port: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And all that they write is for their owner's eyes, whatever the umask."""
    monkeypatch.setenv("XNAT_USER", LOGIN.user)
    monkeypatch.setenv("XNAT_PASS", LOGIN.password)
    with port.client() as client:
        for number in range(3):
            put(client, wire.of_project("SRC"), "DOCS", f"{number}.txt", b"text %d" % number)
    wanted = PlannedResource(level=Level.PROJECT, label="DOCS", files=3)
    plan = msgspec.structs.replace(port.plan(), belongings=Belongings(resources=(wanted,)))
    home = Harbour(port.server, tmp_path / "run")
    folder = home.begin(plan)
    keep_job(
        folder,
        Job(options=JobOptions(), submissions=(Submission(number=1, tasks=4, running=4, at=""),)),
    )
    before = os.umask(0)
    try:
        codes = run_tasks(folder, home.home / "spool", 4)
    finally:
        os.umask(before)
    assert codes == [0] * 4
    assert port.labels("DST") == {f"{n}_MR1" for n in range(4)}
    assert files(port, "DST") == files(port, "SRC")
    assert len(files(port, "DST")) == 3
    assert len(told(folder, events.ResourceSending)) == 1
    assert {one.verdict for one in told(folder, events.ResourceCarried)} == {"proven"}
    assert list((folder.path / "claims").iterdir())
    assert open_to_others(home.home) == []


def test_a_login_that_one_task_was_refused_is_not_tried_by_those_that_come_later(
    port: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them would bring the account nearer to being locked."""
    monkeypatch.setenv("XNAT_USER", LOGIN.user)
    monkeypatch.setenv("XNAT_PASS", "as it was")
    home = Harbour(port.server, tmp_path / "run")
    folder = home.begin(port.plan())
    submissions = tuple(Submission(number=number, tasks=2, running=1, at="") for number in (1, 2))
    keep_job(folder, Job(options=JobOptions(), submissions=submissions))

    def run(submission: int, number: int) -> int:
        """How often it tried to log in."""
        port.server.clear_log()
        task = TaskFolder(folder, task_name(submission, number))
        task.make()
        with contextlib.suppress(LoginRefused):
            assert run_task(task, spool=tmp_path / "spool", stop=threading.Event()) != 0
        return [one["path"] for one in port.server.log()].count("/data/auth")

    assert [run(1, 0), run(1, 1), run(2, 0)] == [1, 0, 1]


def run_tasks(folder: TransferFolder, spool: Path, count: int) -> list[int]:
    codes = [-1] * count
    together = threading.Barrier(count)

    def run(number: int) -> None:
        mine = TaskFolder(folder, task_name(1, number))
        mine.make()
        together.wait()
        codes[number] = run_task(mine, spool=spool / str(number), stop=threading.Event())

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def files(port: Harbour, name: str) -> dict[str, Any]:
    (found,) = [one for one in port.server.state()["projects"] if one["id"] == name]
    return {file["path"]: file["md5"] for one in found["resources"] for file in one["files"]}
