"""Half-open windows of aware UTC time."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.timewindow import TimeWindow, merge, subtract
from tests.clocks import SHANGHAI

ZERO = datetime(2026, 3, 2, tzinfo=UTC)


def window(start: int, end: int) -> TimeWindow:
    """A window between two minutes."""
    return TimeWindow(ZERO + timedelta(minutes=start), ZERO + timedelta(minutes=end))


WINDOWS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)).map(
    lambda pair: window(pair[0], pair[0] + pair[1])), max_size=8)


def minutes(windows: list[TimeWindow]) -> set[int]:
    """The minutes inside any of the windows."""
    return {minute for minute in range(100) for each in windows
            if each.start <= ZERO + timedelta(minutes=minute) < each.end}


def test_a_window_is_kept_in_utc():
    """08:00 in Shandong is midnight UTC."""
    start = datetime(2026, 3, 2, 8, tzinfo=SHANGHAI)

    assert TimeWindow(start, start + timedelta(hours=1)).start == ZERO
    assert TimeWindow(start, start + timedelta(hours=1)).start.tzinfo is UTC


@pytest.mark.parametrize(("start", "end"), [
    (ZERO, ZERO), (ZERO, ZERO - timedelta(1)), (ZERO.replace(tzinfo=None), ZERO)])
def test_a_window_must_be_aware_and_positive(start, end):
    """Naive times and windows of no length are refused."""
    with pytest.raises(ValueError, match="time window"):
        TimeWindow(start, end)


@pytest.mark.parametrize(("other", "hit"), [
    ((0, 10), False), ((20, 30), False), ((9, 11), True), ((12, 15), True), ((5, 30), True)])
def test_touching_ends_do_not_overlap(other, hit):
    """[10, 20) meets what shares a minute with it and nothing else."""
    assert window(10, 20).overlaps(window(*other)) is hit


@given(WINDOWS)
def test_merging_keeps_every_minute_once(windows):
    """Merged windows cover the same minutes, apart from each other and in order."""
    merged = merge(windows)

    assert minutes(merged) == minutes(windows)
    assert all(a.end < b.start for a, b in itertools.pairwise(merged))


@given(WINDOWS, WINDOWS)
def test_subtracting_leaves_what_was_not_taken(base, taken):
    """What is left is exactly the minutes of the base that nothing took."""
    assert minutes(subtract(base, taken)) == minutes(base) - minutes(taken)
