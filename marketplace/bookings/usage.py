"""What a company has taken of a seller's listings: bookings that count and holds that live."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select

from marketplace.bookings import lifecycle
from marketplace.bookings.models import Booking, Hold
from marketplace.bookings.rules import Use
from marketplace.catalogue.models import Listing, Quote
from marketplace.catalogue.rules import Offer
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.types import UtcDateTime

DONE = (lifecycle.DELIVERED, lifecycle.ACCEPTED, lifecycle.SETTLED, lifecycle.DISPUTED)


@dataclass(frozen=True)
class Group:
    """Whose use of what is counted together.

    Listings of one seller with the same word share; one without a word is its resource alone.
    """

    company_id: int
    seller_id: int
    word: str = ""
    resource_id: int = 0


@dataclass(frozen=True)
class Besides:
    """Bookings and holds that are not counted, for they are what is wanted itself."""

    booking_ids: Collection[int] = field(default=())
    hold_ids: Collection[int] = field(default=())


def group_of(company_id: int, offer: Offer) -> Group:
    """The group in which a company's use of a listing is counted."""
    if offer.rules.quota_group:
        return Group(company_id, offer.company_id, offer.rules.quota_group)
    return Group(company_id, offer.company_id, resource_id=offer.resource_id)


def used(group: Group, window: TimeWindow, besides: Besides | None = None) -> list[Use]:
    """What the company has taken in the group that overlaps a window, in two queries."""
    without = besides or Besides()
    return _booked(group, window, without) + _held(group, window, without)


def _booked(group: Group, window: TimeWindow, besides: Besides) -> list[Use]:
    query = (select(Booking.starts, Booking.ends, Booking.ended_at, Booking.lanes,
                    func.coalesce(Booking.placed_at, Booking.created_at, type_=UtcDateTime()))
             .where(Booking.company_id == group.company_id,
                    Booking.starts < window.end, Booking.ends > window.start,
                    Booking.seller_company_id == group.seller_id,
                    Booking.state.in_((*lifecycle.BOOKED, *DONE)),
                    Booking.id.not_in(besides.booking_ids),
                    _of(group, Booking.listing_id, Booking.resource_id)))
    return _uses(db.session.execute(query))


def _held(group: Group, window: TimeWindow, besides: Besides) -> list[Use]:
    query = (select(Quote.starts, Quote.ends, literal(None), Quote.lanes, Hold.created_at)
             .join(Quote, Quote.id == Hold.quote_id)
             .where(Hold.company_id == group.company_id, Hold.state == lifecycle.HELD,
                    Hold.expires_at > clock.now(),
                    Quote.starts < window.end, Quote.ends > window.start,
                    Hold.id.not_in(besides.hold_ids),
                    _of(group, Quote.listing_id, Hold.resource_id)))
    return _uses(db.session.execute(query))


def _of(group: Group, listing_id: Any, resource_id: Any) -> ColumnElement[bool]:
    """SQL: on a listing of the group."""
    if not group.word:
        alone: ColumnElement[bool] = resource_id == group.resource_id
        return alone
    sharing: ColumnElement[bool] = listing_id.in_(select(Listing.id).where(
        Listing.company_id == group.seller_id, Listing.quota_group == group.word))
    return sharing


def _uses(rows: Any) -> list[Use]:
    """Rows as values; work that ended early counts up to its end."""
    found = []
    for starts, ends, ended, lanes, made in rows:
        until: datetime = min(ends, ended) if ended else ends
        if starts < until:
            found.append(Use(TimeWindow(starts, until), lanes, made))
    return found
