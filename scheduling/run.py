"""One run of ``solve``: the incumbent, its trace, the clock and the caller's wishes.

The incumbent lives here, outside every solver. Nothing becomes the incumbent that the checker
objects to, and its value is always the measured one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from scheduling.check import violations
from scheduling.goals import Goal
from scheduling.problem import Problem
from scheduling.result import TracePoint
from scheduling.schedule import Schedule

Progress = Callable[[float, int | None, int | None], None]
HEARTBEAT = 0.4
LISTEN = 0.1


class Run:
    """Takes offers of schedules and keeps the best valid one."""

    def __init__(
        self,
        problem: Problem,
        goal: Goal,
        on_progress: Progress | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> None:
        self.problem = problem
        self.goal = goal
        self.sign = goal.levels[0].sign
        self.on_progress = on_progress
        self.should_stop = should_stop
        self.started = time.monotonic()
        self.last_told = self.last_asked = -1.0
        self.check_seconds = 0.0
        self.schedule = Schedule()
        self.key: tuple[int, ...] | None = None
        self.values: tuple[int, ...] = ()
        self.settled = False
        self.bound: int | None = None
        self.bound_source: str | None = None
        self.backend = "dispatch"
        self.trace: list[TracePoint] = []
        self.stopped = False

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.started

    @property
    def value(self) -> int | None:
        """The incumbent's value on the first level, None while a mandatory job is missing."""
        return self.values[0] if self.values else None

    def offer(self, schedule: Schedule, backend: str) -> bool:
        """Make a schedule the incumbent when it is valid and better; says whether it did."""
        began = time.monotonic()
        key = self._judge(schedule)
        self.check_seconds = time.monotonic() - began
        if key is None or (self.key is not None and key >= self.key):
            return False
        before = self.value
        self.key, self.schedule, self.backend = key, schedule, backend
        signs = (level.sign for level in self.goal.levels)
        self.values = tuple(s * v for s, v in zip(signs, key[1:], strict=True)) * (key[0] == 0)
        if self.value != before:
            self._record()
        return True

    def _judge(self, schedule: Schedule) -> tuple[int, ...] | None:
        """Mandatory jobs missing and the goal's key; None when anything else is wrong."""
        missing = 0
        held = {pin.job for pin in self.problem.pinned}
        for found in violations(self.problem, schedule):
            held_only = found.kind == "incomplete_job" and found.job in held
            if found.kind != "mandatory_missing" and not held_only:
                return None
            missing += 1
        return missing, *self.goal.key(self.problem, schedule)

    def tighten(self, bound: int | None, source: str) -> None:
        """Take a bound if it says more than the one known."""
        if bound is None:
            return
        if self.bound is None or self.sign * bound > self.sign * self.bound:
            self.bound, self.bound_source = bound, source
            self._record()

    def proven(self) -> bool:
        """Whether nothing better can be found: the bound is met, on all levels if several."""
        met = self.value is not None and self.value == self.bound
        return self.settled or (met and len(self.goal.levels) == 1)

    def beat(self) -> bool:
        """Report progress when it is time; True when the caller wants to stop."""
        now = self.seconds
        if self.on_progress and now - self.last_told >= HEARTBEAT:
            self._tell()
        if self.should_stop and not self.stopped and now - self.last_asked >= LISTEN:
            self.last_asked = now
            self.stopped = self.should_stop()
        return self.stopped

    def _tell(self) -> None:
        if self.on_progress:
            self.last_told = self.seconds
            self.on_progress(self.last_told, self.value, self.bound)

    def _record(self) -> None:
        self.trace.append(TracePoint(self.seconds, self.value, self.bound))
        self._tell()
