"""Leaves an endpoint alone that keeps failing.

Invariant: after `failures` passing failures in a row nobody asks until the pause is over; then one caller tries, and
only its success lets the others in again. Kept per process: each process finds out by itself within a few calls, and a
database that is slow cannot make a model look broken.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from copilot.clock import Clock
from copilot.errors import ModelUnavailable
from copilot.llm.policy import BreakerRules


class Breaker:
    """Of one endpoint. Safe for threads."""

    def __init__(self, rules: BreakerRules, *, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until: datetime | None = None
        self._pause = rules.open_seconds
        self._trial_runs = False

    @property
    def is_open(self) -> bool:
        """Whether the next caller would be turned away, or be the one that tries."""
        with self._lock:
            return self._open_until is not None

    @contextmanager
    def guarding(self, label: str) -> Iterator["Trial"]:
        """Let a call through or raise ModelUnavailable; the block says on the yielded object how it went."""
        is_trial = self._enter(label)
        trial = Trial()
        try:
            yield trial
        finally:
            self._leave(trial, is_trial=is_trial)

    def _enter(self, label: str) -> bool:
        with self._lock:
            if self._open_until is None:
                return False
            if self._trial_runs or self._clock.now() < self._open_until:
                raise ModelUnavailable(
                    f"The model endpoint {label} failed too often just now and is left alone for a while.",
                    hint="It is tried again by itself.",
                )
            self._trial_runs = True
            return True

    def _leave(self, trial: "Trial", *, is_trial: bool) -> None:
        with self._lock:
            if is_trial:
                self._trial_runs = False
            if trial.ok is None:
                # Nobody knows: neither a reason to close nor to stay open longer.
                return
            if trial.ok:
                self._failed, self._open_until, self._pause = 0, None, self._rules.open_seconds
                return
            self._failed += 1
            if is_trial:
                self._pause = min(self._pause * 2, self._rules.longest_open_seconds)
            if is_trial or self._failed >= self._rules.failures:
                self._open_until = self._clock.now() + timedelta(seconds=self._pause)


class Trial:
    """How one call went: None while it is not known."""

    def __init__(self) -> None:
        self.ok: bool | None = None
