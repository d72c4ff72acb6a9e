"""The rules of a listing as functions of values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.catalogue.rules import (
    ListingRules,
    aligned,
    end_over,
    length_errors,
    start_errors,
    work_minutes,
)
from marketplace.core.timewindow import TimeWindow
from tests.clocks import START, shanghai

RULES = ListingRules(step=15, min_minutes=60, max_minutes=480, notice_minutes=120,
                     horizon_days=30, may_pause=False, zone="Asia/Shanghai")
DAYS = [TimeWindow(shanghai(day, 8), shanghai(day, 20)) for day in range(3)]


@pytest.mark.parametrize(("day", "hour", "minute", "codes"), [
    (0, 10, 0, []),                      # just enough notice: it is 08:00
    (0, 9, 45, ["notice"]),
    (0, 7, 45, ["past"]),
    (30, 8, 0, []),
    (30, 8, 15, ["horizon"]),
    (1, 10, 7, ["step"]),
    (31, 10, 7, ["horizon", "step"]),
])
def test_a_start_keeps_notice_horizon_and_step(day, hour, minute, codes):
    """Every rule that a start breaks is named."""
    errors = start_errors(RULES, shanghai(day, hour, minute), START)

    assert [error.code for error in errors] == codes


def test_a_step_counts_from_local_midnight():
    """In Kathmandu, 5:45 ahead of UTC, whole local hours are on the step, UTC hours are not."""
    local = shanghai(1, 10, 15)   # 02:15 UTC is 08:00 in Kathmandu

    assert aligned(local, 60, "Asia/Kathmandu")
    assert not aligned(local, 60, "Asia/Shanghai")
    assert not aligned(local + timedelta(seconds=1), 15, "Asia/Kathmandu")


@pytest.mark.parametrize(("minutes", "codes"), [
    (60, []), (480, []), (59, ["too_short"]), (481, ["too_long"])])
def test_a_length_keeps_its_bounds(minutes, codes):
    """Minimum and maximum are allowed, a minute beyond is not."""
    assert [error.code for error in length_errors(RULES, minutes, "end")] == codes


@pytest.mark.parametrize(("start", "minutes", "pause", "end"), [
    ((0, 8), 720, False, (0, 20)),      # the whole day
    ((0, 18), 120, False, (0, 20)),     # up to closing
    ((0, 18), 121, False, None),        # a minute too long without a pause
    ((0, 18), 121, True, (1, 8, 1)),    # the last minute is made next morning
    ((0, 18), 120, True, (0, 20)),      # ends at closing, not at the next opening
    ((0, 20), 60, True, None),          # closed at the start
    ((0, 7), 60, True, None),
    ((0, 8), 36 * 60, True, (2, 20)),   # all three days
    ((0, 8), 36 * 60 + 1, True, None),  # more than is open
])
def test_work_ends_when_its_open_minutes_are_made(start, minutes, pause, end):
    """Minutes count while it is open; over a closing only where pauses are allowed."""
    found = end_over(DAYS, shanghai(*start), minutes, pause)

    assert found == (None if end is None else shanghai(*end))


@pytest.mark.parametrize(("start", "end", "pause", "minutes"), [
    ((0, 8), (0, 20), False, 720),
    ((0, 18), (1, 10), False, None),    # a night inside
    ((0, 18), (1, 10), True, 240),
    ((0, 7), (0, 10), True, None),      # begins closed
    ((0, 10), (0, 21), True, None),     # ends closed
    ((0, 20), (1, 8), True, None),      # wholly closed
])
def test_a_window_holds_its_open_minutes(start, end, pause, minutes):
    """A window begins and ends in opening time; what is closed between needs leave to pause."""
    assert work_minutes(DAYS, TimeWindow(shanghai(*start), shanghai(*end)), pause) == minutes
