"""Reads of listings: search, one listing, rules with everything they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, literal_column, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from marketplace.accounts.models import Company
from marketplace.capacity import queries as capacity
from marketplace.capacity.refusing import Spot
from marketplace.catalogue import cards
from marketplace.catalogue.cards import COLUMNS
from marketplace.catalogue.errors import ListingNotFound, QuoteNotFound
from marketplace.catalogue.models import Listing, ListingTerms, Quote
from marketplace.catalogue.rules import ListingRules, Offer
from marketplace.core.db import db
from marketplace.core.text import folded
from marketplace.core.timewindow import TimeWindow
from marketplace.resources import certificates
from marketplace.resources.geo import chord_limit, unit
from marketplace.resources.models import Capability, CapabilityMaterial, Resource, Site
from marketplace.resources.service_codes import codes_named

_COLUMNS = tuple(each.name for each in fields(ListingRules) if each.name != "zone")
PUBLISHED: ColumnElement[str] = literal_column("'published'")
VERIFIED: ColumnElement[str] = literal_column("'verified'")
LOOK_AHEAD = timedelta(days=62)   # farthest a piece run is followed over its closings


def offers(listing_ids: Sequence[int]) -> dict[int, Offer]:
    """Published listings of verified companies as values, in one query."""
    return _as_offers(db.session.execute(_OFFERS, {"ids": list(set(listing_ids))}))


def _as_offers(rows: Iterable[Any]) -> dict[int, Offer]:
    found: dict[int, Offer] = {}
    for row in rows:
        if row.id not in found:
            found[row.id] = Offer(row.id, row.version, row.company_id, row.resource_id, row.name,
                                  row.lanes, rules_of(row, row.zone), {})
        if row.mode is not None:
            found[row.id].terms[row.mode] = row.terms
    return found


_OFFERS = (   # written once: a row for each mode of a listing
    select(Listing.id, Listing.version, Listing.company_id, Listing.resource_id, Resource.name,
           Resource.lanes, Site.zone, ListingTerms.mode, ListingTerms.terms,
           *(getattr(Listing, name) for name in _COLUMNS))
    .join(Resource, Resource.id == Listing.resource_id)
    .join(Site, Site.id == Resource.site_id)
    .join(Company, Company.id == Listing.company_id)
    .outerjoin(ListingTerms, ListingTerms.listing_id == Listing.id)
    .where(Listing.id.in_(bindparam("ids", expanding=True)), Listing.state == PUBLISHED,
           Company.state == VERIFIED)
    .order_by(Listing.id, ListingTerms.mode))


def offer(listing_id: int) -> Offer:
    """One published listing; raises ListingNotFound."""
    found = offers([listing_id])
    if listing_id not in found:
        raise ListingNotFound(id=listing_id)
    return found[listing_id]


def offer_and_full(listing_id: int, window: TimeWindow, lanes: int) -> tuple[Offer, Spot | None]:
    """One published listing, and its spot where too few lanes seem free in a window; one query.

    Nothing is locked and nothing is promised. Raises ListingNotFound.
    """
    rows = db.session.execute(_with_room(lanes), {"ids": [listing_id]}
                              | capacity.asked(window)).all()
    if not rows:
        raise ListingNotFound(id=listing_id)
    row = rows[0]
    full = None if row.room else Spot(row.resource_id, row.name, row.buffer_before,
                                      row.buffer_after)
    return _as_offers(rows)[listing_id], full


@lru_cache(maxsize=20)
def _with_room(lanes: int) -> Select[Any]:
    """Written once for a number of lanes."""
    room = capacity.has_lanes(Resource, capacity.AskedWindow(), lanes)
    return _OFFERS.add_columns(Resource.buffer_before, Resource.buffer_after, room.label("room"))


def rules_of(row: Any, zone: str) -> ListingRules:
    """The rules of a listing, or of a row with its columns, as values."""
    return ListingRules(zone=zone, **{name: getattr(row, name) for name in _COLUMNS})


def openings_for(places: Sequence[tuple[int, datetime, datetime | None]]
                 ) -> dict[int, list[TimeWindow]]:
    """Opening intervals by resource that the given (resource, start, end) can touch, in one query.

    Without an end a piece run is followed as far as LOOK_AHEAD.
    """
    if not places:
        return {}
    first = min(start for _, start, _ in places)
    last = max(end or start + LOOK_AHEAD for _, start, end in places)
    return capacity.openings([each for each, _, _ in places], TimeWindow(first, last))


def quote_of(quote_id: int, company_id: int | None) -> Quote:
    """A quote of this company; raises QuoteNotFound."""
    row = db.session.scalar(select(Quote).where(Quote.id == quote_id,
                                                Quote.company_id == company_id))
    if row is None:
        raise QuoteNotFound(id=quote_id)
    return row


@dataclass(frozen=True)
class Search:
    """What is looked for; None and empty mean "any"."""

    service_code: str | None = None
    text: str | None = None
    material: str | None = None
    envelope: tuple[int, int, int] | None = None
    tolerance_um: int | None = None
    region: str | None = None
    kind: str | None = None
    top_type: str | None = None
    mode: str | None = None
    price_max_micro: int | None = None
    order: str = "id"
    free: TimeWindow | None = None
    lanes: int = 1
    near: tuple[float, float] | None = None
    distance_km: float | None = None


def search(wish: Search) -> Select[Any]:
    """The listings that match, as a query over (Listing, Resource, Site, Company)."""
    return _search(wish, wish.free).options(*WHOLE)


@lru_cache(maxsize=200)
def _built(wish: Search, free: bool, ids_only: bool) -> Select[Any]:
    """A search whose window and page are parameters: built once for all who ask the same."""
    window = capacity.AskedWindow() if free else None
    query = (_search(wish, window, sites=bool(wish.region or wish.near or wish.text))
             .with_only_columns(Listing.id) if ids_only
             else _search(wish, window).with_only_columns(*COLUMNS))
    return query.limit(bindparam("page_limit")).offset(bindparam("page_offset"))


def found(wish: Search, limit: int, offset: int, *, ids_only: bool = False) -> Sequence[Any]:
    """So many of the matching listings as cards, or of their ids, from an offset on."""
    query = _built(replace(wish, free=None), wish.free is not None, ids_only)
    page = {"page_limit": limit, "page_offset": offset} | capacity.asked(wish.free)
    rows = db.session.execute(query, page)
    return rows.scalars().all() if ids_only else rows.all()


def card(listing_id: int) -> Any:
    """One published listing as a card; raises ListingNotFound."""
    row = db.session.execute(cards.one(listing_id)).first()
    if row is None:
        raise ListingNotFound(id=listing_id)
    return row


WHOLE = (contains_eager(Listing.resource).contains_eager(Resource.site),
         contains_eager(Listing.company).load_only(Company.name),
         selectinload(Listing.terms),
         contains_eager(Listing.resource).selectinload(Resource.capabilities)
         .joinedload(Capability.materials))


def _search(wish: Search, window: TimeWindow | capacity.AskedWindow | None, *,
            sites: bool = True) -> Select[Any]:
    query = (select(Listing).join(Listing.resource).join(Listing.company)
             .where(Listing.state == PUBLISHED, Company.state == VERIFIED))
    if sites:
        query = query.join(Resource.site)
    query = _by_resource(query, wish)
    capability = _capability(wish)
    if capability is not None:
        query = query.where(capability.exists())
    if window is not None:
        query = query.where(capacity.is_free(Resource, window, wish.lanes), certified(window.end))
    return _by_price(query, wish)


def certified(until: Any) -> ColumnElement[bool]:
    """SQL over Listing: it asks for no certificate, or its resource has it up to a moment."""
    return or_(Listing.certificate == "",
               certificates.lasts(Listing.resource_id, Listing.certificate, until))


def _by_resource(query: Select[Any], wish: Search) -> Select[Any]:
    """Kind, region by prefix, words in the names: of the resource, its site, the work it does."""
    if wish.kind:
        query = query.where(Resource.kind == wish.kind)
    if wish.top_type:
        query = query.where(Resource.top_type == wish.top_type)
    if wish.region:
        prefix = wish.region
        if len(prefix) == 6:   # a whole code names its province or city by zeros at the end
            prefix = prefix.removesuffix("00").removesuffix("00")
        query = query.where(Site.region_code.startswith(prefix, autoescape=True))
    if wish.near and wish.distance_km:
        x, y, z = unit(*wish.near)
        query = query.where(Site.unit_x * x + Site.unit_y * y + Site.unit_z * z
                            >= chord_limit(wish.distance_km))
    for word in folded(wish.text or "").split()[:6]:
        query = query.where(Resource.name.icontains(word, autoescape=True)
                            | Resource.model.icontains(word, autoescape=True)
                            | Site.name.icontains(word, autoescape=True)
                            | Resource.capabilities.any(
                                Capability.service_code.in_(codes_named(word))))
    return query


def _capability(wish: Search) -> Select[Any] | None:
    """One capability that has the service, the material, the envelope and the tolerance."""
    if not (wish.service_code or wish.material or wish.envelope or wish.tolerance_um):
        return None
    query = select(Capability.id).where(Capability.resource_id == Resource.id)
    if wish.service_code:
        query = query.where((Capability.service_code == wish.service_code)
                            | Capability.service_code.startswith(
                                wish.service_code + ".", autoescape=True))
    if wish.material:
        made_of = aliased(CapabilityMaterial)
        query = query.where(select(made_of.capability_id).where(
            made_of.capability_id == Capability.id,
            made_of.folded == folded(wish.material)).exists())
    if wish.envelope:
        x, y, z = wish.envelope
        query = query.where(Capability.envelope_x >= x, Capability.envelope_y >= y,
                            Capability.envelope_z >= z)
    if wish.tolerance_um:
        query = query.where(Capability.tolerance_um <= wish.tolerance_um)
    return query


def _by_price(query: Select[Any], wish: Search) -> Select[Any]:
    """Mode, ceiling and order; prices compare within one mode only."""
    if wish.mode:
        terms = aliased(ListingTerms)
        query = query.join(terms, (terms.listing_id == Listing.id) & (terms.mode == wish.mode))
        if wish.price_max_micro is not None:
            query = query.where(terms.headline_micro <= wish.price_max_micro)
        if wish.order == "price":
            return query.order_by(terms.headline_micro, Listing.id)
    return query.order_by(Listing.id)


def detail(listing_id: int) -> Listing:
    """One published listing with its resource, site and capabilities; raises ListingNotFound."""
    query = (select(Listing).join(Listing.company)
             .where(Listing.id == listing_id, Listing.state == "published",
                    Company.state == "verified")
             .options(joinedload(Listing.resource).joinedload(Resource.site),
                      contains_eager(Listing.company).load_only(Company.name),
                      joinedload(Listing.resource).selectinload(Resource.capabilities)
                      .joinedload(Capability.materials), selectinload(Listing.terms)))
    row = db.session.scalar(query)
    if row is None:
        raise ListingNotFound(id=listing_id)
    return row


def free_windows(resource_id: int, window: TimeWindow) -> list[tuple[TimeWindow, int]]:
    """Where a resource can be booked, its buffers kept, and how many lanes in each stretch."""
    before, after = _buffers(resource_id)
    lanes = [book.bookable(before, after) for book in capacity.books([resource_id], window)]
    edges = sorted({edge for lane in lanes for free in lane for edge in (free.start, free.end)})
    stretches: list[tuple[TimeWindow, int]] = []
    for start, end in pairwise(edges):
        part = TimeWindow(start, end)
        count = sum(any(free.contains(part) for free in lane) for lane in lanes)
        if not count:
            continue
        if stretches and stretches[-1][1] == count and stretches[-1][0].end == start:
            part = TimeWindow(stretches.pop()[0].start, end)
        stretches.append((part, count))
    return stretches


def _buffers(resource_id: int) -> tuple[timedelta, timedelta]:
    """The buffers before and after a work on this resource."""
    before, after = db.session.execute(
        select(Resource.buffer_before, Resource.buffer_after)
        .where(Resource.id == resource_id)).one()
    return timedelta(minutes=before), timedelta(minutes=after)
