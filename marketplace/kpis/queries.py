"""Indicators read over a period: one statement each and dimension, for operators only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import ModuleType

from sqlalchemy import func, select

from marketplace.accounts.models import Company
from marketplace.accounts.permissions import require
from marketplace.core import registry
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis import base, definitions
from marketplace.resources.models import Resource

Values = Mapping[str, float]   # by key; hours as seconds, shares as 0 to 1
EXPORTED = (base.TOTAL, base.CITY, base.SERVICE, base.TOP_TYPE, base.KIND, base.COMPANY,
            base.RESOURCE, base.MODE)


@cache
def indicators() -> Sequence[ModuleType]:
    """Every definition, in its own order."""
    return sorted(registry.modules(definitions), key=lambda each: each.ORDER)


def by_name() -> dict[str, ModuleType]:
    """The definitions by their names."""
    return {each.NAME: each for each in indicators()}


def measure(actor: Actor, name: str, period: TimeWindow, by: str) -> Values:
    """One indicator by one dimension; raises NotAllowed for anybody but an operator."""
    require(actor, "utilisation.read")
    definition = by_name()[name]
    if by in definition.WITHOUT:
        return {}
    rows = db.session.execute(definition.compute(period, by))
    return {str(key): float(value) if definition.UNIT == "share" else int(value)
            for key, value in rows}


def measures(actor: Actor, period: TimeWindow, by: str) -> dict[str, Values]:
    """Every indicator by one dimension, by its name."""
    return {each.NAME: measure(actor, each.NAME, period, by) for each in indicators()}


def company_names(actor: Actor) -> dict[str, str]:
    """Names of the companies that run resources, by id as text."""
    require(actor, "utilisation.read")
    rows = db.session.execute(select(Company.id, Company.name).where(
        Company.id.in_(select(Resource.operating_company_id))).order_by(Company.id))
    return {str(id_): name for id_, name in rows}


def resource_names(actor: Actor) -> dict[str, str]:
    """Names of all resources, by id as text."""
    require(actor, "utilisation.read")
    rows = db.session.execute(select(Resource.id, Resource.name).order_by(Resource.id))
    return {str(id_): name for id_, name in rows}


def counted(actor: Actor) -> tuple[int, int]:
    """How many resources there are, and how many companies run them."""
    require(actor, "utilisation.read")
    row = db.session.execute(select(
        func.count(), func.count(Resource.operating_company_id.distinct()))
        .select_from(Resource)).one()
    return int(row[0]), int(row[1])


def export(actor: Actor, period: TimeWindow) -> list[tuple[str, str, dict[str, float]]]:
    """Rows (dimension, key, value by indicator) of everything, in a constant number of reads."""
    rows = []
    for by in EXPORTED:
        found = measures(actor, period, by)
        keys = sorted({key for values in found.values() for key in values})
        rows += [(by, key, {name: values[key] for name, values in found.items()
                            if key in values}) for key in keys]
    return rows
