"""Listings with where they stand, and those that could stand in for another, found by SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select, union_all
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
    """One row for each mode of a published listing of a verified company."""
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
            .where(Listing.state == "published", Company.state == "verified"))


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
    rows = db.session.execute(_base().where(Listing.id == listing_id)
                              .order_by(ListingTerms.mode)).all()
    return next(iter(_places(rows)), None)


def stand_ins(place: Place, window: TimeWindow, lanes: int) -> list[Place]:
    """Listings of the same service and material that are free in a window, in one query.

    Up to OTHERS of the same seller or site and NEARBY of all others, the nearest first, are
    looked at.
    """
    same = or_(Site.id == place.site_id, Listing.company_id == place.offer.company_id)
    x, y, z = geo.unit(place.latitude, place.longitude)
    near = Site.unit_x * x + Site.unit_y * y + Site.unit_z * z
    able = (select(Listing.id.label("id"), near.label("near"))
            .join(Resource, Resource.id == Listing.resource_id)
            .join(Site, Site.id == Resource.site_id)
            .where(Listing.state == "published", Listing.id != place.offer.listing_id,
                   Resource.lanes >= lanes, _does_the_same(place.offer.resource_id)))
    others = able.where(same).order_by(Listing.id).limit(OTHERS).subquery()
    nearby = able.where(~same).order_by(near.desc(), Listing.id).limit(NEARBY).subquery()
    looked = union_all(select(others), select(nearby)).subquery()
    query = (_base().join(looked, looked.c.id == Listing.id)
             .where(capacity.is_free(Resource, window, lanes))
             .order_by(looked.c.near.desc(), Listing.id, ListingTerms.mode))
    return _places(db.session.execute(query), place)


def _does_the_same(resource_id: int) -> ColumnElement[bool]:
    """SQL over Resource: it has a service code of another resource, and a material of it too."""
    wanted = aliased(Capability)
    asked, works = aliased(CapabilityMaterial), aliased(CapabilityMaterial)
    any_material = ~select(literal(1)).where(asked.capability_id == wanted.id).exists()
    shared = (select(literal(1)).join(works, works.folded == asked.folded)
              .where(asked.capability_id == wanted.id, works.capability_id == Capability.id)
              .select_from(asked).exists())
    return (select(Capability.id)
            .join(wanted, and_(wanted.service_code == Capability.service_code,
                               wanted.resource_id == resource_id))
            .where(Capability.resource_id == Resource.id, or_(any_material, shared)).exists())


def still_free(place: Place, window: TimeWindow, lanes: int) -> bool:
    """True when one listing's resource is free in a window."""
    return db.session.scalar(
        select(Resource.id).where(Resource.id == place.offer.resource_id,
                                  capacity.is_free(Resource, window, lanes))) is not None
