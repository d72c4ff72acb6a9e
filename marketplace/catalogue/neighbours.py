"""Listings with where they stand, and those that could stand in for another, found by SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import CTE, Float, Integer, Select, and_, bindparam, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Company
from marketplace.capacity import queries as capacity
from marketplace.catalogue.models import Listing, ListingTerms
from marketplace.catalogue.queries import rules_of
from marketplace.catalogue.rules import ListingRules, Offer
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.resources import geo
from marketplace.resources.models import Capability, CapabilityMaterial, Resource, Site

OTHERS, NEARBY = 20, 30   # candidates of each kind that are looked at
PRICED = 4                # of each kind that are free, whose rules and price are looked at


@dataclass(frozen=True)
class Place:
    """A published listing: its offer, its resource's buffers, where it stands."""

    offer: Offer
    before: timedelta
    after: timedelta
    site_id: int
    latitude: float
    longitude: float
    shown: bool       # whose it is may be told
    other: bool = False   # of the same seller or site as the one it stands in for

    def kilometres(self, to: Place) -> float:
        """How far two sites are; as coarse as what is told of a site whose company is hidden."""
        places = 6 if self.shown and to.shown else 1
        return geo.distance_km(
            (round(self.latitude, places), round(self.longitude, places)),
            (round(to.latitude, places), round(to.longitude, places)))


@cache
def _base() -> Any:
    """Written once: a row for each mode of published listings of verified companies, by `ids`."""
    rules = [getattr(Listing, each.name) for each in fields(ListingRules) if each.name != "zone"]
    return (select(Listing.id, Listing.version, Listing.company_id, Listing.show_company,
                   Resource.id.label("resource_id"), Resource.name, Resource.lanes,
                   Resource.buffer_before, Resource.buffer_after, Site.id.label("site_id"),
                   Site.latitude, Site.longitude, Site.zone, ListingTerms.mode,
                   ListingTerms.terms, *rules)
            .select_from(Listing).join(Resource, Resource.id == Listing.resource_id)
            .join(Site, Site.id == Resource.site_id)
            .join(Company, Company.id == Listing.company_id)
            .join(ListingTerms, ListingTerms.listing_id == Listing.id)
            .where(Listing.state == "published", Company.state == "verified",
                   Listing.id.in_(bindparam("ids", expanding=True)))
            .order_by(ListingTerms.mode))


def _places(rows: Iterable[Any], first: Place | None = None) -> list[Place]:
    """Rows of one listing as one place, in the order of the rows."""
    terms: dict[int, dict[str, dict[str, Any]]] = {}
    found = {}
    for row in rows:
        terms.setdefault(row.id, {})[row.mode] = row.terms
        if row.id not in found:
            other = first is not None and (
                row.site_id == first.site_id or row.company_id == first.offer.company_id)
            found[row.id] = Place(
                Offer(row.id, row.version, row.company_id, row.resource_id, row.name, row.lanes,
                      rules_of(row, row.zone), terms[row.id]),
                timedelta(minutes=row.buffer_before), timedelta(minutes=row.buffer_after),
                row.site_id, row.latitude, row.longitude, row.show_company,
                other and row.show_company and first is not None and first.shown)
    return list(found.values())


def place_of(listing_id: int) -> Place | None:
    """One listing that may be booked, in one query."""
    rows = db.session.execute(_base(), {"ids": [listing_id]})
    return next(iter(_places(rows)), None)


def stand_ins(place: Place, window: TimeWindow, lanes: int) -> list[Place]:
    """Listings of the same service and material that are free in a window, in two queries.

    Up to OTHERS of the same seller or site and NEARBY of all others, the nearest first, are
    looked at; up to PRICED of each are returned.
    """
    x, y, z = geo.unit(place.latitude, place.longitude)
    free = db.session.execute(_looked(lanes), capacity.asked(window) | {
        "resource": place.offer.resource_id, "company": place.offer.company_id,
        "site": place.site_id, "lanes": lanes, "x": x, "y": y, "z": z}).all()
    ids = [each for kind in (1, 0) for each in [id_ for id_, of in free if of == kind][:PRICED]]
    if not ids:
        return []
    rows = db.session.execute(_base(), {"ids": ids})
    found = {each.offer.listing_id: each for each in _places(rows, place)}
    return [found[id_] for id_ in ids if id_ in found]


@lru_cache(maxsize=20)
def _looked(lanes: int) -> Select[Any]:
    """Written once for a number of lanes: the free candidates (id, 1 for the same seller or site),
    the nearest first."""
    able = _able()
    same = or_(able.c.site_id == bindparam("site", type_=Integer),
               able.c.company_id == bindparam("company", type_=Integer))
    others = select(able).where(same).order_by(able.c.id).limit(OTHERS).subquery()
    nearby = (select(able).where(~same).order_by(able.c.near.desc(), able.c.id).limit(NEARBY)
              .subquery())
    looked = union_all(select(others, literal(1).label("same")),
                       select(nearby, literal(0))).subquery()
    query: Any = (select(looked.c.id, looked.c.same)
                  .join(Resource, Resource.id == looked.c.resource_id)
                  .where(capacity.is_free(Resource, capacity.AskedWindow(), lanes))
                  .order_by(looked.c.near.desc(), looked.c.id))
    return query


@cache
def _able() -> CTE:
    """Written once: the listings whose resources have a service code of a `resource`'s, and a
    material of it where it names any; how near they are to the point `x`, `y`, `z`."""
    wanted, able = aliased(Capability), aliased(Capability)
    asked, works = aliased(CapabilityMaterial), aliased(CapabilityMaterial)
    x, y, z = (bindparam(name, type_=Float) for name in "xyz")
    resource = bindparam("resource", type_=Integer)
    near = Site.unit_x * x + Site.unit_y * y + Site.unit_z * z
    return (select(Listing.id, Listing.company_id, Listing.resource_id, Site.id.label("site_id"),
                   near.label("near"))
            .select_from(wanted)
            .join(able, able.service_code == wanted.service_code)
            .outerjoin(asked, asked.capability_id == wanted.id)
            .outerjoin(works, and_(works.capability_id == able.id, works.folded == asked.folded))
            .join(Resource, Resource.id == able.resource_id)
            .join(Listing, and_(Listing.resource_id == Resource.id, Listing.state == "published"))
            .join(Site, Site.id == Resource.site_id)
            .where(wanted.resource_id == resource, able.resource_id != resource,
                   Resource.lanes >= bindparam("lanes", type_=Integer),
                   or_(asked.capability_id.is_(None), works.capability_id.is_not(None)))
            .distinct().cte("able"))


def still_free(place: Place, window: TimeWindow, lanes: int) -> bool:
    """True when one listing's resource is free in a window."""
    return db.session.scalar(
        select(Resource.id).where(Resource.id == place.offer.resource_id,
                                  capacity.is_free(Resource, window, lanes))) is not None
