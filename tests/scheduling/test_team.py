"""Engines side by side: a slice never grows without end, and what goes wrong is heard."""

from __future__ import annotations

from itertools import count

import pytest

from scheduling.goals import Goal
from scheduling.run import Run
from scheduling.team import MOST_UNITS, in_turns, together
from tests.scheduling.instances import plant


class Quick:
    """A member whose work takes no time, however much it is asked for."""

    units_per_second = 100

    def __init__(self, slices: int) -> None:
        self.left = slices
        self.asked: list[int] = []
        self.reports = 0

    def work(self, units: int) -> int:
        """Count down; 0 at the end."""
        self.asked.append(units)
        self.left -= 1
        return 1 if self.left >= 0 else 0

    def note(self, last: bool) -> None:
        """There is nothing to copy."""

    def report(self, run: Run) -> None:
        """Count the reports."""
        self.reports += 1


class Broken(Quick):
    """A member that fails in its work."""

    def work(self, units: int) -> int:
        """Fail."""
        raise ZeroDivisionError("in an engine")


def run() -> Run:
    """A run to report to."""
    return Run(plant(), Goal.of("welfare", plant()))


@pytest.mark.parametrize("way", [in_turns, together])
def test_slices_do_not_grow_without_end(way) -> None:
    """After thousands of slices that took no time the next one is still a whole number."""
    quick = Quick(3_000)
    way(run(), [quick], lambda: True)
    assert len(quick.asked) == 3_001
    assert max(quick.asked) <= MOST_UNITS


def test_who_has_nothing_to_do_is_not_asked_again() -> None:
    """One member is done after two slices, the other goes on alone."""
    short, long, turns = Quick(2), Quick(10**9), count()
    in_turns(run(), [short, long], lambda: next(turns) < 50)
    assert (len(short.asked), len(long.asked)) == (3, 50)


@pytest.mark.parametrize("way", [in_turns, together])
def test_a_failure_in_an_engine_is_raised(way) -> None:
    """It does not end one engine in silence."""
    with pytest.raises(ZeroDivisionError, match="in an engine"):
        way(run(), [Quick(10**9), Broken(1)], lambda: True)
