"""Moving an order book in time by whole weeks, so that weekdays and opening hours still fit."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

MOMENTS = ("release", "due", "deadline")


def monday_of(day: date) -> date:
    """The Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def monday_from(day: date) -> date:
    """`day` itself if it is a Monday, else the next Monday."""
    return day + timedelta(days=-day.weekday() % 7)


def shift_jobs(rows: Iterable[Mapping[str, str]], start: date) -> list[dict[str, str]]:
    """The rows of a jobs file moved so that the week of the first release begins at `start`.

    `start` counts as the first Monday not before it. Every moment moves by the same whole number
    of weeks of local time (both seed zones keep one offset all year); blanks stay blank.
    """
    table = [dict(row) for row in rows]
    if not table:
        return []
    first = min(datetime.fromisoformat(row["release"]).date() for row in table)
    move = monday_from(start) - monday_of(first)
    for row in table:
        for name in MOMENTS:
            if row.get(name):
                row[name] = (datetime.fromisoformat(row[name]) + move).isoformat()
    return table
