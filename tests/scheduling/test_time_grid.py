"""Ticks shrink what is open and grow what is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.time_grid import TimeGrid

ORIGIN = datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=8)))
GRID = TimeGrid(ORIGIN, timedelta(minutes=15))
SECONDS = st.integers(-(10**6), 10**6)


def _after(seconds: int) -> datetime:
    return ORIGIN + timedelta(seconds=seconds)


@given(SECONDS, SECONDS)
def test_open_time_lies_inside_and_taken_time_around(first: int, length: int) -> None:
    """Whatever the moments, no open tick lies outside and no taken second is lost."""
    start, end = _after(first), _after(first + abs(length))
    span = GRID.open(start, end)
    if span is not None:
        assert start <= GRID.moment(span[0]) < GRID.moment(span[1]) <= end
        assert span[0] >= 0
    a, b = GRID.taken(start, end)
    assert GRID.moment(a) <= start <= end <= GRID.moment(b)


def test_known_moments() -> None:
    """08:05 to 09:05 holds three quarters of an hour; 50 minutes need four ticks."""
    assert GRID.open(_after(300), _after(3900)) == (1, 4)
    assert GRID.open(_after(300), _after(1200)) is None
    assert GRID.taken(_after(300), _after(3900)) == (0, 5)
    assert GRID.duration(timedelta(minutes=50)) == 4
    assert GRID.up(_after(1)) == 1
    assert GRID.moment(4) == datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "bad",
    [
        lambda: TimeGrid(datetime(2026, 3, 2), timedelta(minutes=1)),  # noqa: DTZ001 - on purpose
        lambda: TimeGrid(ORIGIN, timedelta(0)),
        lambda: GRID.up(datetime(2026, 3, 2)),  # noqa: DTZ001 - on purpose
    ],
)
def test_moments_without_a_zone_and_empty_ticks_are_refused(bad: object) -> None:
    """Nothing is guessed about a naive moment."""
    with pytest.raises(ValueError, match=r"zone|tick"):
        bad()  # type: ignore[operator]
