"""How a booking makes a step: lock, look the step up, and afterwards write it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from marketplace.accounts.permissions import require
from marketplace.bookings import lifecycle, queries
from marketplace.bookings.errors import IllegalTransition
from marketplace.bookings.events import BookingChanged
from marketplace.bookings.lifecycle import Moment, Step
from marketplace.bookings.models import Booking
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.events import publish
from marketplace.core.locking import Rank, lock
from marketplace.resources.models import Resource


@dataclass(frozen=True)
class Change:
    """A step about to be made on a locked booking."""

    actor: Actor
    booking: Booking
    step: Step
    side: str
    now: datetime


def side_of(actor: Actor, booking: Booking) -> str:
    """Which side of a booking the actor is on; the buyer where its company is both."""
    if actor.role == "system":
        return lifecycle.SYSTEM
    if actor.is_operator:
        return lifecycle.OPERATOR
    return lifecycle.BUYER if booking.company_id == actor.company_id else lifecycle.SELLER


def sides_of(actor: Actor, booking: Booking) -> list[str]:
    """The sides the actor stands on: both, where a company books its own machine."""
    side = side_of(actor, booking)
    both = side == lifecycle.BUYER and booking.seller_company_id == actor.company_id
    return [side, lifecycle.SELLER] if both else [side]


def moment_of(booking: Booking) -> Moment:
    """What the time rules look at, now."""
    return Moment(booking.starts, booking.ends, clock.now(), booking.grace_minutes,
                  booking.answer_by)


@cache
def permission(action: str) -> str:
    """What an actor must be allowed for a step: some are an operator's alone."""
    sides = {side for row in lifecycle.TABLE if row.action == action for side in row.by}
    return "booking.resolve" if sides == {lifecycle.OPERATOR} else "booking.change"


def begin(actor: Actor, booking_id: int, action: str, version: int | None = None,
          beside: Iterable[int] = ()) -> Change:
    """Lock the booking's resource, which guards all its bookings, then the row; look the step up.

    `beside`: resources that are locked with it. Raises BookingNotFound, IllegalTransition, Stale
    when it is not at `version` any more or was moved elsewhere while we waited for the lock.
    """
    require(actor, permission(action))
    booking = locked(actor, booking_id, beside)
    if version is not None and version != booking.version:
        raise Stale(version=booking.version)
    return look_up(actor, booking, action)


def locked(actor: Actor, booking_id: int, beside: Iterable[int] = ()) -> Booking:
    """A booking whose resource is locked, and so are the resources `beside`; may raise Stale."""
    resources = {queries.booking_of(actor, booking_id).resource_id, *beside}
    lock(Resource, resources, Rank.RESOURCE)
    booking = lock(Booking, [booking_id], Rank.BOOKING)[0]
    if booking.resource_id not in resources:
        raise Stale(version=booking.version)
    return booking


def look_up(actor: Actor, booking: Booking, action: str) -> Change:
    """The step of a booking that is locked already; raises IllegalTransition."""
    moment = moment_of(booking)
    for side in sides_of(actor, booking):
        step = lifecycle.step(action, booking.state, side, moment)
        if step is not None:
            return Change(actor, booking, step, side, moment.now)
    raise IllegalTransition(action=action, state=booking.state)


def finish(change: Change, **details: Any) -> Booking:
    """Put the booking into its new state and write it down; `details` are for the audit log."""
    booking, step = change.booking, change.step
    booking.state = step.target
    booking.version += 1
    db.session.flush()
    record(change.actor, step.action, booking, step.source, side=change.side, **details)
    return booking


def record(actor: Actor, action: str, booking: Booking, source: str, *, side: str,
           **details: Any) -> None:
    """One audit row with what records of companies are counted from, and the news of it."""
    audit.record(actor, f"booking.{action}", "booking", booking.id, side=side, source=source,
                 target=booking.state, buyer=booking.company_id,
                 seller=booking.seller_company_id, starts=booking.starts.isoformat(),
                 ends=booking.ends.isoformat(), **details)
    publish(BookingChanged(booking.id, action, source, booking.state, side, actor.member_id,
                           details.get("fee", 0)))
