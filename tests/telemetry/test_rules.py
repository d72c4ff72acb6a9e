"""Recorded minutes as values."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from marketplace.telemetry.rules import Recording, read_row

ROW = {"machine": "Mazak01", "date": "2016-10-04", "cutting": "60",
       "connected_not_cutting": "180", "fault": "20", "unknown": "1180"}


def recording(**minutes: int) -> Recording:
    """A recording of one day."""
    values = {"cutting": 0, "connected": 0, "fault": 0, "unknown": 0} | minutes
    return Recording(date(2016, 10, 3), date(2016, 10, 3), "test", 1, **values)


def test_a_line_of_the_file_is_read() -> None:
    """A line of the derived file becomes minutes per state."""
    day = read_row(ROW)
    assert (day.machine, day.day) == ("Mazak01", date(2016, 10, 4))
    assert (day.cutting, day.connected, day.fault, day.unknown) == (60, 180, 20, 1180)


@pytest.mark.parametrize("change", [
    {"unknown": "1179"}, {"cutting": "-60", "unknown": "1300"}, {"fault": "x"},
    {"date": "4.10.2016"}])
def test_a_day_that_is_none_is_refused(change: dict[str, str]) -> None:
    """A day has 1,440 minutes, none of them negative, and a date."""
    with pytest.raises(ValueError):
        read_row(ROW | change)


def test_an_unknown_hour_is_counted_as_nothing_else() -> None:
    """More unknown hours change neither the hours known nor the share idle."""
    short = recording(cutting=60, connected=180, fault=20)
    longer = recording(cutting=60, connected=180, fault=20, unknown=9999)
    assert short.known == longer.known == 260
    assert short.idle_share == longer.idle_share == Fraction(180, 260)


def test_nothing_known_has_no_share() -> None:
    """Where nothing is known, the share idle is not zero but unknown."""
    assert recording(unknown=1440).idle_share is None
