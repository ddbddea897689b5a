"""Numbers and events in words."""

import pytest

from tests.core.test_journal import STORY
from xnat_ferry import event_words, events, wording
from xnat_ferry.model import Mark


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (38_400_000_000, "38.4 GB"),
        (210_000_000, "210 MB"),
        (4e15, "4000.0 TB"),
    ],
)
def test_sizes(count: int, words: str) -> None:
    assert wording.size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (12.4, "12 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (59.6, "1 min 0 s"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


def test_marks_that_do_not_occur_are_not_counted() -> None:
    assert wording.counts({Mark.SAME: 1200, Mark.UNKNOWN: 0}) == "= 1,200 same"
    assert wording.counts(dict.fromkeys(Mark, 0)) == "nothing was compared"


def test_every_kind_of_event_is_a_line_or_a_step_between() -> None:
    between = {"SessionStarted", "UnitProgressed", "UnitSending", "UnitRefused", "ArchiveRequested"}
    for event in STORY:
        kind = type(event).__name__
        assert bool(event_words.what_happened(event)) == (kind not in between), kind


def test_what_needs_a_person_is_a_problem() -> None:
    problems = {type(event).__name__ for event in STORY if event_words.is_problem(event)}
    assert problems == {"TriedAgain", "SessionFailed"}
    assert event_words.is_problem(events.WorkerStopped(why="disk full"))


def test_a_count_and_its_noun_agree() -> None:
    assert [wording.plural(count, "file") for count in (1, 1_234)] == ["1 file", "1,234 files"]
    assert [wording.out_of(1, count, "file") for count in (1, 2)] == ["1 of 1 file", "1 of 2 files"]
    assert [wording.all_of(count, "session") for count in (1, 2)] == ["the one session", "all 2 sessions"]
