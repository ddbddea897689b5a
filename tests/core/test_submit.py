"""Arrays without a cluster: what Slurm's commands are asked and say, and several tasks at once."""

import contextlib
import os
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
from xnat_ferry.errors import LoginRefused, NoScheduler, SchedulerRefused
from xnat_ferry.plan.belongings import Belongings, PlannedResource
from xnat_ferry.task import run_task
from xnat_ferry.transfer.folder import TransferFolder, create
from xnat_ferry.transfer.pace import Pace, keep_pace, read_pace
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.transfer.slurm.job import Job, JobOptions, Submission, keep_job, read_job
from xnat_ferry.transfer.slurm.submitting import submit
from xnat_ferry.transfer.slurm.tasks import TaskFolder, task_name
from xnat_ferry.transfer.slurm.wishes import as_typed, typed_options
from xnat_ferry.xnat import resources as wire

ESCAPES = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e"
TASKS = 3
SUBJECTS = 6


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for Slurm's commands."""
    return stand_in(tmp_path / "slurm", monkeypatch)


@pytest.fixture
def submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TransferFolder:
    """A transfer of six subjects whose first array of three tasks is over."""
    monkeypatch.setenv("XNAT_USER", "ada")
    monkeypatch.setenv("XNAT_PASS", "secret")
    sessions = (planned(f"{n:03}_MR1", id=f"E{n}", to_subject=f"S{n}") for n in range(SUBJECTS))
    folder = create(tmp_path / "transfers", plan_of(*sessions))
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
    assert scheduler.submit(tmp_path / "job.sh", {"PATH": str(slurm) + ":/bin:/usr/bin"}) == "4712"


@pytest.mark.parametrize("said", ["", "queued, thank you", f"{ESCAPES}12", "--help", "١٢"])
def test_an_answer_of_sbatch_without_a_number_is_no_job(slurm: Path, tmp_path: Path, said: str) -> None:
    (slurm / "sbatch.says").write_text(said)
    with pytest.raises(SchedulerRefused) as caught:
        scheduler.submit(tmp_path / "job.sh", {"PATH": str(slurm) + ":/bin:/usr/bin"})
    assert not set(str(caught.value)) & set(ESCAPES[:1] + "\x07\x9b\u202e")


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
        submit(first, JobOptions(), 1, at="", environment={"PATH": str(submitted.path)})
    assert read_job(first) is None


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


SEA = "".join(session_toml(f"{n}_MR1", subject=f"P{n}") for n in range(4))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("tasks"), SEA, head=WORLD) as made:
        yield made


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
