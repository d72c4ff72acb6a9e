"""Use cases of opening hours: the week at once, days that differ.

Whatever changes a rule rebuilds the derived intervals of the resource in the same transaction.
Bookings made before stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, insert

from marketplace import config
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.transaction import transactional
from marketplace.resources import openings
from marketplace.resources.checks import day_errors, merged_week, week_errors
from marketplace.resources.errors import NoSuchException, ResourceInvalid
from marketplace.resources.models import OpeningException, OpeningRule, Resource
from marketplace.resources.services import editable
from marketplace.resources.values import SpecialDay, WeekRow

AHEAD = timedelta(days=3 * 366)   # farthest day that may differ


@transactional
def set_week(actor: Actor, resource_id: int, rows: Sequence[WeekRow]) -> Resource:
    """The operating company says when a resource is open in an ordinary week.

    Replaces the whole week; no rows mean never. A night shift is two rows, up to 24:00 and from
    00:00. Raises ResourceInvalid naming every wrong row.
    """
    resource = editable(actor, resource_id)
    errors = week_errors(rows)
    if errors:
        raise ResourceInvalid(errors=errors, count=len(errors))
    db.session.execute(delete(OpeningRule).where(OpeningRule.resource_id == resource_id))
    values = [{"resource_id": resource_id, "weekday": row.weekday, "opens": row.opens,
               "closes": row.closes} for row in merged_week(rows)]
    if values:
        db.session.execute(insert(OpeningRule), values)
    return _changed(actor, resource, "resource.hours")


@transactional
def set_exception(actor: Actor, resource_id: int, special: SpecialDay) -> Resource:
    """The operating company gives one day other hours; they win over holidays and the week."""
    resource = editable(actor, resource_id)
    today = clock.now().date()
    errors = day_errors(special)
    if not today - timedelta(days=openings.BACK_DAYS) <= special.day <= today + AHEAD:
        errors.append(FieldError("day", "day_out_of_range"))
    if errors:
        raise ResourceInvalid(errors=errors, count=len(errors))
    _forget(resource_id, special.day)
    spans: Sequence[tuple[int | None, int | None]] = special.hours or [(None, None)]
    db.session.execute(insert(OpeningException), [
        {"resource_id": resource_id, "day": special.day, "opens": opens, "closes": closes}
        for opens, closes in spans])
    return _changed(actor, resource, "resource.exception", day=special.day.isoformat())


@transactional
def remove_exception(actor: Actor, resource_id: int, day: date) -> Resource:
    """Let a day follow the week and the holidays again; raises NoSuchException."""
    resource = editable(actor, resource_id)
    if not _forget(resource_id, day):
        raise NoSuchException(day=day.isoformat())
    return _changed(actor, resource, "resource.exception_end", day=day.isoformat())


def _forget(resource_id: int, day: date) -> int:
    """Delete the rows of one day; returns how many there were."""
    result = db.session.execute(delete(OpeningException).where(
        OpeningException.resource_id == resource_id, OpeningException.day == day))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _changed(actor: Actor, resource: Resource, action: str, **details: str) -> Resource:
    """Rebuild the intervals and note who did it."""
    resource.version += 1
    db.session.flush()
    openings.rebuild([resource.id], config.current().opening_days)
    audit.record(actor, action, "resource", resource.id, **details)
    return resource
