"""The engines as members of a team: one that looks for plans, one that looks for a bound."""

from __future__ import annotations

import time
from typing import Any

from scheduling.backends.prices import Prices
from scheduling.backends.search import RuinAndRecreate
from scheduling.engine import Engine
from scheduling.run import Run
from scheduling.schedule import Schedule

OFTEN = 0.1
SHARE = 10


class Planner:
    """An engine that improves plans. ``prices``, if any, tell it what machine time is worth."""

    def __init__(self, engine: Engine, prices: Bounder | None = None) -> None:
        self.engine = engine
        self.units_per_second = engine.UNITS
        self.prices = prices
        self.seen = engine.improvements
        self.charged = 0
        self.found: Schedule | None = None
        self.pause = self.noted = 0.0

    def work(self, units: int) -> int:
        """Search on, at the latest prices."""
        self._charge()
        return self.engine.work(units)

    def _charge(self) -> None:
        if self.prices is None or not isinstance(self.engine, RuinAndRecreate):
            return
        if self.prices.rounds > self.charged:
            self.charged = self.prices.rounds
            self.engine.charge(self.prices.table)

    def note(self, last: bool) -> None:
        """Copy the best plan when it is new, and not more often than copying is cheap."""
        now = time.monotonic()
        if self.engine.improvements == self.seen or (not last and now - self.noted < self.pause):
            return
        self.seen = self.engine.improvements
        self.found = self.engine.best()
        self.noted = time.monotonic()
        self.pause = max(OFTEN, SHARE * (self.noted - now))

    def report(self, run: Run) -> None:
        """Offer the copy."""
        found, self.found = self.found, None
        if found is not None:
            run.offer(found, self.engine.NAME)
            self.pause = max(self.pause, SHARE * run.check_seconds)


class Bounder:
    """The engine that improves prices."""

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self.units_per_second = prices.UNITS
        self.rounds = 0
        self.table: Any = None
        self.noted = 0

    def work(self, units: int) -> int:
        """Solve jobs at the prices of the moment."""
        return self.prices.work(units)

    def note(self, last: bool) -> None:
        """Copy the prices when they prove more than before."""
        if self.prices.improvements > self.noted:
            self.noted = self.prices.improvements
            self.table = self.prices.prices.copy()
            self.rounds += 1

    def report(self, run: Run) -> None:
        """Tell the run the bound, and the prices what a plan is worth."""
        run.tighten(self.prices.bound, "prices")
        self.prices.target = run.value
