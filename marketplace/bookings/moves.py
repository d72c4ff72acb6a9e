"""A firm moves its booking before the start: another time, another machine of the same seller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.permissions import require
from marketplace.bookings import changing, conflicts, fees, queries, requests, validator
from marketplace.bookings.errors import NeedsApproval, NotSameSeller
from marketplace.bookings.models import Booking
from marketplace.bookings.orders import (
    adopt,
    refuse_above,
    slot_of,
    terms_as_quoted,
    valid_quote,
)
from marketplace.bookings.validator import Wanted
from marketplace.capacity import services as capacity
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services as catalogue_services
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.catalogue.services import Wish
from marketplace.core.actor import Actor
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transactional
from marketplace.pricing.quote import Priced, Usage
from marketplace.pricing.quote import quote as priced


@dataclass(frozen=True)
class Target:
    """Where a booking is to be: the slot of a quote, or the same work at another start.

    Without an end the work keeps its length; without a listing it stays where it is.
    """

    quote_id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    listing_id: int | None = None
    max_total: Money | None = None


def wish_of(booking: Booking, to: Target) -> Wish:
    """The same work, mode and lanes at the target."""
    start = to.start or booking.starts
    end = to.end or start + (booking.ends - booking.starts)
    return Wish(to.listing_id or booking.listing_id, start, None if booking.pieces else end,
                booking.pieces, booking.mode, booking.lanes)


@dataclass(frozen=True)
class Preview:
    """Where a move would lead, what the work costs there, and what the change costs now."""

    offer: Offer
    window: TimeWindow
    priced: Priced
    fee: Money


def preview(actor: Actor, booking_id: int, to: Target) -> Preview:
    """What a move would cost, without asking whether the slot is free.

    Raises NotSameSeller, NeedsApproval, ModeNotOffered, RuleBroken.
    """
    booking = queries.booking_of(actor, booking_id)
    wish = wish_of(booking, to)
    offer = _open_offer(booking, wish.listing_id)
    slot = next(iter(catalogue_services.slots(offer, wish).values()))
    answer = priced(booking.mode, offer.terms[booking.mode],
                    Usage(slot.minutes, wish.lanes, wish.pieces))
    costs = fees.fees_now(booking, fees.terms_of(booking), conflicts.is_hit(booking))
    fee = next((each.amount for each in costs if each.code == fees.LATE_MOVE), Money(0))
    return Preview(offer, slot.window, answer, fee)


@transactional
def move(actor: Actor, booking_id: int, to: Target, version: int | None = None) -> Booking:
    """A firm moves its booking before its start, at the price of the new slot.

    The listing's rules and `take()` decide as for a new booking, whose own old time does not count.
    What is late costs what the old terms said. A failure leaves the old slot untouched. Raises
    NotSameSeller, NeedsApproval, PriceChanged, RuleBroken, SlotTaken.
    """
    require(actor, "booking.change")
    found = queries.booking_of(actor, booking_id)
    quote = _quote(actor, found, to)
    offer = _offer(found, quote)
    wanted = [Wanted(offer, quote, found.company_id, found.member_id, booking_id=found.id)]
    validator.lock_counters(wanted)
    change = changing.begin(actor, booking_id, "move", version, [offer.resource_id])
    validator.check(wanted)
    booking, before = change.booking, slot_of(change.booking)
    fee = fees.charge(booking, fees.LATE_MOVE)
    replace_slot(booking, offer, quote)
    return changing.finish(change, before=before, fee=fee.amount.minor if fee else 0)


def replace_slot(booking: Booking, offer: Offer, quote: Quote) -> None:
    """Give the lanes of a booking back and take those of the new slot, which may overlap the old.

    Both resources are locked.
    """
    capacity.release("booking", booking.id)
    adopt(booking, offer, quote)
    capacity.take([requests.want_of(booking)])


def _quote(actor: Actor, booking: Booking, to: Target) -> Quote:
    """The quote of the target, asked for now where none is named."""
    if to.quote_id is not None:
        quote = valid_quote(actor, to.quote_id)
    else:
        quote = catalogue_services.quote(actor, wish_of(booking, to))[0]
    refuse_above(quote, to.max_total)
    return quote


def _offer(booking: Booking, quote: Quote) -> Offer:
    """The listing of the target under the quote's rules."""
    return terms_as_quoted(_open_offer(booking, quote.listing_id), quote)


def _open_offer(booking: Booking, listing_id: int) -> Offer:
    """A listing that a booking may move to: its seller's, and booked at once."""
    offer = catalogue.offer(listing_id)
    if offer.company_id != booking.seller_company_id:
        raise NotSameSeller(listing_id=offer.listing_id)
    if offer.rules.approval:
        raise NeedsApproval(listing_id=offer.listing_id, resource=offer.resource_name)
    return offer
