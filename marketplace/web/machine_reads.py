"""What a company may read of the time of its own machines, in a constant number of reads.

Another firm's name goes to the company that operates the machine, and only for bookings made with
it. The owner of a machine that somebody else operates learns when it is taken, not by whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from marketplace.accounts.models import Company
from marketplace.bookings.models import Booking
from marketplace.capacity.models import Claim, Lane
from marketplace.capacity.queries import live
from marketplace.capacity.rules import BLOCKED
from marketplace.catalogue.models import Listing
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource
from marketplace.resources.queries import resources_of

MOST_CLAIMS = 4000


@dataclass(frozen=True)
class Taken:
    """A live claim as this company may see it; `other` and `booking_id` only where it may."""

    resource_id: int
    lane: int
    window: TimeWindow
    state: str                    # held | booked | blocked
    expires_at: datetime | None
    booking_id: int | None = None
    other: str = ""
    own: bool = False             # the company's own work
    pieces: int | None = None
    reference: str = ""


def machines(actor: Actor, limit: int, offset: int) -> tuple[Sequence[Resource], int]:
    """Resources the company owns or operates, by site and code; and how many there are."""
    query = resources_of(actor)
    total = db.session.scalar(select(func.count()).select_from(
        query.order_by(None).with_only_columns(Resource.id).subquery())) or 0
    ordered = query.order_by(None).order_by(Resource.site_id, Resource.code, Resource.id)
    rows: Sequence[Any] = db.session.scalars(ordered.limit(limit).offset(offset)).unique().all()
    return rows, total


def operated_on(actor: Actor, site_id: int) -> int:
    """How many resources of a site the company operates."""
    return db.session.scalar(select(func.count()).select_from(Resource).where(
        Resource.site_id == site_id, Resource.operating_company_id == actor.company_id)) or 0


def taken(actor: Actor, resources: Sequence[Resource], window: TimeWindow) -> list[Taken]:
    """Live claims on these resources that overlap a window, by resource, lane and start.

    Blocks are left out: they are the free rest of facts, which are shown as such.
    """
    operated = {row.id for row in resources if row.operating_company_id == actor.company_id}
    query = (
        select(Claim, Lane.resource_id, Lane.number, Booking, Company.name)
        .join(Lane, Lane.id == Claim.lane_id)
        .outerjoin(Booking, and_(Claim.holder_kind == "booking", Booking.id == Claim.holder_id))
        .outerjoin(Company, Company.id == Booking.company_id)
        .where(Lane.resource_id.in_([row.id for row in resources]), live(Claim, clock.now()),
               Claim.kind != BLOCKED, Claim.starts < window.end, Claim.ends > window.start)
        .order_by(Lane.resource_id, Lane.number, Claim.starts).limit(MOST_CLAIMS))
    return [_seen(actor, claim, (resource_id, lane), (booking, name), operated)
            for claim, resource_id, lane, booking, name in db.session.execute(query)]


def _seen(actor: Actor, claim: Claim, place: tuple[int, int],
          contract: tuple[Booking | None, str | None], operated: set[int]) -> Taken:
    window = TimeWindow(claim.starts, claim.ends)
    booking, name = contract
    plain = Taken(*place, window, claim.state,
                  claim.expires_at if place[0] in operated else None)
    if booking is None:
        return plain
    own = booking.company_id == actor.company_id
    sold = place[0] in operated and booking.seller_company_id == actor.company_id
    if not (own or sold):
        return plain
    return Taken(*place, window, claim.state, None, booking.id, name or "", own, booking.pieces,
                 booking.reference if own else "")


def published(resources: Sequence[Resource]) -> dict[int, int]:
    """The published listing of each resource, by resource."""
    rows = db.session.execute(select(Listing.resource_id, Listing.id).where(
        Listing.resource_id.in_([row.id for row in resources]), Listing.state == "published"))
    return {resource_id: listing_id for resource_id, listing_id in rows}
