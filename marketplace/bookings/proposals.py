"""Counter-offers to requests, and sellers' wishes to move what is booked: how they are made.

The price of a proposal is an immutable quote of its slot under the terms of the first quote. An
open proposal has a clock of its own; the request's clock waits meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.bookings import changing, lifecycle, proposal_queries
from marketplace.bookings.changing import Change
from marketplace.bookings.errors import NotSameSeller, ProposalUnfit
from marketplace.bookings.events import ProposalAnswered, ProposalMade
from marketplace.bookings.models import Booking
from marketplace.bookings.orders import terms_as_quoted
from marketplace.bookings.proposal_models import COUNTER, DECLINED, MOVE, WITHDRAWN, Proposal
from marketplace.capacity import services as capacity
from marketplace.capacity.services import Want
from marketplace.catalogue import agreed
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.events import publish
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import savepoint, transactional


@dataclass(frozen=True)
class Offered:
    """What a side offers: another time, another total, another listing; None: as it is."""

    start: datetime | None = None
    end: datetime | None = None
    total: Money | None = None
    listing_id: int | None = None
    note: str = ""


@transactional
def counter(actor: Actor, booking_id: int, offered: Offered,
            version: int | None = None) -> Booking:
    """A side answers a request with another price, another time or both.

    It takes the place of the proposal that was open. A firm's own supersedes what it first asked
    for, which cannot be approved until the firm takes it back; the seller accepts it, declines the
    request or makes a counter-offer. Raises ProposalUnfit, RuleBroken, SlotTaken.
    """
    change = changing.begin(actor, booking_id, "counter", version)
    booking = change.booking
    original = db.session.get_one(Quote, booking.quote_id)
    offer = terms_as_quoted(catalogue.offer(booking.listing_id), original)
    if change.side == lifecycle.SELLER:
        offer = agreed.carried(original, offer)
    quote = _priced(booking, original, offer, offered)
    asked = (booking.starts, booking.ends, booking.total)
    if (quote.starts, quote.ends, quote.total) == asked and not proposal_queries.superseded(
            booking.id):
        raise _unfit("total", "nothing_new")
    left = _left(change)
    row = _open(change, COUNTER, quote, offer, offered)
    row.left_seconds, booking.answer_by = left, None
    return _made(change, row)


@transactional
def propose_move(actor: Actor, booking_id: int, offered: Offered,
                 version: int | None = None) -> Booking:
    """The seller asks to move a booking to another time or another of its resources.

    It costs the firm nothing: the price stays or sinks, and its fee terms go with it. Raises
    NotSameSeller, ProposalUnfit, RuleBroken, SlotTaken.
    """
    offer = catalogue.offer(offered.listing_id) if offered.listing_id else None
    beside = [offer.resource_id] if offer else []
    change = changing.begin(actor, booking_id, "propose_move", version, beside)
    booking = change.booking
    original = db.session.get_one(Quote, booking.quote_id)
    offer = agreed.carried(original, offer or catalogue.offer(booking.listing_id))
    if offer.company_id != booking.seller_company_id:
        raise NotSameSeller(listing_id=offer.listing_id)
    quote = _priced(booking, original, offer, offered, at_most=True)
    if (quote.starts, quote.ends, offer.resource_id) == (booking.starts, booking.ends,
                                                         booking.resource_id):
        raise _unfit("start", "nothing_new")
    _close_former(change)
    return _made(change, _open(change, MOVE, quote, offer, offered))


def _unfit(name: str, code: str, **params: str) -> ProposalUnfit:
    return ProposalUnfit(errors=[FieldError(name, code, **params)], count=1)


def _priced(booking: Booking, original: Quote, offer: Offer, offered: Offered,
            at_most: bool = False) -> Quote:
    """The quote of what is offered; `at_most`: the booking's price is a ceiling."""
    slot = agreed.agreed_slot(original, offer, offered.start or booking.starts,
                              _end(booking, offered))
    answer, total = agreed.price(original, slot), offered.total
    if total is not None and (answer.total is None or total.minor < 0):
        raise _unfit("total", "value_price" if answer.total is None else "below_zero")
    if at_most:
        most = booking.total if booking.total is not None else booking.total_max
        assert most is not None   # the table has a check: one of the two is there
        wanted = answer.most if answer.total is None else total
        if wanted is not None and wanted > most:
            raise _unfit("total", "above_price", most=most.amount)
        if total is None and answer.total is not None:
            total = min(answer.total, most)
    return agreed.agreed_quote(original, offer, slot, total)


def _end(booking: Booking, offered: Offered) -> datetime | None:
    """The end that was asked for; the booking's own where only the price is another."""
    if offered.end is not None or offered.start is not None:
        return offered.end
    return booking.ends


def _left(change: Change) -> int:
    """What is left of the request's clock in seconds; closes the proposal that was open."""
    former = _close_former(change)
    if former is not None and former.left_seconds is not None:
        return former.left_seconds
    until = change.booking.answer_by or change.booking.starts
    return max(0, int((until - change.now).total_seconds()))


def _close_former(change: Change) -> Proposal | None:
    """An open proposal gives way: answered with another one, or replaced by its own side."""
    former = proposal_queries.open_of(change.booking.id)
    if former is not None:
        former.state = WITHDRAWN if former.by_side == change.side else DECLINED
        db.session.flush()
        publish(ProposalAnswered(former.id, change.booking.id, former.state, change.side))
    return former


def _open(change: Change, purpose: str, quote: Quote, offer: Offer,
          offered: Offered) -> Proposal:
    """Write a proposal whose slot is free now; it ends before its slot begins."""
    booking = change.booking
    try_slot(booking, offer.resource_id, quote)
    last = quote.starts if purpose == COUNTER else min(quote.starts, booking.ends)
    row = Proposal(
        booking_id=booking.id, by_side=change.side, purpose=purpose, quote_id=quote.id,
        resource_id=offer.resource_id, listing_id=offer.listing_id, starts=quote.starts,
        ends=quote.ends, note=offered.note, created_at=change.now,
        answer_by=min(change.now + timedelta(hours=offer.rules.reply_hours), last))
    db.session.add(row)
    db.session.flush()
    return row


class _Fits(Exception):
    """Undoes a trial that went well."""


def try_slot(booking: Booking, resource_id: int, quote: Quote) -> None:
    """Raise SlotTaken when the slot of a quote has no room for a booking, whose own time is free.

    Nothing is taken: the trial is undone.
    """
    want = Want(resource_id, TimeWindow(quote.starts, quote.ends), "booking", booking.id,
                quote.lanes)
    try:
        with savepoint():
            capacity.release("booking", booking.id)
            capacity.take([want])
            raise _Fits
    except _Fits:
        return


def _made(change: Change, row: Proposal) -> Booking:
    changing.finish(change, proposal=row.id)
    publish(ProposalMade(row.id, row.booking_id, row.by_side, row.purpose))
    return change.booking
