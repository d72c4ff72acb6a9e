"""Order books move by whole weeks."""

from datetime import date, datetime

import pytest

from seed_data.shift import monday_from, monday_of, shift_jobs
from seed_data.tables import seed

ROW = {
    "release": "2012-01-04T07:00:00+08:00", "due": "2012-01-06T08:00:00+08:00", "deadline": "",
}


@pytest.mark.parametrize(
    ("start", "release"),
    [
        (date(2026, 3, 2), "2026-03-04T07:00:00+08:00"),
        (date(2026, 3, 3), "2026-03-11T07:00:00+08:00"),
        (date(2026, 3, 8), "2026-03-11T07:00:00+08:00"),
        (date(2012, 1, 2), "2012-01-04T07:00:00+08:00"),
    ],
)
def test_first_week_begins_on_the_first_monday_not_before_the_start(start, release):
    """A Wednesday stays a Wednesday, in the week of the first Monday from the start on."""
    assert shift_jobs([ROW], start)[0]["release"] == release


def test_distances_stay_and_blanks_stay_blank():
    """Due moves with the release, a missing deadline stays missing, the input is not touched."""
    (moved,) = shift_jobs([ROW], date(2026, 3, 2))

    assert moved["due"] == "2026-03-06T08:00:00+08:00"
    assert moved["deadline"] == ""
    assert ROW["release"] == "2012-01-04T07:00:00+08:00"


def test_whole_plant_book_keeps_weekdays_and_hours():
    """Every release of the real book keeps its weekday and its time of day."""
    rows = seed("plant_jobs")

    for before, after in zip(rows, shift_jobs(rows, date(2026, 11, 25)), strict=True):
        one = datetime.fromisoformat(before["release"])
        other = datetime.fromisoformat(after["release"])
        assert (one.isoweekday(), one.time()) == (other.isoweekday(), other.time())
        assert (other - one).days % 7 == 0


def test_no_rows_no_shift():
    """An empty book stays empty."""
    assert shift_jobs([], date(2026, 1, 1)) == []


def test_mondays_begin_a_week():
    """The Monday of a week, and the first Monday from a day on."""
    assert monday_of(date(2026, 3, 8)) == date(2026, 3, 2)
    assert monday_from(date(2026, 3, 8)) == date(2026, 3, 9)
    assert monday_from(date(2026, 3, 9)) == date(2026, 3, 9)
