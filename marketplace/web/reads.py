"""Reads of pages that join several features; each is scoped to the asker's company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Company
from marketplace.bookings import queries as booking_queries
from marketplace.bookings.models import Booking, Hold
from marketplace.catalogue.models import Listing, Quote
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.resources.models import Resource, Site

MADE, RECEIVED = "made", "received"   # the two sides of a booking


def _open_holds(actor: Actor) -> ColumnElement[bool]:
    return ((Hold.company_id == actor.company_id) & (Hold.state == "held")
            & (Hold.expires_at > clock.now()))


def holds_waiting(actor: Actor) -> int:
    """How many slots the company holds and has not booked yet."""
    return db.session.scalar(select(func.count()).select_from(Hold)
                             .where(_open_holds(actor))) or 0


def open_holds(actor: Actor) -> Sequence[Any]:
    """Slots that the company holds now: (Hold, Quote, resource name, zone), the first to end
    first."""
    return db.session.execute(
        select(Hold, Quote, Resource.name, Site.zone).join(Quote, Quote.id == Hold.quote_id)
        .join(Resource, Resource.id == Hold.resource_id)
        .join(Site, Site.id == Resource.site_id)
        .where(_open_holds(actor)).order_by(Hold.expires_at).limit(20)).all()


def companies_waiting(_actor: Actor) -> int:
    """How many companies wait to be verified."""
    return db.session.scalar(select(func.count()).select_from(Company)
                             .where(Company.state == "pending")) or 0


def offers_anything(actor: Actor) -> bool:
    """True when the company has a published listing."""
    return db.session.scalar(select(Listing.id).where(
        Listing.company_id == actor.company_id, Listing.state == "published")
        .limit(1)) is not None


def booking_of_quote(actor: Actor, quote_id: int) -> int | None:
    """The booking that the company made of its quote."""
    return db.session.scalar(select(Booking.id).where(
        Booking.quote_id == quote_id, Booking.company_id == actor.company_id).limit(1))


@dataclass(frozen=True)
class BookingDetail:
    """A booking with everything that both of its sides may see."""

    booking: Booking
    quote: Quote
    resource: Resource
    site: Site
    buyer: Company
    seller: Company
    listing: Listing


def booking_detail(actor: Actor, booking_id: int) -> BookingDetail:
    """One booking of the company on either side; raises BookingNotFound."""
    booking = booking_queries.booking_of(actor, booking_id)
    buyer, seller = aliased(Company), aliased(Company)
    row = db.session.execute(
        select(Quote, Resource, Site, buyer, seller, Listing).select_from(Quote)
        .join(Resource, Resource.id == booking.resource_id)
        .join(Site, Site.id == Resource.site_id)
        .join(buyer, buyer.id == booking.company_id)
        .join(seller, seller.id == booking.seller_company_id)
        .join(Listing, Listing.id == booking.listing_id)
        .where(Quote.id == booking.quote_id)).one()
    return BookingDetail(booking, *row)
