"""Public holidays and make-up working days of mainland China.

Years with an official notice of the State Council come from the `chinesecalendar` package. Later
years come from `holidays`, whose dates follow from the lunar calendar without the notice: they are
marked provisional, and hold no make-up days yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert

from marketplace import config
from marketplace.core.db import db
from marketplace.core.locking import Rank, lock
from marketplace.core.transaction import transactional
from marketplace.resources import openings
from marketplace.resources.models import Holiday, Resource

BATCH = 50


@dataclass(frozen=True)
class Moved:
    """A day that does not follow its weekday."""

    day: date
    kind: str            # holiday | workday
    name: str
    provisional: bool = False


def moved_days(years: Iterable[int]) -> list[Moved]:
    """The moved days of these years, by day."""
    found: list[Moved] = []
    known = _noticed_years()
    for year in sorted(set(years)):
        found += _noticed(year) if year in known else _computed(year)
    return sorted(found, key=lambda each: each.day)


def _noticed_years() -> set[int]:
    from chinese_calendar import constants

    return {day.year for day in constants.holidays}


def _noticed(year: int) -> list[Moved]:
    from chinese_calendar import constants

    days = [Moved(day, "holiday", _name(name)) for day, name in constants.holidays.items()
            if day.year == year]
    return days + [Moved(day, "workday", _name(name))
                   for day, name in constants.workdays.items() if day.year == year]


def _name(text: str) -> str:
    """The Chinese name of a holiday as the package's constants hold it."""
    from chinese_calendar import constants

    known = {each.value: each.chinese for each in constants.Holiday}
    return str(known.get(text, text))[:40]


def _computed(year: int) -> list[Moved]:
    import holidays

    found = holidays.country_holidays("CN", years=year, language="zh_CN")
    return [Moved(day, "holiday", str(name)[:40], True) for day, name in found.items()]


@transactional
def store(years: Sequence[int]) -> int:
    """Write the moved days of these years anew; returns how many there are."""
    rows = moved_days(years)
    for year in years:
        db.session.execute(delete(Holiday).where(
            Holiday.day >= date(year, 1, 1), Holiday.day <= date(year, 12, 31)))
    if rows:
        db.session.execute(insert(Holiday), [
            {"day": each.day, "kind": each.kind, "name": each.name,
             "provisional": each.provisional} for each in rows])
    return len(rows)


def load(years: Sequence[int]) -> int:
    """Store the moved days, then rebuild every resource's intervals, a batch a transaction."""
    count = store(years)
    ids = openings.all_ids()
    for start in range(0, len(ids), BATCH):
        _rebuild(ids[start:start + BATCH])
    return count


@transactional
def _rebuild(resource_ids: Sequence[int]) -> None:
    """The intervals of some resources, locked so that nobody changes their rules meanwhile."""
    lock(Resource, resource_ids, Rank.RESOURCE)
    openings.rebuild(resource_ids, config.current().opening_days)
