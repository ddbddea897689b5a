"""An array of eight tasks over four nodes that loses a node, a task and its patience, and is resumed."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.shore import USERS, Shore, shore, until
from tests.slurm.cluster import Cluster, lacking, running
from xnat_ferry import events
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.slurm.job import newest_submission
from xnat_ferry.transfer.slurm.tasks import TaskFolder, find_tasks, task_name

pytestmark = [
    pytest.mark.skipif(bool(lacking()), reason=f"Slurm is not on this machine: {', '.join(lacking())}"),
    pytest.mark.xdist_group("slurm"),
    pytest.mark.timeout(400),
]

IMPORT = "POST /data/services/import"
SUBJECTS = 20

SESSIONS = "\n".join(
    f"""
[[sessions]]
project = "SRC"
subject = "{subject:03}"
label = "{subject:03}_MR{visit}"
scans = [{{ id = "1", files = 2, rows = 16, columns = 16 }}]
"""
    for subject in range(SUBJECTS)
    for visit in (1, 2)
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("slurm") / "c", nodes=4, cpus=2) as started:
        yield started


@pytest.fixture
def sea(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shore]:
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    with shore(tmp_path, USERS + SESSIONS) as made:
        yield made


def sending(sea: Shore, task: int) -> bool:
    """Whether a task of the first submission is in the middle of an upload."""
    told = read_all(TaskFolder(sea.folder(), task_name(1, task)).journal)
    return bool(told) and isinstance(told[-1], events.UnitSending)


def uploads_begun(sea: Shore) -> int:
    return sum(isinstance(event, events.UnitSending) for event in read_all(sea.folder().journal))


def ended(sea: Shore, task: int) -> bool:
    told = read_all(TaskFolder(sea.folder(), task_name(1, task)).journal)
    return any(isinstance(event, events.WorkerStopped | events.TransferFinished) for event in told)


def test_an_array_loses_a_node_and_tasks_and_is_resumed_to_the_end(sea: Shore, cluster: Cluster) -> None:
    sea.make_plan("--to", "archive")
    sea.server.set_faults([{"match": IMPORT, "delay": 25.0}])
    given = sea.ferry("submit", sea.plan, "--tasks", 8, "--cpus", 1, "--memory", "500M", "--time", "30")
    assert given.returncode == 0, given.stderr
    submission = newest_submission(sea.folder())
    assert submission is not None
    job = submission.job
    assert f"Submitted as job {job}: 8 tasks, 8 at a time" in given.stderr
    until(lambda: all(sending(sea, task) for task in range(8)), "all eight tasks send something")

    nodes = {task: cluster.node_of(job, task) for task in range(8)}
    assert set(nodes.values()) == {"n1", "n2", "n3", "n4"}

    lost = nodes[0]
    cluster.lose_node(lost)
    cancelled, limited, *others = [task for task in range(8) if nodes[task] != lost]
    cluster.ask("scancel", f"{job}_{cancelled}")
    until(lambda: not cluster.node_of(job, cancelled), "the cancelled task is out of the queue")
    cluster.ask("scontrol", "update", f"JobId={job}_{limited}", "TimeLimit=1")
    until(lambda: ended(sea, limited), "the task at its time limit leaves off", seconds=120)
    assert others

    stopped = sea.ferry("stop")
    status = sea.ferry("status", "--json")
    assert '"state":"stopped"' in status.stdout, (stopped.stdout, stopped.stderr)
    assert len(sea.archived("DST")) < 2 * SUBJECTS

    sea.server.set_faults([])
    until(lambda: len(sea.imports()) >= uploads_begun(sea), "the server has done with what was left behind")
    again = sea.ferry("resume", "--tasks", 6, "--time", "20")
    assert again.returncode == 0, again.stderr
    assert ": 6 tasks, 6 at a time" in again.stderr
    watched = sea.ferry("watch")
    assert watched.returncode == 0, watched.stdout + watched.stderr
    assert '"state":"done"' in sea.ferry("status", "--json").stdout
    assert sea.archived("DST") == sea.archived("SRC")
    assert sea.uids("DST") == sea.uids("SRC")
    assert sea.waiting("DST") == {}
    assert_never_two_in_one_subject(sea)
    assert sea.ferry("verify").returncode == 0
    assert "1.0" in {task.task for task in find_tasks(sea.folder())}
    assert_no_secret(sea)


def assert_never_two_in_one_subject(sea: Shore) -> None:
    """By the tasks' own words: one begins with a subject after another has written its last of it."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for task in find_tasks(sea.folder()):
        of_task: dict[str, list[float]] = {}
        for event in read_all(task.journal):
            label = getattr(event, "session", "")
            if label:
                of_task.setdefault(label.partition("_")[0], []).append(event.at)
        for subject, moments in of_task.items():
            spans.setdefault(subject, []).append((min(moments), max(moments)))
    assert len(spans) == SUBJECTS
    assert any(len(one) > 1 for one in spans.values())
    for one in spans.values():
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(sorted(one))), one


def assert_no_secret(sea: Shore) -> None:
    for path in sea.folder().path.rglob("*"):
        if path.is_file():
            assert b"pract1ce-pw" not in path.read_bytes(), path


def test_an_array_that_a_controller_takes_late_is_found_and_not_handed_in_again(
    sea: Shore, cluster: Cluster
) -> None:
    sea.make_plan()
    with cluster.held_up() as hasty:
        given = sea.ferry("submit", sea.plan, "--tasks", 1, "--option=--hold", **hasty)
        assert given.returncode == 4, given.stderr
        assert "Do not submit it again" in given.stderr
        assert sea.ferry("resume", **hasty).returncode == 3
    again = sea.ferry("resume")
    assert again.returncode == 0, again.stderr
    submission = newest_submission(sea.folder())
    assert submission is not None
    assert f"Submitted as job {submission.job}: 1 task" in again.stderr
    assert queued_from(sea, cluster) == [submission.job]
    sea.ferry("stop")
    assert queued_from(sea, cluster) == []


def queued_from(sea: Shore, cluster: Cluster) -> list[str]:
    """The jobs that begin in the transfer's folder."""
    rows = cluster.ask("squeue", "-h", "-o", "%F|%Z").splitlines()
    return [row.partition("|")[0] for row in rows if row.endswith(f"|{sea.folder().path}")]


def test_the_script_is_shown_and_nothing_submitted(sea: Shore, cluster: Cluster) -> None:
    sea.make_plan()
    done = sea.ferry("submit", sea.plan, "--print", "--tasks", 50, "--running", 3, "--option=--qos=long")
    assert done.returncode == 0
    assert f"#SBATCH --array=0-{SUBJECTS - 1}%3" in done.stdout
    assert "#SBATCH --qos=long" in done.stdout
    assert "pract1ce-pw" not in done.stdout
    assert not sea.transfers.exists()
    assert cluster.ask("squeue", "-h", "-t", "PD") == ""
