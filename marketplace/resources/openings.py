"""The derived table of opening intervals: rebuilt from the rules, recounted by `flask verify`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.resources.models import (
    Holiday,
    OpeningException,
    OpeningInterval,
    OpeningRule,
    Resource,
    Site,
)
from marketplace.resources.rules import Calendar, Hours, openings

BACK_DAYS = 62   # utilisation of the last two months still finds its base


def calendars(resource_ids: Sequence[int]) -> dict[int, Calendar]:
    """The calendars of these resources, in four queries."""
    weekly: dict[int, dict[int, list[Hours]]] = defaultdict(lambda: defaultdict(list))
    for rule in db.session.scalars(select(OpeningRule)
                                   .where(OpeningRule.resource_id.in_(resource_ids))
                                   .order_by(OpeningRule.opens)):
        weekly[rule.resource_id][rule.weekday].append(Hours(rule.opens, rule.closes))
    special: dict[int, dict[date, list[Hours]]] = defaultdict(lambda: defaultdict(list))
    for row in db.session.scalars(select(OpeningException)
                                  .where(OpeningException.resource_id.in_(resource_ids))):
        hours = special[row.resource_id][row.day]
        if row.opens is not None and row.closes is not None:
            hours.append(Hours(row.opens, row.closes))
    moved = {row.day: row.kind for row in db.session.scalars(select(Holiday))}
    resources = db.session.execute(
        select(Resource.id, Resource.holidays, Site.zone).join(Site, Site.id == Resource.site_id)
        .where(Resource.id.in_(resource_ids)))
    return {id_: Calendar(weekly[id_], special[id_], moved if holidays else {}, zone)
            for id_, holidays, zone in resources}


def expected(resource_ids: Sequence[int], days: int) -> dict[int, list[TimeWindow]]:
    """What the table should hold for these resources, from BACK_DAYS ago to `days` ahead."""
    return {id_: openings(calendar, _first(calendar.zone), BACK_DAYS + days)
            for id_, calendar in calendars(resource_ids).items()}


def _first(zone: str) -> date:
    return clock.now().astimezone(ZoneInfo(zone)).date() - timedelta(days=BACK_DAYS)


@transactional
def rebuild(resource_ids: Sequence[int], days: int) -> int:
    """Write the intervals of these resources anew, keeping what lies before; returns how many."""
    rows = []
    for id_, windows in expected(resource_ids, days).items():
        if not windows:
            db.session.execute(delete(OpeningInterval).where(OpeningInterval.resource_id == id_))
            continue
        db.session.execute(delete(OpeningInterval).where(
            OpeningInterval.resource_id == id_, OpeningInterval.ends > windows[0].start))
        rows += [{"resource_id": id_, "starts": each.start, "ends": each.end} for each in windows]
    if rows:
        db.session.execute(insert(OpeningInterval), rows)
    return len(rows)


def all_ids() -> list[int]:
    """Every resource, in order; the timer rebuilds them one batch a transaction."""
    return list(db.session.scalars(select(Resource.id).order_by(Resource.id)))
