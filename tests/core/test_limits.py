"""A throttle lets no more through than it was told, and wastes nothing."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from xnat_ferry.xnat.limits import Throttle


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=50), st.integers(1, 500))
def test_no_more_a_second_than_that(counts: list[int], rate: int) -> None:
    clock = Clock()
    throttle = Throttle(rate, now=lambda: clock.now, sleep=clock.sleep)
    for count in counts:
        throttle.pass_through(count)
    passed = clock.now - 100.0
    assert passed >= sum(counts) / rate - Throttle.BURST - 1e-6
    assert passed <= sum(counts) / rate + 1e-6


def test_without_a_cap_nobody_waits() -> None:
    def never(seconds: float) -> None:
        raise AssertionError("it slept")

    Throttle(None, sleep=never).pass_through(10**12)


def test_threads_share_one_cap() -> None:
    slept: list[float] = []
    throttle = Throttle(10, now=lambda: 0.0, sleep=slept.append)
    threads = [threading.Thread(target=throttle.pass_through, args=(10,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(round(seconds, 6) for seconds in slept) == [1.0, 2.0, 3.0, 4.0]
