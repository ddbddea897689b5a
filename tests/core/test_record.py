"""The record is complete, and hostile labels cannot break it."""

from tests.core.making import plan_of, planned
from tests.core.test_journal import PLAN, STORY
from xnat_ferry import events
from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.plan import Fate
from xnat_ferry.record import make_record
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.verification import SessionVerification, Verification, count_marks

PROVEN = Verification(
    level=Level.IDENTITY,
    sessions=(
        SessionVerification(
            source="001_MR1",
            destination="001_MR1",
            where=Where.ARCHIVE,
            level=Level.IDENTITY,
            counts=count_marks([Mark.AS_PLANNED] * 3),
        ),
    ),
)


def test_says_who_moved_what_from_where_to_where_and_what_was_proven() -> None:
    text = make_record("20260102-SRC-DST-7f3a", TransferState(PLAN, STORY), PROVEN)
    for words in (
        "SRC @ a.example",
        "DST @ b.example",
        "ada",
        "XNAT 1.9",
        "001",
        "proven in the archive",
        "~ 3",
    ):
        assert words in text
    assert "no Ask." in text  # the failed session's message and advice


def test_a_transfer_that_never_began_has_a_record_too() -> None:
    text = make_record("x", TransferState(PLAN), None)
    assert "not yet" in text
    assert "waiting" in text


def test_what_stays_behind_is_in_it() -> None:
    plan = plan_of(
        planned("a", left_behind=("resource NIFTI of scan 1",)),
        planned("b", Fate.SKIP, why="same-study: there"),
    )
    left = events.FileLeftOut(session="a", scan="1", name="notes.txt", why="no DICOM")
    text = make_record("x", TransferState(plan, [left, events.SessionSkipped(session="b", why="w")]), None)
    for words in ("NIFTI", "notes.txt", "same-study: there"):
        assert words in text


def test_a_hostile_label_stays_in_its_cell() -> None:
    hostile = "a|b\n## [red]`x`<script>\x1b[31m"
    text = make_record("x", TransferState(plan_of(planned(hostile))), None)
    assert "\x1b" not in text
    assert "\n## [" not in text
    (row,) = [line for line in text.splitlines() if "script" in line]
    assert row.replace("\\|", "").count("|") == 8
    assert "<script>" not in row.replace("\\<", "").replace("\\>", "")
