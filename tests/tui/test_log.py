"""The log of a transfer: which lines it shows, however long it is, and where its problems are."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.making import plan_of, planned
from xnat_ferry import event_words, events
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry_tui.screens.transfer.log import Chosen
from xnat_ferry_tui.watching.watched import Watched

HAPPENINGS = st.builds(
    lambda kind, session, at: events.decode(events.encode(_made(kind, session, at))),
    st.sampled_from(["step", "silent", "failed", "all"]),
    st.sampled_from("AB"),
    st.floats(0, 1e9),
)


def _made(kind: str, session: str, at: float) -> events.AnyEvent:
    match kind:
        case "step":
            return events.SessionStarted(session=session, at=at)
        case "silent":
            return events.UnitProgressed(session=session, unit="1", moving="up", bytes=1, at=at)
        case "failed":
            return events.SessionFailed(
                session=session, scan="", message="lost", advice="resume", kind="ConnectionLost", at=at
            )
        case _:
            return events.WorkerStarted(plan_hash="h", pid=1, host="n", version="0", at=at)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> transfer_folders.TransferFolder:
    place: Path = tmp_path_factory.mktemp("log")
    return transfer_folders.create(place, plan_of(planned("A"), planned("B")))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(HAPPENINGS, max_size=12).map(lambda some: some * 30),
    st.lists(HAPPENINGS, max_size=12),
    st.booleans(),
    st.sampled_from(["", "A"]),
)
def test_the_newest_is_at_the_top_and_problems_are_found(
    folder: transfer_folders.TransferFolder,
    first: list[events.AnyEvent],
    later: list[events.AnyEvent],
    problems: bool,
    session: str,
) -> None:
    watched, chosen = Watched(folder), Chosen()

    def wanted(told: list[events.AnyEvent]) -> list[events.AnyEvent]:
        lines = [one for one in reversed(told) if event_words.what_happened(one)]
        lines = [one for one in lines if not session or getattr(one, "session", "") == session]
        return [one for one in lines if not problems or event_words.is_problem(one)]

    watched.take(first, True)
    assert chosen.take(watched, problems=not problems, session=session) is None, "another choice"
    assert chosen.take(watched, problems=problems, session=session) is None
    before = wanted(first)
    assert len(chosen) == len(before)
    watched.take(later, True)
    every = wanted([*first, *later])
    assert len(chosen) == len(before), "a line stands where it stood until it is looked at again"
    assert chosen.take(watched, problems=problems, session=session) == len(every) - len(before)
    assert [chosen.event(line) for line in range(len(chosen))] == every
    assert chosen.event(len(every)) is None
    wrong = [line for line, one in enumerate(every) if event_words.is_problem(one)]
    for line in range(0, len(every), 7):
        assert chosen.next_problem(line, 1) == next((one for one in wrong if one > line), None)
        assert chosen.next_problem(line, -1) == next((one for one in reversed(wrong) if one < line), None)
    assert chosen.next_problem(len(every), 1) is None
