"""A late change costs nothing in the end when the slot is sold again in full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from marketplace.bookings import fees, lifecycle
from marketplace.bookings.events import BookingChanged
from marketplace.bookings.models import Booking, BookingFee
from marketplace.capacity.board import REACH
from marketplace.capacity.models import Claim, Lane
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db
from marketplace.core.events import on
from marketplace.core.timewindow import TimeWindow
from marketplace.core.types import UtcDateTime

PLACING = ("move", "agree")   # steps that give a confirmed booking another slot
RESOLD = "resold"


@on(BookingChanged)
def waive_resold(event: BookingChanged) -> None:
    """A booking got its slot: fees for slots that are now sold again are waived.

    One look-up on the index of fees where the resource has none that is due.
    """
    if event.target != lifecycle.CONFIRMED or (
            event.source == lifecycle.CONFIRMED and event.action not in PLACING):
        return
    booking = db.session.get_one(Booking, event.booking_id)
    for fee in _due(booking):
        if covered(TimeWindow(fee.starts, fee.ends), fee.lanes, _sold_since(fee)):
            fees.let_go(SYSTEM, fee, RESOLD)
            _renew(fee, booking.resource_id)


def _renew(fee: BookingFee, locked_resource: int) -> None:
    """Whose fee it was has another version now, on paper too; its resource is the locked one."""
    charged = db.session.get_one(Booking, fee.booking_id, populate_existing=True)
    if charged.resource_id == locked_resource:
        charged.version += 1


def _due(booking: Booking) -> Sequence[BookingFee]:
    """Due fees for slots that this booking touches, buffers included."""
    return db.session.scalars(_DUE, {
        "resource": booking.resource_id, "since": booking.starts - REACH,
        "until": booking.ends + REACH}).all()


_DUE = (   # asked for every booking: written once
    select(BookingFee).where(
        BookingFee.resource_id == bindparam("resource"), BookingFee.state == "due",
        BookingFee.ends > bindparam("since", type_=UtcDateTime()),
        BookingFee.starts < bindparam("until", type_=UtcDateTime()),
        BookingFee.starts < BookingFee.ends))


def _sold_since(fee: BookingFee) -> list[TimeWindow]:
    """What bookings placed since the fee was charged block of its slot."""
    query = (select(Claim.blocked_from, Claim.blocked_until)
             .join(Lane, Lane.id == Claim.lane_id)
             .join(Booking, Booking.id == Claim.holder_id)
             .where(Lane.resource_id == fee.resource_id, Claim.holder_kind == "booking",
                    Claim.state == "booked", Claim.blocked_from < fee.ends,
                    Claim.blocked_until > fee.starts,
                    func.coalesce(Booking.placed_at, Booking.created_at) >= fee.created_at))
    return [TimeWindow(start, end) for start, end in db.session.execute(query)]


def covered(slot: TimeWindow, lanes: int, windows: Sequence[TimeWindow]) -> bool:
    """True when at every moment of a slot at least so many of the windows run (pure)."""
    edges: list[datetime] = sorted(
        {slot.start} | {edge for each in windows for edge in (each.start, each.end)
                        if slot.start <= edge < slot.end})
    return all(sum(each.start <= edge < each.end for each in windows) >= lanes for edge in edges)
