"""The parts that let things happen side by side: in order, within bounds, and ended when they must."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xnat_ferry.errors import (
    ConnectionLost,
    DownloadBroken,
    FerryError,
    RetriesSpent,
    ServerBusy,
    ServerDown,
    SourceChanged,
    Stopped,
)
from xnat_ferry.transfer.ahead import run_ahead
from xnat_ferry.transfer.crew import work_through
from xnat_ferry.transfer.pacing import patience
from xnat_ferry.transfer.pacing.patience import Patience, pause_after, persist

LOST = ConnectionLost(server="https://x", what="GET /y", why="it broke")


# Running ahead


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers()), st.integers(1, 4), st.integers(0, 30))
def test_things_come_in_order_and_none_is_lost(things: list[int], depth: int, taken: int) -> None:
    dropped: list[int] = []

    def make(unwanted: Callable[[], bool]) -> Iterator[int]:
        yield from things

    got = []
    with run_ahead(make, depth=depth, drop=dropped.append) as ahead:
        for thing in ahead:
            got.append(thing)
            if len(got) == taken:
                break
    assert got == things[: len(got)]
    assert [*got, *dropped] == things[: len(got) + len(dropped)]
    assert len(dropped) <= depth + 1 or taken == 0 or taken > len(things)


def test_no_more_is_made_ahead_than_that() -> None:
    made: list[int] = []
    taken = threading.Semaphore(0)

    def make(unwanted: Callable[[], bool]) -> Iterator[int]:
        for number in range(20):
            made.append(number)
            yield number

    with run_ahead(make, depth=2, drop=lambda _: None) as ahead:
        for number in ahead:
            assert len(made) <= number + 1 + 2 + 1
            taken.release()
    assert made == list(range(20))


def test_an_error_comes_at_its_place() -> None:
    def make(unwanted: Callable[[], bool]) -> Iterator[int]:
        yield 1
        raise SourceChanged(session="s", why="gone")

    got = []
    with pytest.raises(SourceChanged), run_ahead(make, depth=2, drop=lambda _: None) as ahead:
        got += list(ahead)
    assert got == []


def test_who_makes_is_told_that_nobody_wants_more() -> None:
    told = threading.Event()

    def make(unwanted: Callable[[], bool]) -> Iterator[int]:
        yield 1
        while not unwanted():
            time.sleep(0.01)
        told.set()
        raise Stopped

    with run_ahead(make, depth=1, drop=lambda _: None) as ahead:
        assert next(ahead) == 1
    assert told.is_set()


# Hands


def test_every_task_is_done_once_and_no_more_at_a_time_than_hands() -> None:
    lock = threading.Lock()
    done: list[int] = []
    busy = most = 0

    def task(number: int) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.005)
        with lock:
            busy -= 1
            done.append(number)

    work_through((partial(task, number) for number in range(12)), hands=3, stop=threading.Event())
    assert sorted(done) == list(range(12))
    assert most <= 3


def test_what_must_stop_all_stops_all_and_is_raised() -> None:
    stop = threading.Event()
    begun: list[int] = []

    def patient() -> None:
        begun.append(1)
        while not stop.is_set():
            time.sleep(0.01)
        raise Stopped

    def bad() -> None:
        raise ServerDown(server="x", count=3, said="no")

    with pytest.raises(ServerDown):
        work_through(iter([patient, bad, patient, patient]), hands=2, stop=stop)
    assert len(begun) <= 1


def test_a_hanging_task_is_left_behind_once_a_stop_is_asked_for() -> None:
    stop, never = threading.Event(), threading.Event()

    def hang() -> None:
        stop.set()
        never.wait()

    with pytest.raises(Stopped):
        work_through(iter([hang]), hands=2, stop=stop)
    never.set()


def test_a_stop_after_the_last_task_is_no_stop() -> None:
    stop = threading.Event()
    work_through(iter([stop.set]), hands=1, stop=stop)


# Patience


class Story:
    """Fails as often as it was told, then works."""

    def __init__(self, *errors: FerryError) -> None:
        self.left = list(errors)
        self.waits: list[float] = []
        self.told: list[int] = []

    def act(self) -> str:
        if self.left:
            raise self.left.pop(0)
        return "done"

    def run(self, patience: Patience | None = None) -> str:
        return persist(
            self.act,
            patience=patience or Patience(),
            wait=self.waits.append,
            again=lambda error, attempt: self.told.append(attempt),
        )


def test_what_passes_is_tried_until_it_works() -> None:
    story = Story(LOST, LOST, LOST)
    assert story.run() == "done"
    assert story.told == [1, 2, 3]
    assert story.waits == sorted(story.waits)


def test_what_does_not_pass_is_not_tried_again() -> None:
    story = Story(SourceChanged(session="s", why="gone"))
    with pytest.raises(SourceChanged):
        story.run()
    assert story.told == []


def test_damage_is_given_up_before_a_bad_line_is() -> None:
    broken = DownloadBroken(what="x", why="y")
    story = Story(*[broken] * patience.ATTEMPTS)
    with pytest.raises(DownloadBroken):
        story.run()
    assert len(story.told) == patience.ATTEMPTS - 1
    story = Story(*[LOST] * patience.ATTEMPTS_AT_PASSING)
    with pytest.raises(ConnectionLost):
        story.run()
    assert len(story.told) == patience.ATTEMPTS_AT_PASSING - 1


def test_the_server_says_how_long_to_wait() -> None:
    busy = ServerBusy(server="https://x", status=503, what="GET /y", said="", after=7.0)
    story = Story(busy)
    assert story.run() == "done"
    assert story.waits == [7.0]


def test_pauses_double_up_to_a_bound_and_are_never_all_the_same() -> None:
    assert {round(pause_after(LOST, 1), 6) for _ in range(20)} != {0.5}
    assert all(0.37 < pause_after(LOST, 1) < 0.63 for _ in range(100))
    assert all(pause_after(LOST, 50) < 38 for _ in range(100))


def test_a_server_that_is_down_ends_the_run_and_a_single_success_is_enough_to_go_on() -> None:
    shared = Patience()
    for _ in range(5):
        assert Story(*[LOST] * 7).run(shared) == "done"
    for _ in range(2):
        with pytest.raises(ConnectionLost):
            Story(*[LOST] * 8).run(shared)
    with pytest.raises(ServerDown, match="20 times"):
        Story(*[LOST] * 8).run(shared)


def test_a_run_that_costs_more_tries_than_it_is_worth_ends() -> None:
    shared = Patience()
    for _ in range(patience.RESERVE // (7 - patience.EARNED) - 1):
        Story(*[LOST] * 7).run(shared)
    with pytest.raises(RetriesSpent, match=r"has failed \d+ times in this run") as spent:
        Story(*[LOST] * 7).run(shared)
    assert "xnat-ferry resume" in spent.value.advice
    steady = Patience()
    for _ in range(500):
        Story(LOST, LOST).run(steady)


def test_what_is_wrong_with_one_session_is_no_reason_to_leave_the_others() -> None:
    shared = Patience()
    broken = DownloadBroken(what="x", why="y")
    for _ in range(100):
        with pytest.raises(DownloadBroken):
            Story(*[broken] * patience.ATTEMPTS).run(shared)
