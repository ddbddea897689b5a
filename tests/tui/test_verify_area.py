"""Area 4: only what differs, from the session down to the header, and what can be done about it."""

import msgspec
import pytest

from tests.core.making import instance
from tests.tui.looking import until, until_shown, until_told
from tests.tui.transfers import STARTED, finished, item, transfer, verified
from xnat_ferry import events
from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.manifest import append_unit
from xnat_ferry.verify.kept import read_verification
from xnat_ferry.verify.verification import What
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.dialogs.type_name import TypeName
from xnat_ferry_tui.screens.verify.rows import Place, rows_at
from xnat_ferry_tui.screens.verify.verdict import archiving
from xnat_ferry_tui.watching.watched import Watched
from xnat_ferry_tui.widgets.lines import Lines


def differing(desk: Desk) -> TransferFolder:
    """Two sessions, one of which is whole and one of which lacks a file and has another one."""
    archived = events.SessionArchived(session="A", uri="/u", seconds=1)
    done = events.SessionFinished(session="A", where=Where.ARCHIVE)
    folder = transfer(desk, STARTED, archived, done, finished(), labels=("A", "B"))
    verified(folder, "A")
    other = item("B", "1", "b2.dcm", Mark.DIFFERS, What.PIXELS)
    verified(folder, "B", item("B", "1", "b1.dcm"), other)
    return folder


def test_of_a_scan_that_nobody_could_look_at_no_file_is_called_fine(empty_desk: Desk) -> None:
    folder = transfer(empty_desk)
    verified(folder, "A", item("A", "1", "", Mark.UNKNOWN, What.UNREADABLE), same=0)
    plan = folder.read_plan()
    found = read_verification(folder, plan)
    assert found is not None
    (scan,) = rows_at(Place("A"), found, plan, (), equal=True)
    assert "fine" not in " ".join(scan.about)


def test_what_was_not_proven_is_not_called_refused(empty_desk: Desk) -> None:
    watched = Watched(transfer(empty_desk, labels=("A", "B")))
    happened = [
        event
        for label, kind in (("A", "NotProven"), ("B", "ArchiveRefused"))
        for event in (
            events.SessionBuilt(session=label, row="r"),
            events.SessionFailed(session=label, message="No.", advice="", kind=kind),
        )
    ]
    watched.take(happened, False)
    assert archiving(watched, "L", whole=False) == [
        "Archiving: 0 of 2 archived, 1 not proven, 1 refused (L reads the log)"
    ]


@pytest.mark.parametrize("size", [(60, 20), (40, 12)])
async def test_in_a_low_window_title_verdict_list_and_keys_stay_in_sight(
    empty_desk: Desk, size: tuple[int, int]
) -> None:
    folder = transfer(
        empty_desk,
        STARTED,
        events.SessionArchived(session="A", uri="/u", seconds=1),
        events.SessionRemoved(session="A", how=events.Removal.DELETE),
        events.SessionBuilt(session="B", row="r"),
        events.SessionFailed(session="B", message="no " * 300, advice="Again! " * 30, kind="ArchiveRefused"),
        finished(1),
        labels=("A", "B"),
    )
    verified(folder, "A")
    verified(folder, "B", msgspec.structs.replace(item("B", "1", "b1.dcm"), likely="It was cut. " * 60))
    async with FerryApp(empty_desk).run_test(size=size) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "3 TRANSFER", "All  [", "0 of 2 sessions done, 1 failed", "! ", "x Stop")
        await pilot.press("4")
        in_sight = ["4 VERIFY", "NOT CLEAN", "s Send again"]
        in_sight += ["At the source: 1 session gone", "1 refused"] if size[1] > 12 else []
        await until_shown(pilot, *in_sight, "+  B")
        await pilot.press("n")
        await until_shown(pilot, *in_sight, "+  b1.dcm")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_one_goes_from_the_session_to_the_file_and_back(
    empty_desk: Desk, size: tuple[int, int]
) -> None:
    differing(empty_desk)
    app = FerryApp(empty_desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        text = await until_shown(pilot, "DONE", "When it was last compared it was NOT CLEAN")
        assert "has the proof" not in text
        await pilot.press("4")
        text = await until_shown(pilot, "NOT CLEAN   2 sessions", "= 18 same", "only what differs")
        assert "S_1" not in text
        assert "*  B" in text
        await pilot.press("enter")
        await until_shown(pilot, "sessions > B", "+ 1 missing there", "The upload was cut")
        await pilot.press("enter")
        text = await until_shown(pilot, "sessions > B > scan 1", "b1.dcm", "b2.dcm", "pixel-digest")
        assert text.index("b2.dcm") < text.index("b1.dcm")  # the gravest first
        await pilot.press("j", "enter")
        text = await until_shown(pilot, "The destination does not have this file")
        assert "prearchive" not in text
        await pilot.press("escape")
        await pilot.press("backspace", "backspace")
        await until_shown(pilot, "*  B", "sessions   (only")


async def test_what_is_equal_is_shown_when_it_is_asked_for(empty_desk: Desk) -> None:
    folder = differing(empty_desk)
    sent = [instance(name) for name in ("a1.dcm", "a2.dcm")]
    append_unit(folder.manifest("XNAT_1"), "1", sent)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "e")
        await until_shown(pilot, "=  A", "*  B")
        await pilot.press("j", "enter")
        await until_shown(pilot, "sessions > A", "=  1", "2 files of it are fine")
        await pilot.press("enter")
        await until_shown(pilot, "a1.dcm", "a2.dcm", "100 bytes", "a1.dcm: same")


async def test_n_visits_every_difference_in_the_order_of_the_lists(empty_desk: Desk) -> None:
    folder = differing(empty_desk)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "NOT CLEAN")
        await pilot.press("n")
        await until_shown(pilot, "sessions > B > scan 1", "* B scan 1 b2.dcm: pixel-digest")
        await pilot.press("n")
        await until_shown(pilot, "+ B scan 1 b1.dcm: missing", "source: source of b1.dcm   destination: -")
        await pilot.press("n")
        await until_shown(pilot, "That is the last difference.")
        await pilot.press("N")
        await until_shown(pilot, "* B scan 1 b2.dcm: pixel-digest")
        # of several sessions the one that one stands on comes first, and then what stands below it
        verified(folder, "A", item("A", "1", "a1.dcm"))
        await pilot.press("backspace", "backspace")
        await until_shown(pilot, "*  B", "+  A", "* 1 differ  + 1 missing")
        await pilot.press("G", "n")
        await until_shown(pilot, "+ A scan 1 a1.dcm: missing")
        await pilot.press("N")
        await until_shown(pilot, "+ B scan 1 b1.dcm: missing")


async def test_the_record_is_read_and_kept_in_three_forms(empty_desk: Desk) -> None:
    folder = differing(empty_desk)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "NOT CLEAN")
        await pilot.press("w")
        await until_shown(pilot, "Kept as", "record.html", "Arrows and PgDn move   Escape Close")
        await pilot.press("pagedown", "pagedown")
        assert "S_1" in folder.record.read_text().replace("\\", "")
        await until_shown(pilot, "S_1")
        assert all(folder.record.with_suffix(kind).is_file() for kind in (".md", ".html", ".json"))
        await pilot.press("escape")
        await until_shown(pilot, "NOT CLEAN")


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Processes that would have been started."""
    from xnat_ferry_tui import workers

    started: list[str] = []
    monkeypatch.setattr(workers, "start_worker", lambda folder, *_, **__: started.append(folder.id))
    return started


@pytest.mark.parametrize(
    "typed", ["", "y", "SRC", "dst", "DST2"], ids=["nothing", "yes", "source", "other case", "more"]
)
async def test_nothing_but_the_destinations_name_deletes_at_the_source(
    empty_desk: Desk, workers: list[str], typed: str
) -> None:
    folder = differing(empty_desk)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "NOT CLEAN")
        await pilot.press("D")
        await until_shown(pilot, "Delete 1 session at", "A, which is S_1 there", "planned as a copy")
        await pilot.press(*typed, "enter")
        await until_shown(pilot, "That is not the name of the destination project. Nothing was deleted.")
        assert isinstance(app.screen, TypeName)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert workers == []
    assert not (folder.path / "removal.json").exists()


async def test_what_is_not_archived_cannot_be_deleted(empty_desk: Desk) -> None:
    transfer(empty_desk, STARTED, finished())
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "Not verified yet: nothing of")
        await pilot.press("D")
        text = await until_shown(pilot, "Nothing can be deleted", "A archives")
        assert "Type the destination" not in text


async def test_the_level_of_proof_is_a_choice(empty_desk: Desk) -> None:
    folder = differing(empty_desk)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "NOT CLEAN", "compared by identity in")
        verified(folder, "A", level=Level.FULL)
        await until_shown(pilot, "20 files compared by identity and full in the archive")
        await pilot.press("s")
        await until_told(
            pilot,
            "B differs in the archive: what it lacks is sent again.",
            "another one in the archive is not replaced: delete it there first.",
        )
        await pilot.press("n")
        await pilot.press("v")
        await until_shown(pilot, "How closely", "counts", "identity", "sample", "full", "headers", "refresh")
        assert app.screen.query_one("#choices", Lines).highlighted == 2
        await pilot.press("enter")
        await until_shown(pilot, "Who are you at")
