"""Lines of opening hours: all lines of one resource are its whole week, set at once.

The company of a line is the one whose code the resource has: its owner, or who operates it. Who
imports must operate it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.resources import queries
from marketplace.resources.errors import ResourceInvalid
from marketplace.resources.hours import set_week
from marketplace.resources.queries import Coded
from marketplace.resources.values import WeekRow
from marketplace.web.imports.cells import Column, minute_of_day, text, weekdays
from marketplace.web.imports.context import Context, Parsed, RowRefused, refuse

COLUMNS = (
    Column("company_credit_code", text(18), required=True),
    Column("resource_code", text(40), required=True),
    Column("weekdays", weekdays, required=True),
    Column("opens", minute_of_day, required=True),
    Column("closes", minute_of_day, required=True),
)
KEY = ()   # two lines of one day are judged together: they may not overlap
COMPANIES = ("company_credit_code",)
GROUP = ("company_credit_code", "resource_code")
NAMES: dict[str, str] = {}


def order(context: Context, group: Sequence[Parsed]) -> int:
    """Resources are locked in the order of their ids, so that is the order of the groups."""
    try:
        return _resource(context, group[0]).id
    except RowRefused:
        return 0


def make(context: Context, group: Sequence[Parsed]) -> Any:
    """Set the week of a resource; a wrong span is told on its line."""
    resource = _resource(context, group[0])
    actor = context.member_of(resource.operating_company_id)
    if actor is None:
        raise refuse("resource_code", "not_operated")
    rows = [(index, WeekRow(weekday, row["opens"], row["closes"]))
            for index, row in enumerate(group) for weekday in row["weekdays"]]
    try:
        return set_week(actor, resource.id, [row for _, row in rows])
    except ResourceInvalid as refusal:
        raise RowRefused(errors=_by_line(refusal.errors, [index for index, _ in rows])) from None


def _by_line(errors: Sequence[FieldError], lines: Sequence[int]) -> list[FieldError]:
    """`hours.7.closes` of the week as `2.closes`: the third line; each line once."""
    found: dict[str, FieldError] = {}
    for error in errors:
        parts = error.field.split(".")
        place = f"{lines[int(parts[1])]}.{parts[2]}" if len(parts) == 3 else "weekdays"
        found.setdefault(place, FieldError(place, error.code, **error.params))
    return list(found.values())


def _resource(context: Context, row: Parsed) -> Coded:
    """The resource of a line; a stranger's is not told apart from one that is not there."""
    company = context.company(row["company_credit_code"], "company_credit_code")
    found = queries.coded(company, [row["resource_code"]]).get(row["resource_code"], [])
    if context.member_of(company) is None:
        found = [each for each in found if each.operating_company_id == context.actor.company_id]
        if not found:
            raise refuse("company_credit_code", "not_your_company")
    if not found:
        raise refuse("resource_code", "resource_code_unknown")
    if len(found) > 1:
        raise refuse("resource_code", "resource_code_ambiguous")
    return found[0]
