"""The steps of a booking after it is made: cancel, check in, work, deliver, accept, dispute.

Leaving an occupying state before the end gives the rest of the time back at once.
"""

from __future__ import annotations

from datetime import timedelta

from marketplace.accounts.permissions import WORKERS
from marketplace.accounts.queries import member_of
from marketplace.bookings import changing, conflicts, fees, lifecycle, validator
from marketplace.bookings.changing import Change
from marketplace.bookings.errors import ColleagueUnfit
from marketplace.bookings.models import Booking
from marketplace.capacity import relaning
from marketplace.capacity import services as capacity
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.transaction import transactional


@transactional
def cancel(actor: Actor, booking_id: int, version: int | None = None,
           reason: str = "") -> Booking:
    """Either side gives a booking up before its start, or a firm its request.

    The time is free at once. A firm that is late pays what the terms said; the other side's
    cancelling costs it nothing.
    """
    change = changing.begin(actor, booking_id, "cancel", version)
    booking = change.booking
    booking.cancelled_at, booking.answer_by = change.now, None
    fee = None
    if change.step.source == lifecycle.CONFIRMED:
        capacity.release("booking", booking.id)
        if change.side == lifecycle.BUYER:
            fee = fees.charge(booking, fees.LATE_CANCEL)
    return changing.finish(change, reason=reason, fee=fee.amount.minor if fee else 0)


@transactional
def check_in(actor: Actor, booking_id: int, version: int | None = None) -> Booking:
    """The firm or its material is there: the slot is used."""
    change = changing.begin(actor, booking_id, "check_in", version)
    change.booking.checked_in_at, change.booking.answer_by = change.now, None
    relaning.pin("booking", booking_id)
    return changing.finish(change)


@transactional
def start(actor: Actor, booking_id: int, version: int | None = None) -> Booking:
    """The seller begins the work; who starts unasked checks the firm in as well."""
    change = changing.begin(actor, booking_id, "start", version)
    booking = change.booking
    booking.started_at, booking.answer_by = change.now, None
    booking.checked_in_at = booking.checked_in_at or change.now
    relaning.pin("booking", booking_id)
    return changing.finish(change)


@transactional
def deliver(actor: Actor, booking_id: int, version: int | None = None) -> Booking:
    """The work is done; what is left of the time is free, and the firm's clock to accept runs."""
    change = changing.begin(actor, booking_id, "deliver", version)
    _end(change)
    days = fees.terms_of(change.booking).accept_days
    change.booking.answer_by = change.now + timedelta(days=days)
    return changing.finish(change, late=change.now > change.booking.ends)


@transactional
def abort(actor: Actor, booking_id: int, version: int | None = None,
          reason: str = "") -> Booking:
    """The seller breaks work off that has begun; it costs the firm nothing."""
    change = changing.begin(actor, booking_id, "abort", version)
    _end(change)
    change.booking.cancelled_at = change.now
    return changing.finish(change, reason=reason)


@transactional
def no_show(actor: Actor, booking_id: int, version: int | None = None) -> Booking:
    """Nobody came within the grace: the rest of the slot is free, the terms say what it costs."""
    change = changing.begin(actor, booking_id, "no_show", version)
    _end(change)
    change.booking.answer_by = None
    fee = fees.charge(change.booking, fees.NO_SHOW)
    return changing.finish(change, fee=fee.amount.minor if fee else 0)


def _end(change: Change) -> None:
    """Note when the work ended and give the rest of its time back."""
    change.booking.ended_at = change.now
    capacity.cut("booking", change.booking.id, change.now)


@transactional
def accept(actor: Actor, booking_id: int, version: int | None = None) -> Booking:
    """The firm accepts the delivered work; its silence does so too when the clock runs out."""
    change = changing.begin(actor, booking_id, "accept", version)
    change.booking.answer_by = None
    return changing.finish(change, first_time=True)


@transactional
def dispute(actor: Actor, booking_id: int, version: int | None = None,
            reason: str = "") -> Booking:
    """The firm says what is wrong with the delivered work; an operator looks into it."""
    change = changing.begin(actor, booking_id, "dispute", version)
    change.booking.answer_by = None
    return changing.finish(change, reason=reason)


@transactional
def resolve(actor: Actor, booking_id: int, version: int | None = None,
            reason: str = "") -> Booking:
    """An operator closes a dispute with its reason: the work counts as accepted."""
    change = changing.begin(actor, booking_id, "resolve", version)
    return changing.finish(change, first_time=False, reason=reason)


@transactional
def expire(actor: Actor, booking_id: int) -> Booking:
    """A request that nobody answered in time lapses."""
    change = changing.begin(actor, booking_id, "expire")
    change.booking.answer_by = None
    return changing.finish(change)


@transactional
def hand_over(actor: Actor, booking_id: int, member_id: int,
              version: int | None = None) -> Booking:
    """A firm gives a booking to a colleague, who must be allowed what the rules ask for.

    Raises ColleagueUnfit for somebody who is not an active colleague that may book, RuleBroken
    for one who may not operate the resource.
    """
    change = changing.begin(actor, booking_id, "hand_over", version)
    colleague = member_of(change.booking.company_id, member_id)
    if colleague is None or colleague.role not in WORKERS:
        raise ColleagueUnfit(member_id=member_id)
    validator.check_operator(change.booking, member_id)
    before, change.booking.member_id = change.booking.member_id, member_id
    return changing.finish(change, before=before, after=member_id)


@transactional
def not_come(actor: Actor, booking_id: int) -> Booking:
    """Nobody checked in within the grace: a no-show, except where nobody could have come.

    A booking whose resource is down throughout stays to be settled until its end, and is cancelled
    then, which costs nothing.
    """
    change = changing.begin(actor, booking_id, "no_show")
    booking = change.booking
    if not conflicts.down_throughout(booking):
        return no_show(actor, booking_id)
    if change.now >= booking.ends:
        return cancel(actor, booking_id)
    booking.answer_by = booking.ends
    return booking


# What the clock does when an answer is overdue: the state and its step.
OVERDUE = {lifecycle.REQUESTED: expire, lifecycle.CONFIRMED: not_come,
           lifecycle.DELIVERED: accept}


def overdue(booking_id: int, state: str) -> None:
    """Let the system make the step that a passed clock asks for."""
    OVERDUE[state](SYSTEM, booking_id)
