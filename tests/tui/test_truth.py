"""The screen claims nothing that nobody looked at: marks, verdicts, phases and paces."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.core.making import DESTINATION, SOURCE, plan_of, planned, session_row, view, waiting
from tests.tui.looking import until_shown
from xnat_ferry import events
from xnat_ferry.model import Endpoint, Level, Mark, Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.verify.verification import SessionVerification, Verification, count_marks
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.explaining.tour import guidance
from xnat_ferry_tui.screens.browse.sides import Sides
from xnat_ferry_tui.screens.transfer import area
from xnat_ferry_tui.watching.proofs import Proofs
from xnat_ferry_tui.watching.watched import Watched

HERE = (session_row("A"),)


@pytest.fixture
def transfer(tmp_path: Path) -> Callable[..., TransferFolder]:
    def make(*sessions: PlannedSession) -> TransferFolder:
        return transfer_folders.create(tmp_path / "transfers", plan_of(*sessions))

    return make


def proof(label: str, renamed: str = "", mark: Mark = Mark.SAME) -> SessionVerification:
    return SessionVerification(
        source=label,
        destination=renamed or label,
        where=Where.ARCHIVE,
        level=Level.IDENTITY,
        counts=count_marks([mark]),
    )


def proofs(*sessions: SessionVerification) -> Verification:
    return Verification(level=Level.IDENTITY, sessions=sessions)


def keep(folder: TransferFolder, session: PlannedSession, result: SessionVerification) -> None:
    folder.verification(session.id).write_bytes(msgspec.json.encode(result))


@pytest.mark.parametrize(
    ("here", "there", "mark"),
    [(HERE, None, "?"), (None, HERE, "?"), (HERE, (), "+"), ((), HERE, "-"), (HERE, HERE, "?")],
    ids=["destination unread", "source unread", "only here", "only there", "both"],
)
def test_a_side_that_could_not_be_read_is_not_called_empty(here: object, there: object, mark: str) -> None:
    sides = Sides(view(SOURCE, here), view(DESTINATION, there))  # type: ignore[arg-type]
    assert sides.mark(0 if here else 1, HERE[0]) == mark


@pytest.mark.parametrize(
    ("found", "mark"),
    [
        (proof("A"), "="),
        (proof("A", mark=Mark.AS_PLANNED), "~"),
        (proof("A", mark=Mark.DIFFERS), "*"),
        (proof("A", mark=Mark.UNKNOWN), "?"),
        (proof("Z", renamed="A"), "?"),
        (msgspec.structs.replace(proof("A"), where=Where.PREARCHIVE), "?"),
    ],
    ids=["same", "as planned", "differs", "unknown", "of another session", "in the prearchive"],
)
def test_only_a_proof_of_this_very_session_in_the_archive_counts(
    found: SessionVerification, mark: str
) -> None:
    assert Sides(view(SOURCE, HERE), view(DESTINATION, HERE), proofs(found)).mark(0, HERE[0]) == mark


def test_a_proof_between_other_projects_says_nothing_here(
    empty_desk: Desk, transfer: Callable[..., TransferFolder]
) -> None:
    empty_desk.watched = Watched(transfer(planned("A")))
    empty_desk.watched.verification = proofs(proof("A"))
    empty_desk.ends = (SOURCE, DESTINATION)
    assert empty_desk.proofs() is empty_desk.watched.verification
    empty_desk.ends = (SOURCE, Endpoint(DESTINATION.server, "ANOTHER"))
    assert empty_desk.proofs() is None


def test_what_waits_in_the_prearchive_is_seen() -> None:
    there = view(DESTINATION, (), prearchive=(waiting("a"),))
    assert Sides(view(SOURCE, HERE), there).waits(HERE[0])


async def test_one_proven_session_does_not_speak_for_the_others(
    empty_desk: Desk, transfer: Callable[..., TransferFolder]
) -> None:
    first, second = planned("A"), planned("B")
    folder = transfer(first, second)
    keep(folder, first, proof("A"))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        text = await until_shown(pilot, "NOT ALL VERIFIED", "1 of 2 sessions", "Nothing of what was compared")
        assert "PROVEN" not in text
        assert "Every file is proven" not in guidance("verify", empty_desk)
        keep(folder, second, proof("B"))  # as 'verify' in another terminal would
        await until_shown(pilot, "PROVEN   2 sessions", "Nothing differs.")
        assert "Every file is proven" in guidance("verify", empty_desk)


def test_only_what_may_have_changed_is_read_again(transfer: Callable[..., TransferFolder]) -> None:
    first, second = planned("A"), planned("B")
    folder = transfer(first, second)
    kept = Proofs(folder, folder.read_plan())
    assert kept.newest([], alive=True) is None
    keep(folder, first, proof("A"))
    keep(folder, second, proof("B"))
    verified = events.SessionVerified(
        session="A", where=Where.ARCHIVE, level=Level.IDENTITY, verdict="proven", counts={}
    )
    found = kept.newest([verified], alive=True)
    assert found is not None
    assert [one.source for one in found.sessions] == ["A"]
    assert kept.newest([], alive=True) is None


STARTED = events.WorkerStarted(plan_hash="h", pid=1, host="n", version="0")
STOPPED = events.WorkerStopped(why="asked")
FINISHED = events.TransferFinished(done=1, failed=0, requests=1, bytes_down=1, bytes_up=1, seconds=1)


@pytest.mark.parametrize(
    ("told", "alive", "phase"),
    [
        ([], False, Phase.WAITING),
        ([], True, Phase.RUNNING),
        ([STARTED], True, Phase.RUNNING),
        ([STARTED], False, Phase.STOPPED),
        ([STARTED, STOPPED], True, Phase.RUNNING),
        ([STARTED, FINISHED], False, Phase.DONE),
        ([STARTED, FINISHED], True, Phase.DONE),
    ],
)
def test_the_phase_is_the_journals_set_right_by_the_worker(
    transfer: Callable[..., TransferFolder], told: list[events.AnyEvent], alive: bool, phase: Phase
) -> None:
    watched = Watched(transfer(planned("A")))
    watched.take(told, alive)
    assert watched.phase == phase


def test_a_worker_that_is_seen_later_than_its_first_event_is_running(
    transfer: Callable[..., TransferFolder],
) -> None:
    watched = Watched(transfer(planned("A")))
    watched.take([STARTED], False)
    watched.take([], True)
    assert watched.phase == Phase.RUNNING


def test_a_stalled_transfer_has_no_pace(transfer: Callable[..., TransferFolder]) -> None:
    watched = Watched(transfer(planned("A")))
    for at, sent in ((100.0, 50), (101.0, 100)):
        moved = events.UnitProgressed(at=at, session="A", unit="1", moving="up", bytes=sent)
        watched.take([moved], True)
    assert watched.pace(102.0) == (50.0, 2.0)
    assert watched.pace(200.0) == (None, None)


async def test_a_transfer_that_was_started_here_is_among_all_there_are_at_once(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(area, "_EVERY", 3600.0)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.workers.wait_for_complete()  # the look at the beginning, which finds none
        folder = transfer_folders.create(empty_desk.transfers, plan_of(planned("A"), planned("B")))
        app.following.started(Watched(folder))
        await until_shown(pilot, "0 of 2        |")
