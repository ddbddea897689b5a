"""A transfer's pace as it is asked for, kept and told; the log of calls stays small."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import plan_of, planned
from xnat_ferry import events
from xnat_ferry.cli.options.pacing import AS_IT_COMES, Pacing
from xnat_ferry.errors import SpoolTooSmall, UsageError
from xnat_ferry.plan import PlannedScan
from xnat_ferry.transfer.call_log import CallLog
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace, read_pace, spool_for
from xnat_ferry.transfer.pacing.wished_pace import as_typed, parse_bytes, typed_pace
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.xnat.client import Call


@pytest.mark.parametrize(
    ("text", "count"),
    [("500", 500), ("500k", 500_000), ("20M", 20_000_000), ("1.5G", 1_500_000_000), ("2Mi", 2 * 1024**2)],
)
def test_an_amount_is_read_as_people_write_it(text: str, count: int) -> None:
    assert parse_bytes(text) == parse_bytes(f" {text}B ") == count


@pytest.mark.parametrize("text", ["", "M", "-3M", "20 X", "1e9", "20M/s", "\x1b[31m"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no amount of bytes"):
        parse_bytes(text)


def test_what_is_not_given_stays_as_it_was(tmp_path: Path) -> None:
    pace = Pacing(connections=2, bytes_per_second="20M").over(Pace(at_once=5))
    assert pace == Pace(at_once=5, connections=2, bytes_per_second=20_000_000)
    keep_pace(tmp_path / "pace.json", pace)
    assert AS_IT_COMES.over(read_pace(tmp_path / "pace.json")) == pace
    assert read_pace(tmp_path / "none.json") == Pace()


@pytest.mark.parametrize(
    "wrong", [Pacing(at_once=0), Pacing(connections=-1), Pacing(requests_per_second=float("nan"))]
)
def test_nothing_at_all_is_no_pace(wrong: Pacing) -> None:
    with pytest.raises(UsageError, match="must be a number above 0"):
        wrong.over(Pace())


def test_what_is_typed_is_read_again_as_it_was() -> None:
    pace = Pace(at_once=3, requests_per_second=0.5, bytes_per_second=20_000_000)
    typed = as_typed(pace)
    assert typed["connections"] == typed["spool_size"] == ""
    assert typed_pace(typed) == pace
    assert typed_pace(dict.fromkeys(typed, "")) == Pace()


@pytest.mark.parametrize("wrong", [{"at_once": "two"}, {"at_once": "1.5"}, {"bytes_per_second": "fast"}])
def test_what_is_typed_and_no_number_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="|".join(wrong.values())):
        typed_pace(wrong)


def test_a_spool_below_the_largest_scan_is_refused(tmp_path: Path) -> None:
    large = PlannedScan(id="2", files=10, bytes=5_000_000)
    plan = plan_of(replace(planned(), scans=(*planned().scans, large)))
    with pytest.raises(SpoolTooSmall, match="too small"):
        spool_for(plan, Pace(spool_size=5_000_000), tmp_path)
    assert spool_for(plan, Pace(spool_size=6_000_000), tmp_path) == 6_000_000
    assert spool_for(plan, Pace(), tmp_path) > 5_000_000


def test_calls_are_logged_one_a_line_without_control_characters_and_within_bounds(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "calls.log", largest=2_000)
    for number in range(100):
        log(Call("https://x", "GET", f"/data/a\n\x1b[2J{number}", 0 if number % 2 else 200, 0.0123))
    old, new = (tmp_path / "calls.log.1").read_text(), (tmp_path / "calls.log").read_text()
    assert len(old) < 2_200
    assert len(new) < 2_000
    assert sorted(path.name for path in tmp_path.glob("calls*")) == ["calls.log", "calls.log.1"]
    last = new.splitlines()[-1]
    assert last.endswith(" https://x GET /data/a  [2J99 lost 12 ms")


def test_a_log_of_calls_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    CallLog(tmp_path / "nowhere" / "calls.log")(Call("https://x", "GET", "/data/a", 200, 0.1))


@given(
    st.lists(
        st.tuples(st.sampled_from(["up", "down", "sent", "again", "anew"]), st.integers(0, 1000)), max_size=30
    )
)
def test_bytes_moved_are_those_of_all_sessions_side_by_side(story: list[tuple[str, int]]) -> None:
    state = TransferState(plan_of(planned("A"), planned("B")))
    expected = {"A": [0, 0], "B": [0, 0]}
    for number, (kind, count) in enumerate(story):
        label = "AB"[number % 2]
        facts: dict[str, Any] = {"session": label, "unit": str(number), "at": float(number)}
        if kind == "sent":
            state.apply(events.UnitSent(files=1, bytes=count, seconds=1, row="/r", **facts))
            expected[label] = [expected[label][0] + count, 0]
        elif kind == "again":
            under_way = state.sessions[label].sending
            facts["unit"] = under_way.unit if under_way else facts["unit"]
            state.apply(events.TriedAgain(attempt=1, message="", **facts))
            expected[label][1] = 0
        elif kind == "anew":  # by a worker after one that was cut off amid a unit
            state.apply(events.SessionStarted(session=label, at=float(number)))
            expected[label][1] = 0
        else:
            state.apply(events.UnitProgressed(moving=kind, bytes=count, **facts))
            expected[label][1] = count if kind == "up" else expected[label][1]
    assert state.bytes_moved == sum(sum(one) for one in expected.values())
    assert state.bytes_moved == sum(one.bytes_moved for one in state.sessions.values())
    assert state.bytes_done == sum(min(sum(one), 200) for one in expected.values())  # as much as was planned
    speed = state.rate.per_second(float(len(story)))
    assert speed is None or speed >= 0
    assert state.rate.per_second(len(story) + 15.0) is None, "nothing has moved for long"
