"""The circuit breaker: opens after failures in a row, lets one caller try, and never jams."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.clock import FixedClock
from copilot.errors import ModelUnavailable
from copilot.llm.breaker import Breaker
from copilot.llm.policy import BreakerRules

RULES = BreakerRules(failures=3, open_seconds=10, longest_open_seconds=40)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC))


def call(breaker: Breaker, *, ok: bool | None) -> bool:
    """Whether it was let through."""
    try:
        with breaker.guarding("host") as trial:
            trial.ok = ok
    except ModelUnavailable:
        return False
    return True


def opened(clock: FixedClock) -> Breaker:
    """A breaker that has just opened."""
    breaker = Breaker(RULES, clock=clock)
    for _ in range(RULES.failures):
        assert call(breaker, ok=False)
    assert breaker.is_open
    return breaker


def test_failures_in_a_row_open_it_and_a_success_in_between_does_not(clock: FixedClock) -> None:
    breaker = Breaker(RULES, clock=clock)
    for ok in (False, False, True, False, False):
        assert call(breaker, ok=ok)
    assert not breaker.is_open
    assert call(breaker, ok=False)
    assert not call(breaker, ok=True)


def test_one_of_many_tries_after_the_pause(clock: FixedClock) -> None:
    breaker = opened(clock)
    clock.advance(timedelta(seconds=10))
    start, done, through = threading.Barrier(12), threading.Event(), []

    def work(_: int) -> None:
        start.wait()
        try:
            with breaker.guarding("host") as trial:
                through.append(1)
                done.wait(5)
                trial.ok = True
        except ModelUnavailable:
            # The others are turned away while the trial runs; when all are, it may end.
            turned.append(1)
            if len(turned) == 11:
                done.set()

    turned: list[int] = []
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(12)))
    assert (len(through), len(turned)) == (1, 11)
    assert not breaker.is_open


def test_the_pause_doubles_up_to_its_longest_and_starts_anew(clock: FixedClock) -> None:
    breaker = opened(clock)
    for pause in (10, 20, 40, 40):
        clock.advance(timedelta(seconds=pause - 1))
        assert not call(breaker, ok=True)
        clock.advance(timedelta(seconds=1))
        assert call(breaker, ok=False)
    clock.advance(timedelta(seconds=40))
    assert call(breaker, ok=True)
    for _ in range(RULES.failures):
        assert call(breaker, ok=False)
    clock.advance(timedelta(seconds=10))
    assert call(breaker, ok=True)


def test_a_trial_that_nobody_knows_the_end_of_lets_the_next_one_try(clock: FixedClock) -> None:
    breaker = opened(clock)
    clock.advance(timedelta(seconds=10))
    with pytest.raises(KeyboardInterrupt), breaker.guarding("host"):
        raise KeyboardInterrupt
    assert call(breaker, ok=True)
    assert not breaker.is_open


@given(st.lists(st.tuples(st.sampled_from([True, False, None]), st.integers(0, 30)), max_size=60))
def test_it_never_stays_open_for_longer_than_its_longest_pause(history: list[tuple[bool | None, int]]) -> None:
    clock = FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    breaker = Breaker(RULES, clock=clock)
    for ok, seconds in history:
        call(breaker, ok=ok)
        clock.advance(timedelta(seconds=seconds))
    clock.advance(timedelta(seconds=RULES.longest_open_seconds))
    assert call(breaker, ok=True)
    assert not breaker.is_open
