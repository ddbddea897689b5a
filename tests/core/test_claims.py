"""Claims: a subject is one task's at a time, whoever dies, and nobody works on after having lost one."""

import shlex
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.making import plan_of, planned
from xnat_ferry import events
from xnat_ferry.errors import ClaimLost, Stopped, TransferLocked
from xnat_ferry.plan import Plan
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder, create
from xnat_ferry.transfer.journal import Journal
from xnat_ferry.transfer.slurm.claims import Claims, pull
from xnat_ferry.transfer.slurm.job import Job, JobOptions, Submission, keep_job, script_of
from xnat_ferry.transfer.slurm.submitting import ask_to_stop, fitted
from xnat_ferry.transfer.slurm.tasks import TaskFolder, number_of, submission_of, task_name
from xnat_ferry.transfer.status import read_state


def plan_with(subjects: int) -> Plan:
    return plan_of(
        *(
            planned(f"{subject:03}_MR{visit}", id=f"E{subject}_{visit}", to_subject=f"S{subject}")
            for visit in (1, 2)
            for subject in range(subjects)
        )
    )


@pytest.fixture
def transfer(tmp_path: Path) -> TransferFolder:
    return create(tmp_path, plan_with(12))


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """What is entered here counts as a task that runs, until the test ends or closes it."""
    with ExitStack() as stack:
        yield stack


def task(transfer: TransferFolder, number: int, submission: int = 1) -> TaskFolder:
    mine = TaskFolder(transfer, task_name(submission, number))
    mine.place.mkdir(parents=True, exist_ok=True)
    return mine


def tell(mine: TaskFolder, event: events.AnyEvent) -> None:
    journal = Journal(mine.journal)
    journal.write(event)
    journal.close()


FINISHED = events.TransferFinished(done=1, failed=0, requests=1, bytes_down=1, bytes_up=1, seconds=1)


def pulled(mine: TaskFolder, of: int = 4) -> list[str]:
    """The subjects that a task gets, in its order."""
    groups = pull(
        mine.read_plan(), Claims(mine), first=number_of(mine.task), of=of, open_=lambda group, attempt: True
    )
    return [group[0].to_subject for group in groups]


def test_tasks_at_the_same_time_share_all_subjects_and_none_twice(
    transfer: TransferFolder, running: ExitStack
) -> None:
    tasks = [task(transfer, number) for number in range(4)]
    for one in tasks:
        running.enter_context(lock.locked(one))
    got: dict[int, list[str]] = {}
    ready = threading.Barrier(4)

    def work(number: int) -> None:
        ready.wait()
        got[number] = pulled(tasks[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [subject for subjects in got.values() for subject in subjects]
    assert sorted(everything) == sorted({f"S{number}" for number in range(12)})


def test_a_group_is_all_sessions_of_one_subject(transfer: TransferFolder) -> None:
    mine = task(transfer, 0)
    groups = list(
        pull(mine.read_plan(), Claims(mine), first=0, of=1, open_=lambda group, attempt: attempt == 1)
    )
    assert [[one.session for one in group] for group in groups][:2] == [
        ["000_MR1", "000_MR2"],
        ["001_MR1", "001_MR2"],
    ]


def test_a_task_begins_elsewhere_than_the_others(transfer: TransferFolder) -> None:
    assert pulled(task(transfer, 2))[0] == "S6"


def test_subjects_that_differ_in_case_only_are_one(transfer: TransferFolder, running: ExitStack) -> None:
    first, second = task(transfer, 0), task(transfer, 1)
    running.enter_context(lock.locked(first))
    assert Claims(first).take("Case") == 1
    assert Claims(second).take("cASE") == 0


def test_what_a_dead_task_had_goes_to_another(transfer: TransferFolder) -> None:
    dead = task(transfer, 0)
    with lock.locked(dead):
        assert Claims(dead).take("S1") == 1
        assert Claims(task(transfer, 1)).take("S1") == 0
    assert Claims(task(transfer, 1)).take("S1") == 2


def test_what_failed_is_not_tried_again_by_the_same_array_but_by_the_next(transfer: TransferFolder) -> None:
    first = task(transfer, 0)
    assert Claims(first).take("S1") == 1
    tell(first, FINISHED)
    assert Claims(task(transfer, 1)).take("S1") == 0
    assert Claims(task(transfer, 0, submission=2)).take("S1") == 2


def test_a_task_that_is_declared_lost_loses_its_claims_and_finds_out(
    transfer: TransferFolder, running: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Claims, "LOOK_EVERY", 0)
    lost = task(transfer, 0)
    running.enter_context(lock.locked(lost))
    old = Claims(lost)
    assert old.take("S1") == 1
    old.check()
    new = Claims(task(transfer, 0, submission=2), gone=frozenset({"1.0"}))
    assert new.take("S1") == 2
    with pytest.raises(ClaimLost, match=r"Task 1\.0 was taken for lost"):
        old.check()
    new.check()


def test_a_claim_that_a_full_disk_tore_is_nobodys(transfer: TransferFolder) -> None:
    mine = task(transfer, 0)
    assert Claims(mine).take("S1") == 1
    (claim,) = (transfer.path / "claims").iterdir()
    claim.write_text("")
    assert Claims(task(transfer, 1)).take("S1") == 2


def test_an_array_that_shall_stop_stops_and_the_next_one_does_not(
    transfer: TransferFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Claims, "LOOK_EVERY", 0)
    assert not ask_to_stop(transfer)
    submission = Submission(number=1, tasks=2, running=2, at="")
    keep_job(transfer, Job(options=JobOptions(), submissions=(submission,)))
    Claims(task(transfer, 0)).check()
    assert ask_to_stop(transfer)
    with pytest.raises(Stopped):
        Claims(task(transfer, 0)).check()
    Claims(task(transfer, 0, submission=2)).check()


def test_a_worker_by_hand_and_a_task_exclude_each_other(transfer: TransferFolder) -> None:
    mine = task(transfer, 0)
    with lock.locked(transfer), pytest.raises(TransferLocked), lock.locked(mine):
        pass
    with lock.locked(mine), pytest.raises(TransferLocked), lock.locked(transfer):
        pass
    with lock.locked(mine), lock.locked(task(transfer, 1)):
        assert lock.running(transfer)
    assert not lock.running(transfer)


def test_journals_of_tasks_are_read_as_one(transfer: TransferFolder, running: ExitStack) -> None:
    first, second = task(transfer, 0), task(transfer, 1)
    tell(first, events.SessionStarted(session="000_MR1"))
    tell(second, events.SessionFailed(session="001_MR1", message="no", advice="none"))
    tell(second, FINISHED)
    running.enter_context(lock.locked(first))
    state = read_state(transfer)
    assert state.phase == "running"
    assert (state.sessions["000_MR1"].phase, state.sessions["001_MR1"].phase) == ("running", "failed")
    running.close()
    state = read_state(transfer)
    assert state.sessions["000_MR1"].phase == "waiting"
    assert state.phase == "stopped"


@given(st.integers(1, 9999), st.integers(0, 9999), st.integers(0, 3))
def test_a_task_is_named_by_submission_and_number(submission: int, number: int, restarts: int) -> None:
    name = task_name(submission, number, restarts)
    assert (submission_of(name), number_of(name)) == (submission, number)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 500))
def test_there_are_no_more_tasks_than_subjects(tasks: int, at_once: int, subjects: int) -> None:
    options = fitted(JobOptions(tasks=tasks, running=at_once), subjects)
    assert 1 <= options.running <= options.tasks <= max(1, subjects)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_a_script_quotes_what_it_is_given(word: str) -> None:
    script = script_of(Path("/a b/100%"), JobOptions(partition=word, more=(f"--qos={word}",)), 7)
    lines = [line for line in script.splitlines() if line.startswith("#SBATCH")]
    given = [shlex.split(line.removeprefix("#SBATCH "))[0] for line in lines]
    assert f"--partition={word}" in given
    assert f"--qos={word}" in given
    assert "--output=/a b/100%%/tasks/slurm-%A_%a.out" in given
    assert script.splitlines()[-1].endswith("--submission 7")
