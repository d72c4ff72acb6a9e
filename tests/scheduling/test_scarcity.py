"""Scarcity is high where more work wants time than there is, and nothing where there is plenty."""

from __future__ import annotations

import pytest

from scheduling.builder import ProblemBuilder
from scheduling.problem import Problem
from scheduling.scarcity import Grain, scarcity
from scheduling.slot_prices import NoBound
from tests.scheduling.instances import one_machine, plant


def _busy_first_day() -> Problem:
    """Two mills and a saw; six jobs want the mills' first eight hours, one the second day."""
    builder = ProblemBuilder()
    for name in ("mill-1", "mill-2", "saw"):
        builder.resource(name, [(0, 8), (24, 32)])
    for number in range(6):
        job = builder.job(f"early-{number}", value=8_000, deadline=8)
        job.operation({"mill-1": 4, "mill-2": 4})
    builder.job("late", value=8_000, release=24).operation({"mill-1": 4, "saw": 4})
    return builder.build()


def test_an_hour_costs_where_jobs_have_to_be_left_out() -> None:
    """Six jobs of 8,000 for four places of four hours: about 2,000 an hour, and 0 elsewhere."""
    found = scarcity(_busy_first_day(), Grain(24, 1, lambda r: "saws" if r == 2 else "mills"))
    at = {(one.group, one.start): one for one in found}
    assert set(at) == {(group, start) for group in ("mills", "saws") for start in (0, 24)}
    busy = at["mills", 0]
    assert (busy.end, busy.free) == (24, 16)
    assert 1_800 <= busy.low <= busy.price <= busy.high <= 2_200
    quiet = [one.high for key, one in at.items() if key != ("mills", 0)]
    assert quiet == [0, 0, 0]


def test_an_hour_of_more_ticks_costs_more() -> None:
    """With quarters of an hour for ticks, an hour costs four times as much."""
    by_tick = scarcity(_busy_first_day(), Grain(24, 1), seeds=(4,))
    by_four = scarcity(_busy_first_day(), Grain(24, 4), seeds=(4,))
    assert by_tick[0].price > 0
    for one, four in zip(by_tick, by_four, strict=True):
        assert abs(four.price - 4 * one.price) <= 2


def test_the_spread_is_that_of_the_seeds() -> None:
    """Low, high and mean come from runs that stop at different tables."""
    apart = [scarcity(_busy_first_day(), Grain(2, 1), seeds=(s,), passes=9) for s in (0, 1, 2)]
    together = scarcity(_busy_first_day(), Grain(2, 1), passes=9)
    for index, one in enumerate(together):
        prices = [run[index].price for run in apart]
        assert (one.low, one.high) == (min(prices), max(prices))
        assert one.low <= one.price <= one.high
    assert any(one.low < one.high for one in together)


def test_it_can_be_stopped_at_once() -> None:
    """Stopped before anything is known, every hour is free of charge."""
    found = scarcity(_busy_first_day(), Grain(24, 1), should_stop=lambda: True)
    assert [one.price for one in found] == [0] * 6


def test_what_makes_no_sense_is_refused() -> None:
    """Spans without ticks and objectives without prices."""
    with pytest.raises(ValueError, match="span"):
        scarcity(one_machine(5), Grain(0, 1))
    with pytest.raises(NoBound):
        scarcity(plant(), Grain(5, 1), objective="makespan")
