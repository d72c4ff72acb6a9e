"""What is to be booked, and the contract that it makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from marketplace.bookings import lifecycle
from marketplace.bookings.errors import PriceChanged
from marketplace.bookings.models import Booking
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import ListingRules, Offer
from marketplace.catalogue.services import Wish
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.money import Money


@dataclass(frozen=True)
class Order:
    """A quote to book, the buyer's work-order number, the operation it serves, its planned lane."""

    quote: Quote
    reference: str = ""
    operation_id: int | None = None
    lane_id: int = 0


def valid_quote(actor: Actor, quote_id: int) -> Quote:
    """A quote of the actor's company that is still honoured; raises PriceChanged after that."""
    quote = catalogue.quote_of(quote_id, actor.company_id)
    if quote.valid_until <= clock.now():
        raise PriceChanged(again_of(quote), reason="quote_expired", quote_id=quote.id)
    return quote


def again_of(quote: Quote) -> Wish:
    """The wish that a quote answered, to be asked anew."""
    return Wish(quote.listing_id, quote.starts, None if quote.pieces else quote.ends,
                quote.pieces, quote.mode, quote.lanes)


def refuse_above(quote: Quote, max_total: Money | None) -> None:
    """Raise PriceChanged when the most this can cost is above the asker's ceiling."""
    most = quote.total if quote.total is not None else quote.total_max
    if max_total is not None and most is not None and most > max_total:
        raise PriceChanged(again_of(quote), reason="above_max_total", total=most.amount,
                           max_total=max_total.amount)


def contract(actor: Actor, offer: Offer, order: Order, state: str) -> Booking:
    """The contract of a quote, in its first state."""
    quote, now = order.quote, clock.now()
    rules = rules_of(quote)
    row = Booking(
        quote_id=quote.id, listing_id=offer.listing_id, resource_id=offer.resource_id,
        company_id=actor.company_id, seller_company_id=offer.company_id,
        member_id=actor.member_id, state=state, mode=quote.mode, starts=quote.starts,
        ends=quote.ends, pieces=quote.pieces, lanes=quote.lanes, total=quote.total,
        total_min=quote.total_min, total_max=quote.total_max, reference=order.reference,
        operation_id=order.operation_id, grace_minutes=rules.grace_minutes, created_at=now)
    if state == lifecycle.REQUESTED:
        row.answer_by = min(now + timedelta(hours=offer.rules.reply_hours), quote.starts)
    else:
        row.placed_at, row.answer_by = now, check_in_by(row, rules)
    return row


def adopt(row: Booking, offer: Offer, quote: Quote) -> None:
    """Put another slot with its price and terms into a booking; its lanes are taken after that."""
    rules = rules_of(quote)
    row.quote_id, row.listing_id, row.resource_id = quote.id, offer.listing_id, offer.resource_id
    row.mode, row.pieces, row.lanes = quote.mode, quote.pieces, quote.lanes
    row.starts, row.ends = quote.starts, quote.ends
    row.total, row.total_min, row.total_max = quote.total, quote.total_min, quote.total_max
    row.grace_minutes = rules.grace_minutes
    row.placed_at, row.answer_by = clock.now(), check_in_by(row, rules)


def slot_of(row: Booking) -> dict[str, Any]:
    """Where a booking stands, for the audit log."""
    return {"resource": row.resource_id, "starts": row.starts.isoformat(),
            "ends": row.ends.isoformat(), "lanes": row.lanes, "quote": row.quote_id}


def rules_of(quote: Quote) -> ListingRules:
    """The rules of the listing as they were when the quote was made."""
    return ListingRules(**quote.rules)


def terms_as_quoted(offer: Offer, quote: Quote) -> Offer:
    """The offer with the rules the quote keeps, save those by which a seller governs access.

    Approval, quota, prime time, qualification and certificate count as they are now: they are no
    part of the price.
    """
    now = offer.rules
    return replace(offer, rules=replace(
        rules_of(quote), approval=now.approval, reply_hours=now.reply_hours,
        quota_hours=now.quota_hours, quota_group=now.quota_group,
        last_day_free=now.last_day_free, prime_days=now.prime_days, prime_from=now.prime_from,
        prime_until=now.prime_until, prime_minutes=now.prime_minutes,
        qualification=now.qualification, certificate=now.certificate))


def check_in_by(booking: Booking, rules: ListingRules) -> datetime | None:
    """Until when a confirmed booking's firm is to check in; None where nobody asks for it."""
    if not rules.check_in:
        return None
    moment = lifecycle.Moment(booking.starts, booking.ends, clock.now(), rules.grace_minutes)
    return moment.grace_ends
