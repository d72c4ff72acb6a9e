"""Lots are as equal as whole pieces allow, and nothing is lost between them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduling.lots import costs, durations, routes, sizes
from scheduling.problem import Alternative, Job, Operation


@given(pieces=st.integers(1, 60), count=st.integers(1, 60), amount=st.integers(0, 999))
def test_lots_share_pieces_and_cost_and_take_their_part_of_the_time(
    pieces: int, count: int, amount: int
) -> None:
    """Sizes differ by a piece at most, costs add up, and every lot has the time it needs."""
    if count > pieces:
        return
    lots = sizes(pieces, count)
    assert (sum(lots), len(lots)) == (pieces, count)
    assert 1 <= min(lots) <= max(lots) <= min(lots) + 1
    assert sum(costs(amount, pieces, count)) == amount
    for size, ticks in zip(lots, durations(amount, pieces, count), strict=True):
        assert (ticks - 1) * pieces < amount * size <= ticks * pieces


def test_a_route_of_lots_repeats_the_operations() -> None:
    """Five pieces in two lots: three and two, predecessors and lags within the lot."""
    first = Operation((Alternative(0, 5, 10),))
    second = Operation((Alternative(1, 4, 3),), (0,), lags=((1, 6),))
    job = Job((first, second), pieces=5, max_lots=2)
    assert routes(job, 1) == job.operations
    route = routes(job, 2)
    assert [step.alternatives[0].duration for step in route] == [3, 3, 2, 2]
    assert [step.alternatives[0].cost for step in route] == [6, 1, 4, 2]
    assert [step.waits() for step in route] == [(), ((0, 1, 6),), (), ((2, 1, 6),)]
