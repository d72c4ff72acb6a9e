"""The confirmation of a booking: facts that are the same for both sides, kept for each version.

No reader, no language and no time of reading is in them; companies and places, no persons.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import Company
from marketplace.accounts.permissions import require
from marketplace.bookings import fees, queries
from marketplace.bookings.models import Booking, BookingFee
from marketplace.bookings.paper_models import BookingPaper
from marketplace.catalogue.models import Quote
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.locking import Rank, lock
from marketplace.core.money import Money
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource

MOMENTS = ("created_at", "answer_by", "checked_in_at", "started_at", "ended_at", "cancelled_at")


def of(actor: Actor, booking_id: int) -> dict[str, Any]:
    """The facts of a booking's confirmation as it is now; the first reader of a version keeps
    them.

    For both parties and for operators, who judge disputes. Raises BookingNotFound.
    """
    require(actor, "booking.resolve" if actor.is_operator else "booking.read")
    booking = queries.booking_of(actor, booking_id)
    kept = db.session.get(BookingPaper, (booking.id, booking.version))
    return kept.facts if kept is not None else keep(actor, booking_id)


@transactional
def keep(actor: Actor, booking_id: int) -> dict[str, Any]:
    """Write the facts of a version down, once; the row is locked, so they belong together."""
    queries.booking_of(actor, booking_id)
    booking = lock(Booking, [booking_id], Rank.BOOKING)[0]
    kept = db.session.get(BookingPaper, (booking.id, booking.version))
    if kept is None:
        kept = BookingPaper(booking_id=booking.id, version=booking.version,
                            facts=facts_of(booking), made_at=clock.now())
        db.session.add(kept)
        db.session.flush()
    return kept.facts


def facts_of(booking: Booking) -> dict[str, Any]:
    """Everything that the paper says, as JSON."""
    quote = db.session.get_one(Quote, booking.quote_id)
    return {
        "number": booking.id, "version": booking.version, "state": booking.state,
        "reference": booking.reference, "mode": booking.mode, "pieces": booking.pieces,
        "starts": booking.starts.isoformat(), "ends": booking.ends.isoformat(),
        "work_minutes": quote.work_minutes, "lanes": booking.lanes,
        "lane_numbers": queries.lanes_of("booking", [booking.id]).get(booking.id, []),
        "lines": quote.lines, "rules": quote.rules, "price": _price(booking),
        "fees": [_fee(each) for each in fees.of_bookings([booking.id]).get(booking.id, [])],
        "buyer": _party(booking.company_id), "seller": _party(booking.seller_company_id),
        "moments": {name: _moment(getattr(booking, name)) for name in MOMENTS},
    } | _place(booking.resource_id)


def _price(booking: Booking) -> dict[str, int | None]:
    return {name: _fen(getattr(booking, name)) for name in ("total", "total_min", "total_max")}


def _fen(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _fee(fee: BookingFee) -> dict[str, Any]:
    return {"code": fee.code, "percent": fee.percent, "amount": fee.amount.minor,
            "state": fee.state}


def _party(company_id: int) -> dict[str, str]:
    company = db.session.get_one(Company, company_id)
    return {"name": company.name, "credit_code": company.credit_code,
            "region": company.region_code}


def _place(resource_id: int) -> dict[str, Any]:
    """The resource with what it can do, and the site where it stands."""
    row = db.session.scalars(
        select(Resource).where(Resource.id == resource_id)
        .options(selectinload(Resource.capabilities), selectinload(Resource.site))).one()
    return {"resource": {"code": row.code, "name": row.name, "kind": row.kind,
                         "model": row.model,
                         "services": [each.service_code for each in row.capabilities]},
            "site": {"name": row.site.name, "address": row.site.address,
                     "region": row.site.region_code, "zone": row.site.zone}}
