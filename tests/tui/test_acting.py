"""What changes something is asked first, goes to the right place, and says why where it cannot be done."""

import os
import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from textual.events import Key
from textual.pilot import Pilot

from tests.core.making import DESTINATION, SOURCE, chosen, plan_of, planned, session_row, survey_of
from tests.core.slurm_stand_in import stand_in
from tests.tui.looking import screen_text, until, until_shown, until_told
from tests.tui.transfers import STARTED, finished, item, tell, transfer, verified
from xnat_ferry import events
from xnat_ferry.checks import Answer
from xnat_ferry.errors import LoginRefused, NoCredentials, SchedulerRefused, UsageError
from xnat_ferry.model import Endpoint, Where
from xnat_ferry.plan import NO_ANSWERS, Answers, Plan, same_for_all
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.judged import judge
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.preferences import Window
from xnat_ferry.survey import Survey
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.journal import Journal
from xnat_ferry.transfer.slurm import wishes
from xnat_ferry.transfer.slurm.job import JobOptions
from xnat_ferry_tui import proposals
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.logins import Logins
from xnat_ferry_tui.looking import Looking
from xnat_ferry_tui.workers import Workers


def no_login(server: str) -> Credentials:
    raise NoCredentials(server=server)


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Signals that would have been sent, looking whether a process is there left out."""
    sent: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append(pid) if number else None)
    return sent


def held(empty_desk: Desk, holder: lock.Holder) -> transfer_folders.TransferFolder:
    folder = transfer_folders.create(empty_desk.transfers, plan_of(planned("A")))
    folder.lock.write_bytes(msgspec.json.encode(holder))
    return folder


async def test_a_worker_on_another_machine_is_never_stopped_from_here(
    empty_desk: Desk, signals: list[int]
) -> None:
    held(empty_desk, lock.Holder(os.getpid(), "another-host", ""))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "RUNNING")
        await pilot.press("x")
        await until_shown(pilot, "y Yes")
        await pilot.press("y")
        await until_shown(pilot, "The worker runs on another-host")
    assert signals == []


async def test_a_worker_here_is_asked_to_stop_only_after_a_yes(empty_desk: Desk, signals: list[int]) -> None:
    held(empty_desk, lock.Holder(os.getpid(), socket.gethostname(), ""))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "RUNNING")
        await pilot.press("x")
        await until_shown(pilot, "y Yes")
        await pilot.press("enter", "x")
        await until_shown(pilot, "y Yes")
        assert signals == []
        await pilot.press("y")
        await until(pilot, lambda: signals)
    assert signals == [os.getpid()]


async def test_what_makes_no_sense_is_told_instead_of_asked(empty_desk: Desk) -> None:
    folder = transfer_folders.create(empty_desk.transfers, plan_of(planned("A")))
    journal = Journal(folder.journal)
    journal.write(events.WorkerStarted(plan_hash="h", pid=1, host="n", version="0"))
    journal.write(events.TransferFinished(done=0, failed=0, requests=1, bytes_down=1, bytes_up=1, seconds=1))
    journal.close()
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "DONE")
        for key, words in (("A", "Nothing of this transfer waits"), ("s", "is done"), ("x", "not running")):
            await pilot.press(key)
            text = await until_shown(pilot, words, "Enter Close")
            assert "y Yes" not in text
            await pilot.press("enter")
            await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_plan_that_cannot_be_read_does_not_hide_the_others(empty_desk: Desk) -> None:
    whole = transfer_folders.create(empty_desk.transfers, plan_of(planned("A")))
    torn = transfer_folders.create(empty_desk.transfers, plan_of(planned("B")))
    torn.worker_plan.write_bytes(b"{torn")
    os.utime(whole.worker_plan, (1, 1))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("3")
        await until_shown(pilot, whole.id, "Unreadable plan")


def test_a_password_goes_to_the_server_it_was_typed_for_and_to_no_other() -> None:
    logins = Logins(no_login)
    servers = ["https://a.example", "https://b.example"]
    assert logins.missing(servers) == servers
    logins.take("https://a.example", Credentials("ada", "for a"))
    assert logins("https://a.example").password == "for a"
    assert logins.missing(servers) == ["https://b.example"]
    with pytest.raises(NoCredentials):
        logins("https://b.example")


def test_a_refused_login_is_asked_for_again() -> None:
    logins = Logins(lambda server: Credentials("ada", "from the environment"))
    assert logins.missing(["https://a.example"]) == []
    logins.refuse("https://a.example")
    assert logins.missing(["https://a.example"]) == ["https://a.example"]
    logins.take("https://a.example", Credentials("ada", "right"))
    assert logins.missing(["https://a.example"]) == []
    assert logins("https://a.example").password == "right"


async def test_a_login_that_a_worker_was_refused_is_asked_for_anew(empty_desk: Desk) -> None:
    folder = transfer(empty_desk, STARTED)
    for server in (SOURCE.server, DESTINATION.server):
        empty_desk.logins.take(server, Credentials("ada", "as it was"))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "STOPPED", "s goes on with it")
        tell(folder, events.WorkerStopped(why="The login was refused.", login_refused=SOURCE.server))
        await until_shown(pilot, "stopped: The login was refused.")
        await pilot.press("s")
        await until_shown(pilot, "y Yes")
        await pilot.press("y")
        await until_shown(pilot, f"Who are you at {SOURCE.server}?")
        await pilot.press("escape")
        empty_desk.logins.take(SOURCE.server, Credentials("ada", "as it is"))
        other = transfer(empty_desk)
        await pilot.press("t")
        await until_shown(pilot, other.id, "WAITING")
        await pilot.press("t")
        await until_shown(pilot, folder.id, "stopped: The login was refused.")
        assert empty_desk.logins(SOURCE.server).password == "as it is"


def test_a_password_that_is_refused_meanwhile_is_tried_once(
    desk: Desk, practice_demo: PracticeServer
) -> None:
    """Whoever changed it types the new one; the old one, tried again and again, would lock the account."""
    look, server = partial(Looking(desk).look, Errand(lambda *_: None)), practice_demo.url
    look()
    practice_demo.clear_log()
    faults = [
        {"match": "GET /data/projects", "expire_login": True, "times": 1},
        {"match": "GET /data/auth", "status": 401},
    ]
    practice_demo.set_faults(faults)
    with pytest.raises(LoginRefused):
        look()
    desk.logins.refuse(server)
    with pytest.raises(NoCredentials):
        look()
    assert [one["path"] for one in practice_demo.log()].count("/data/auth") == 1
    practice_demo.set_faults([])
    desk.logins.take(server, Credentials(practice_demo.user, practice_demo.password))
    look()
    assert desk.source is not None
    assert desk.source.sessions


def test_an_array_that_slurm_may_have_taken_is_followed_and_one_it_refused_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, practice_demo: PracticeServer
) -> None:
    slurm = stand_in(tmp_path / "slurm", monkeypatch)
    stored = [Credentials(practice_demo.user, practice_demo.password)]
    workers = workers_at(tmp_path, lambda server: stored[0])
    (slurm / "sbatch.complains").write_text("error: Socket timed out on send/recv operation")
    folder, given = workers.submit(plan_at(practice_demo), JobOptions())
    assert wishes.in_words(given) == "It was handed to Slurm, which has not said yet that it took it."
    (slurm / "squeue.says").write_text(f"4711|{folder.path}\n")
    again = workers.submit_again(folder, adding={})
    assert again is not None
    assert again.job == "4711"
    (slurm / "sbatch.complains").write_text("error: invalid partition specified: long")
    with pytest.raises(SchedulerRefused, match="invalid partition"):
        workers.submit(plan_at(practice_demo), JobOptions())
    assert [one.id for one in transfer_folders.find_all(tmp_path / "transfers")] == [folder.id]
    tried = (slurm / "asked").read_text().count("--parsable")
    practice_demo.clear_log()
    stored[0] = Credentials(practice_demo.user, "as it was")
    for _ in range(2):
        # no LoginRefused, for which another one is asked for here: the tasks would not have it
        with pytest.raises(UsageError, match="It is the one that the tasks would find"):
            workers.submit(plan_at(practice_demo), JobOptions())
    assert [one["path"] for one in practice_demo.log()].count("/data/auth") == 1
    assert (slurm / "asked").read_text().count("--parsable") == tried == 2


def test_a_login_that_only_this_window_knows_is_no_reason_to_ask_for_one_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "slurm", monkeypatch)
    logins = Logins(no_login)
    workers = Workers(transfers=tmp_path / "transfers", spool=tmp_path / "spool", logins=logins)
    for server in (SOURCE.server, DESTINATION.server):
        logins.take(server, Credentials("ada", "typed"))
    with pytest.raises(UsageError, match=f"find no login for {SOURCE.server}"):
        workers.submit(plan_of(planned("A")), JobOptions())
    assert not transfer_folders.find_all(tmp_path / "transfers")


def workers_at(tmp_path: Path, find: Callable[[str], Credentials]) -> Workers:
    return Workers(transfers=tmp_path / "transfers", spool=tmp_path / "spool", logins=Logins(find))


def plan_at(server: PracticeServer) -> Plan:
    """A session that is at neither end, between two of its projects."""
    source, destination = (Endpoint(server.url, project) for project in server.projects[:2])
    return msgspec.structs.replace(plan_of(planned("A")), source=source, destination=destination)


async def test_each_server_is_asked_about_by_name(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("C", *"https://127.0.0.1:1/P", "enter", *"https://127.0.0.2:1/Q", "enter")
        await until_shown(pilot, "Who are you at https://127.0.0.1:1?")
        await pilot.press(*"ada", "enter", *"one", "enter")
        text = await until_shown(pilot, "Who are you at https://127.0.0.2:1?")
        assert "one" not in text
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert empty_desk.ends is None


def question(survey: Survey, answers: Answers = NO_ANSWERS) -> list[str]:
    return proposals.start_question(judge(survey, PlanRequest(made="now", answers=answers)))


def test_what_is_left_out_is_said_and_counted() -> None:
    taken = tuple(session_row(f"S{number}") for number in range(8))
    free = chosen(session_row("FREE"))
    survey = survey_of(*(chosen(row) for row in taken), free, there=taken)
    asked = question(survey, same_for_all(Answer.SKIP))
    assert "Copy 1 session" in asked[0]
    assert "8 sessions are left out: S0, S1, S2, S3, S4 and 3 more." in asked


def test_what_should_be_read_first_is_counted() -> None:
    assert not [line for line in question(survey_of(chosen(session_row("A")))) if "checklist" in line]
    there = (session_row("A", id="THERE_A", owner="DST"),)
    asked = question(survey_of(chosen(session_row("A")), there=there))
    assert "The checklist has 1 line to look at." in asked


NAMES = {"\b": "backspace", "\r": "enter", ":": "colon", "/": "slash", ".": "full_stop", "-": "minus"}


async def burst(pilot: Pilot[None], keys: str) -> None:
    """Keys that come all at once, as over a slow line: none waits for what the one before has done."""
    for key in keys:
        pilot.app.post_message(Key(NAMES.get(key, key), key if key.isprintable() else None))
    await pilot.pause()


async def test_what_is_typed_ahead_goes_to_the_fields_it_was_meant_for(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("C")
        await until_shown(pilot, "Which projects?")
        await burst(pilot, "https://127.0.0.1:1/P\rhttps://127.0.0.2:1/Q\r")
        await until_shown(pilot, "Who are you at https://127.0.0.1:1?")
        await burst(pilot, "aDA\b\bda\roneX\b\r")
        text = await until_shown(pilot, "Who are you at https://127.0.0.2:1?")
        assert "one" not in text
        assert empty_desk.logins("https://127.0.0.1:1") == Credentials("ada", "one")


async def test_a_folder_without_images_says_what_it_holds(empty_desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "A_MR1.zip").write_bytes(b"PK")
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "5 CONNECT")
        empty_desk.ends = (SOURCE, DESTINATION)
        app.connecting.take_place(str(tmp_path))
        await until_told(pilot, "holds no DICOM images", "A_MR1.zip: it is no DICOM file", "f, and its path")


@pytest.mark.parametrize("closed", ["https://b.example", "HTTPS://B.example:443/"])
async def test_a_server_that_is_for_looking_only_is_named_and_left_alone(
    empty_desk: Desk, closed: str
) -> None:
    transfer(empty_desk, STARTED, finished())
    empty_desk.names["https://b.example"] = "there"
    app = FerryApp(empty_desk, window=Window(read_only_at=(closed,)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "DONE")
        await pilot.press("A")
        await until_shown(pilot, "Archive: not at there, which is read-only.", "read_only_at")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        empty_desk.ends = (SOURCE, DESTINATION)
        await pilot.press("2", "1")
        await until_shown(pilot, "READ-ONLY SRC")
        empty_desk.ends = (DESTINATION, SOURCE)
        await pilot.press("2", "1")
        assert "READ-ONLY" not in screen_text(app)  # a copy changes nothing at its source


async def test_what_writes_down_what_it_finds_is_left_off_at_its_next_step(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    begun, go_on = threading.Event(), threading.Event()

    def look(errand: Errand) -> None:
        begun.set()
        go_on.wait(60)
        errand.progress("sessions read", 1, 9)

    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "5 CONNECT")
        app.seek("Comparing.", look, at_once=False)
        await until(pilot, begun.is_set)
        await pilot.press("x")
        text = await until_shown(pilot, "Comparing. It is left off at its next step.")
        assert "(x leaves off)" not in text
        await pilot.press("x")
        await until_shown(pilot, "It ends at its next step")
        go_on.set()
        await until_shown(pilot, "Stopped on request. Nothing was changed by it.")
        await pilot.press("x")
        await until_shown(pilot, "Nothing is being looked at.")


async def test_a_finished_transfer_that_differs_can_be_sent_again(empty_desk: Desk) -> None:
    folder = transfer(
        empty_desk, STARTED, events.SessionFinished(session="A", where=Where.ARCHIVE), finished()
    )
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "Not verified yet")
        await pilot.press("s")
        await until_shown(pilot, "Every session of this transfer is done.")
        await pilot.press("enter")
        verified(folder, "A", item("A", "1", "one.dcm"))
        await until_shown(pilot, "NOT CLEAN")
        await pilot.press("s")
        await until_shown(pilot, "A differs in the archive: what it lacks is sent again.", "y Yes")
