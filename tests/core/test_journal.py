"""The journal survives crashes, and any prefix of one is a valid state."""

from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.making import plan_of, planned
from xnat_ferry import events
from xnat_ferry.events import AnyEvent
from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.transfer.journal import Journal, JournalReader, read_all
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.state import TransferState

STORY: list[AnyEvent] = [
    events.WorkerStarted(plan_hash="h", pid=1, host="n", version="0"),
    events.LoggedIn(server="https://a", user="ada", server_version="1.9"),
    events.SessionStarted(session="001_MR1"),
    events.SourceRead(session="001_MR1", scans=2, files=3, bytes=300),
    events.UnitFetched(session="001_MR1", unit="1", files=2, bytes=200, seconds=0.1),
    events.UnitSending(session="001_MR1", unit="1"),
    events.UnitSent(session="001_MR1", unit="1", files=2, bytes=200, seconds=0.1, row="/prearchive/x"),
    events.TriedAgain(session="001_MR1", unit="2", attempt=1, message="broke"),
    events.UnitSending(session="001_MR1", unit="2"),
    events.UnitSent(session="001_MR1", unit="2", files=1, bytes=100, seconds=0.1, row="/prearchive/x"),
    events.SessionBuilt(session="001_MR1", row="/prearchive/x"),
    events.SessionVerified(
        session="001_MR1",
        where=Where.PREARCHIVE,
        level=Level.IDENTITY,
        verdict="proven",
        counts={Mark.SAME: 3},
    ),
    events.ArchiveRequested(session="001_MR1", row="/prearchive/x"),
    events.SessionArchived(session="001_MR1", uri="/archive/y", seconds=1),
    events.SessionFinished(session="001_MR1", where=Where.ARCHIVE),
    events.UnitSending(session="002_MR1", unit="1"),
    events.UnitRefused(session="002_MR1", unit="1"),
    events.SessionFailed(session="002_MR1", message="no", advice="Ask."),
    events.TransferFinished(done=1, failed=1, requests=9, bytes_down=1, bytes_up=1, seconds=1),
]
PLAN = plan_of(planned("001_MR1"), planned("002_MR1"))


def written(path: Path, story: list[AnyEvent]) -> None:
    journal = Journal(path)
    for event in story:
        journal.write(event)
    journal.close()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    written(tmp_path / "j", STORY)
    assert read_all(tmp_path / "j") == STORY


def test_a_journal_is_for_its_owner_only(tmp_path: Path) -> None:
    written(tmp_path / "j", STORY[:1])
    assert (tmp_path / "j").stat().st_mode & 0o777 == 0o600


def test_a_torn_line_is_skipped_and_swallows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j"
    written(path, STORY[:3])
    path.write_bytes(path.read_bytes()[:-20])
    assert read_all(path) == STORY[:2]
    written(path, STORY[3:5])
    assert read_all(path) == STORY[:2] + STORY[3:5]


def test_a_reader_leaves_a_line_that_is_still_being_written(tmp_path: Path) -> None:
    path = tmp_path / "j"
    lines = [events.encode(event) for event in STORY[:2]]
    path.write_bytes(lines[0] + lines[1][:10])
    reader = JournalReader(path)
    assert reader.read_new() == STORY[:1]
    path.write_bytes(lines[0] + lines[1])
    assert reader.read_new() == STORY[1:2]
    assert reader.read_new() == []


@given(st.integers(0, sum(len(events.encode(event)) for event in STORY)))
def test_any_prefix_of_a_journal_replays(length: int) -> None:
    raw = b"".join(events.encode(event) for event in STORY)[:length]
    whole = raw[: raw.rfind(b"\n") + 1].splitlines()
    state = TransferState(PLAN, [events.decode(line) for line in whole])
    one = state.sessions["001_MR1"]
    assert set(one.sent) <= one.touched
    assert state.files_sent == sum(files for files, _ in one.sent.values())
    assert sum(state.count(phase) for phase in Phase) == 2


def test_a_whole_journal_says_what_became_of_each_session() -> None:
    state = TransferState(PLAN, STORY)
    assert state.phase == Phase.FAILED
    assert state.sessions["001_MR1"].where == Where.ARCHIVE
    assert [problem.session for problem in state.problems] == ["002_MR1"]
    assert (state.sessions["002_MR1"].touched, state.sessions["002_MR1"].cut_off) == (set(), set())
    assert (state.files_sent, state.bytes_sent, state.retries) == (3, 300, 1)


def test_a_session_that_is_tried_again_is_no_problem_any_more() -> None:
    state = TransferState(PLAN, [*STORY, STORY[0], events.SessionStarted(session="002_MR1")])
    assert state.problems == []
    assert state.phase == Phase.RUNNING


def test_an_event_about_an_unknown_session_changes_nothing() -> None:
    state = TransferState(PLAN, [events.SessionStarted(session="other")])
    assert state.count(Phase.WAITING) == 2


@settings(max_examples=40)
@given(
    clocks=st.lists(st.lists(st.integers(0, 20), max_size=12), min_size=1, max_size=4),
    most=st.integers(1, 9),
)
def test_parts_of_several_journals_are_all_of_them_by_their_time(clocks: list[list[int]], most: int) -> None:
    """A clock may go back; what one writer wrote later never comes earlier."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "journal.jsonl"
        keyed: list[tuple[int, AnyEvent]] = []
        for writer, moments in enumerate(clocks):
            told = [
                events.SessionStarted(at=float(at), session=f"{writer}.{number}")
                for number, at in enumerate(moments)
            ]
            path = Path(folder) / "tasks" / f"1.{writer}" / "journal.jsonl" if writer else place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(map(events.encode, told)) + b'{"torn')
            keyed += zip(accumulate(moments, max), told, strict=True)
        wanted = [event for _, event in sorted(keyed, key=itemgetter(0))]
        reader = JournalReader(place)
        parts = list(reader.read_in_parts(most))
        assert [event for part in parts for event in part] == wanted
        assert all(len(part) == most for part in parts[:-1])
        assert reader.read_new() == []
        assert read_all(place) == wanted
