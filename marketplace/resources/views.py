"""Resources as plain values, with the names of their companies and their hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.resources import queries
from marketplace.resources.models import Capability, Resource

PLAIN = ("id", "site_id", "code", "name", "kind", "top_type", "model", "lanes", "buffer_before",
         "buffer_after", "holidays", "version")


def shown(rows: Sequence[Resource]) -> list[dict[str, Any]]:
    """Resources with their companies, in two queries whatever their number."""
    ids = {id_ for row in rows for id_ in (row.owner_company_id, row.operating_company_id)}
    names, codes = queries.company_names(ids), queries.credit_codes(ids)
    party = {id_: {"name": names[id_], "credit_code": codes[id_]} for id_ in names}
    return [{name: getattr(row, name) for name in PLAIN} | {
        "owner": party[row.owner_company_id],
        "operating_company": party[row.operating_company_id],
        "capabilities": [work(each) for each in row.capabilities]} for row in rows]


def work(row: Capability) -> dict[str, Any]:
    """A capability."""
    size = None if row.envelope_x is None else [row.envelope_x, row.envelope_y, row.envelope_z]
    return {"service_code": row.service_code, "envelope_mm": size,
            "tolerance_um": row.tolerance_um,
            "materials": [each.material for each in row.materials]}


def detail(actor: Actor, resource_id: int) -> dict[str, Any]:
    """One resource with its week and the days from yesterday on that differ."""
    row = queries.resource_of(actor, resource_id)
    since = (clock.now() - timedelta(days=1)).date()
    days = queries.exceptions_of(resource_id, since)
    return shown([row])[0] | {
        "opening_hours": queries.week_of(resource_id),
        "exceptions": [{"day": day, "hours": [{"opens": opens, "closes": closes}
                                              for opens, closes in hours]}
                       for day, hours in days.items()]}
