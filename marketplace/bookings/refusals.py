"""A refusal negotiates: it says what is free instead, or what the price is now.

Both are found after the refused transaction was undone, so that nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import wraps
from typing import Any

from marketplace.bookings import moves, queries, validator
from marketplace.bookings.errors import PriceChanged
from marketplace.bookings.moves import Target
from marketplace.bookings.schemas import BookingRequest, wish_of
from marketplace.bookings.validator import Wanted
from marketplace.bookings.waitlist_errors import SlotFree
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import refusals, services
from marketplace.catalogue.alternatives import Alternative
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Quote
from marketplace.catalogue.refusals import Asked, judge
from marketplace.catalogue.schemas import QuoteSchema
from marketplace.catalogue.services import Wish
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.http.auth import actor
from marketplace.http.fields import Instant

_BODY = BookingRequest()   # made once: a schema costs more than to read with it


def asked_for(_refusal: DomainError, address: Mapping[str, Any],
              body: Mapping[str, Any]) -> Wish | Quote | None:
    """What a request wanted: the slot of a booking, a quote or a hold, or a wish."""
    if "booking_id" in address:
        row = queries.booking_of(actor(), address["booking_id"])
        if "start" in body and "quote_id" not in body:
            return moves.wish_of(row, Target(**{
                name: Instant().deserialize(body[name]) if name in ("start", "end")
                else body[name] for name in ("start", "end", "listing_id") if name in body}))
        if "quote_id" not in body:
            return db.session.get_one(Quote, row.quote_id)
    if "hold_id" in body:
        quote_id = queries.hold_of(actor(), body["hold_id"]).quote_id
        return catalogue.quote_of(quote_id, actor().company_id)
    if "quote_id" in body:
        return catalogue.quote_of(body["quote_id"], actor().company_id)
    return wish_of(_BODY.load(dict(body))) if "listing_id" in body else None


def negotiated(view: Callable[..., Any], asked: Asked = asked_for) -> Callable[..., Any]:
    """Answer a refusal of capacity with alternatives, a changed price with a new quote.

    A slot that nobody has to wait for comes with its quote too.
    """
    negotiating = refusals.negotiated(view, asked)

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return negotiating(*args, **kwargs)
        except (PriceChanged, SlotFree) as refusal:
            refusal.extra["quote"] = _quoted_anew(refusal)
            raise

    return wrapper


def _quoted_anew(refusal: PriceChanged | SlotFree) -> Any:
    """The quote of this moment; where there is none, that is the reason of the refusal."""
    try:
        return QuoteSchema().dump(services.quote(actor(), refusal.again)[0])
    except DomainError as reason:
        raise reason from refusal


@judge
def passes(who: Actor | None, found: Alternative) -> bool:
    """True when the rules by which a seller governs access let the asker book it now."""
    offer, rules = found.place.offer, found.place.offer.rules
    if who is None or who.company_id is None or who.member_id is None or not (
            rules.qualification or rules.certificate or rules.quota_hours or rules.prime_minutes):
        return True
    quote = Quote(listing_id=offer.listing_id, company_id=who.company_id, mode=found.mode,
                  starts=found.window.start, ends=found.window.end, pieces=found.pieces,
                  lanes=found.lanes, work_minutes=found.minutes, rules=asdict(rules))
    try:
        validator.check([Wanted(offer, quote, who.company_id, who.member_id)])
    except RuleBroken:
        return False
    return True
