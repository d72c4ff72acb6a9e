"""What the search page asks of the database: one page, its sum, counts beside the filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, or_, select

from marketplace.catalogue import queries
from marketplace.catalogue.models import Listing, ListingTerms
from marketplace.catalogue.queries import Search
from marketplace.core.db import db
from marketplace.resources.models import Resource, Site

PAGE = 20


@dataclass(frozen=True)
class Finding:
    """A search of the page: the catalogue's, and several cities at once."""

    wish: Search
    cities: tuple[str, ...] = ()

    def query(self) -> Select[Any]:
        """Listings that match, over (Listing, Resource, Site, Company)."""
        query = queries.search(self.wish)
        if self.wish.lanes > 1:
            query = query.where(Resource.lanes >= self.wish.lanes)
        if self.cities:
            query = query.where(or_(*(Site.region_code.startswith(city[:4], autoescape=True)
                                      for city in self.cities)))
        return query

    def ids(self) -> Select[Any]:
        """The matching listings' ids, for counting."""
        return self.query().order_by(None).with_only_columns(Listing.id)


def page(finding: Finding, number: int) -> tuple[Sequence[Listing], int]:
    """The listings of one page (from 1) and how many match in all."""
    total = count(finding)
    rows = db.session.scalars(finding.query().limit(PAGE).offset((number - 1) * PAGE))
    return rows.unique().all(), total


def count(finding: Finding) -> int:
    """How many listings match."""
    return db.session.scalar(select(func.count()).select_from(finding.ids().subquery())) or 0


def by_city(finding: Finding) -> dict[str, int]:
    """Results per city if that city were chosen too, by the first four digits of its code."""
    city = func.substr(Site.region_code, 1, 4)
    wider = replace(finding, cities=()).ids()
    rows = db.session.execute(
        select(city, func.count()).select_from(Listing)
        .join(Resource, Resource.id == Listing.resource_id)
        .join(Site, Site.id == Resource.site_id).where(Listing.id.in_(wider)).group_by(city))
    return {code: number for code, number in rows}


def by_mode(finding: Finding) -> dict[str, int]:
    """Results per price mode if it were the chosen one."""
    wish = replace(finding.wish, mode=None, price_max_micro=None, order="id")
    rows = db.session.execute(
        select(ListingTerms.mode, func.count())
        .where(ListingTerms.listing_id.in_(replace(finding, wish=wish).ids()))
        .group_by(ListingTerms.mode))
    return {mode: number for mode, number in rows}


def by_kind(finding: Finding) -> dict[str, int]:
    """Results per kind of resource if it were the chosen one."""
    wish = replace(finding.wish, kind=None)
    rows = db.session.execute(
        select(Resource.kind, func.count()).select_from(Listing)
        .join(Resource, Resource.id == Listing.resource_id)
        .where(Listing.id.in_(replace(finding, wish=wish).ids())).group_by(Resource.kind))
    return {kind: number for kind, number in rows}


DROPS: dict[str, dict[str, Any]] = {
    "q": {"text": None}, "service_code": {"service_code": None}, "material": {"material": None},
    "envelope": {"envelope": None}, "tolerance_um": {"tolerance_um": None},
    "kind": {"kind": None}, "top_type": {"top_type": None}, "lanes": {"lanes": 1},
    "mode": {"mode": None, "price_max_micro": None, "order": "id"},
    "price_max": {"price_max_micro": None}, "free_from": {"free": None},
}


def worst(finding: Finding) -> tuple[str, int] | None:
    """The one filter whose removal brings back most, and how many; None when none helps.

    One count for each filter that is set, so at most twelve.
    """
    tries = {name: replace(finding, wish=replace(finding.wish, **change))
             for name, change in DROPS.items()
             if replace(finding.wish, **change) != finding.wish}
    if finding.cities:
        tries["region"] = replace(finding, cities=())
    counts = {name: count(each) for name, each in tries.items()}
    best = max(counts, key=lambda name: counts[name], default=None)
    return (best, counts[best]) if best is not None and counts[best] else None
