"""What late changes cost, what they would cost now, and when the fee is let go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.bookings import fees, resale, services, steps, views
from marketplace.bookings.errors import BookingNotFound, FeeNotDue, FeeNotFound
from marketplace.bookings.models import Booking, BookingFee
from marketplace.bookings.moves import Target, move
from marketplace.bookings.requests import approve
from marketplace.capacity import unavailability
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from marketplace.resources.models import Resource
from tests.clocks import shanghai
from tests.factories.market import create_market
from tests.factories.resources import create_unavailability

pytestmark = pytest.mark.usefixtures("inside")
HOUR = timedelta(hours=1)


def book(market, hours: float = 0, length: float = 2, **change) -> Booking:
    """Work by the hour, so many hours after tomorrow 10:00."""
    start = market.start + hours * HOUR
    return services.book_wish(market.buyer.actor, Wish(
        market.listing.id, start, start + length * HOUR, mode="time_slice", **change))


def cancel_late(market, clock) -> BookingFee:
    """A booking of tomorrow 10:00-12:00 is cancelled two hours before: 120 yuan are due."""
    booking = book(market)
    clock.to(market.start - 2 * HOUR)
    steps.cancel(market.buyer.actor, booking.id)
    clock.move(minutes=1)
    return db.session.query(BookingFee).one()


def state(fee) -> tuple[str, str]:
    """How a fee stands."""
    row = db.session.get_one(BookingFee, fee.id)
    return row.state, row.waived_for


def window(first: float, last: float) -> TimeWindow:
    """Hours of tomorrow."""
    return TimeWindow(shanghai(1, 0) + first * HOUR, shanghai(1, 0) + last * HOUR)


@pytest.mark.parametrize("windows, lanes, whole", [
    ([(10, 12)], 1, True), ([(9, 13)], 1, True), ([(10, 11)], 1, False),
    ([(10, 11), (11, 12)], 1, True), ([(10, 11), (11.25, 12)], 1, False), ([], 1, False),
    ([(10, 12)], 2, False), ([(10, 12), (9, 12)], 2, True), ([(10, 12), (10, 11)], 2, False),
    ([(10, 12), (10, 11), (11, 13)], 2, True)])
def test_a_slot_is_sold_again_only_as_a_whole(windows, lanes, whole):
    """At every moment at least as many lanes run as were given up."""
    found = [window(*each) for each in windows]

    assert resale.covered(window(10, 12), lanes, found) is whole


def test_a_fee_is_waived_when_the_slot_is_resold(market, clock):
    """Whoever books the whole slot, the fee falls in the same transaction (FIELD rank 5)."""
    fee = cancel_late(market, clock)

    book(market)

    assert state(fee) == ("waived", "resold")
    entry = db.session.query(AuditEntry).filter_by(action="booking_fee.waive").one()
    assert (entry.object_id, entry.details["amount"]) == (fee.booking_id, 12000)


def test_two_bookings_may_resell_a_slot_together(market, clock):
    """The first half is not enough, both are."""
    fee = cancel_late(market, clock)
    book(market, -0.5, 1.5)
    assert state(fee) == ("due", "")

    book(market, 1, 3)

    assert state(fee) == ("waived", "resold")


def test_buffers_between_the_new_works_count_as_sold(market, clock):
    """Setup between two works is time that nobody could have bought."""
    with transaction():
        db.session.get_one(Resource, market.resource.id).buffer_before = 30
    fee = cancel_late(market, clock)

    book(market, 0, 1)
    book(market, 1.5, 1)

    assert state(fee) == ("waived", "resold")


def test_an_approved_request_and_a_move_resell_too(market, clock):
    """Any path that gives a booking its slot."""
    fee = cancel_late(market, clock)
    with transaction():
        db.session.get_one(Listing, market.listing.id).approval = True
    asked = book(market, 0, 1)
    assert state(fee) == ("due", "")
    approve(market.seller.actor, asked.id)
    with transaction():
        db.session.get_one(Listing, market.listing.id).approval = False
    later = book(market, 30, 1)

    move(market.buyer.actor, later.id, Target(start=market.start + HOUR))

    assert state(fee) == ("waived", "resold")


def test_what_ran_beside_it_before_is_no_resale(app, clock):
    """Two lanes, one given up: the booking on the other lane is not a second sale."""
    market = create_market(lanes=2)
    book(market)
    clock.move(minutes=1)
    fee = cancel_late(market, clock)

    book(market, 1, 2)
    assert state(fee) == ("due", "")

    book(market, 0, 1)
    assert state(fee) == ("waived", "resold")


def test_a_booking_that_only_touches_the_slot_resells_nothing(market, clock):
    """Before and after it, and on another day."""
    fee = cancel_late(market, clock)

    for hours in (-1, 2, 24):
        book(market, hours, 1)

    assert state(fee) == ("due", "")


def test_a_booking_costs_one_look_up_where_no_fee_is_due(market, count_queries):
    """Reselling asks the index of fees once and nothing else."""
    with count_queries() as statements:
        book(market)

    assert len([each for each in statements if "FROM booking_fee" in each]) == 1
    assert all("booking.placed_at" not in each or "FROM claim" not in each
               for each in statements)


def test_a_seller_waives_a_fee_with_a_reason(market, clock):
    """Once, and nobody else; the reason stands with the fee (FIELD rank 5)."""
    fee = cancel_late(market, clock)
    for who, error in ((market.buyer, FeeNotFound), (market.stranger, BookingNotFound)):
        with pytest.raises(error):
            fees.waive(who.actor, fee.booking_id, fee.id, "please")

    fees.waive(market.seller.actor, fee.booking_id, fee.id, "老客户")

    assert state(fee) == ("waived", "老客户")
    with pytest.raises(FeeNotDue):
        fees.waive(market.seller.actor, fee.booking_id, fee.id, "again")
    with pytest.raises(FeeNotFound):
        fees.waive(market.seller.actor, fee.booking_id, fee.id + 1, "another")


def shown(market, booking) -> dict:
    """The booking as the buyer sees it."""
    row = db.session.get_one(Booking, booking.id)
    return views.shown(market.buyer.actor, [row])[0]


def costs(market, booking) -> dict[str, int]:
    """What changes would cost now, in fen."""
    return {each.code: each.amount.minor for each in shown(market, booking)["fees_now"]}


def test_the_fee_is_known_before_the_deed(market, clock):
    """Free until 24 hours before, then half; not coming costs all of it (FIELD rank 5)."""
    booking = book(market)
    assert shown(market, booking)["free_until"] == market.start - 24 * HOUR
    assert costs(market, booking) == {"late_cancel": 0, "late_move": 0, "no_show": 24000}
    clock.to(market.start - 23 * HOUR)
    assert costs(market, booking) == {"late_cancel": 12000, "late_move": 12000, "no_show": 24000}

    clock.to(market.start)
    assert costs(market, booking) == {"no_show": 24000}
    steps.check_in(market.buyer.actor, booking.id)
    assert costs(market, booking) == {}


def test_a_breakdown_makes_every_change_free(market, clock):
    """A change of the other side's making costs nothing, however late and whoever makes it."""
    booking, other = book(market), book(market, 3)
    clock.to(market.start - HOUR)
    create_unavailability(market.resource, market.start, market.end)

    assert shown(market, booking)["hit"] and not shown(market, other)["hit"]
    assert set(costs(market, booking).values()) == {0}
    assert costs(market, other)["late_cancel"] == 12000
    steps.cancel(market.buyer.actor, booking.id)
    assert db.session.query(BookingFee).count() == 0


def test_nobody_pays_for_not_coming_to_a_machine_that_is_down(market, clock):
    """A no-show during a breakdown costs nothing; after a repaired one it does."""
    hit, repaired = book(market), book(market, 3)
    fact = create_unavailability(market.resource, market.start, market.end + 4 * HOUR)
    clock.to(market.start + HOUR)
    steps.no_show(market.seller.actor, hit.id)
    unavailability.end_unavailability(market.seller.actor, fact.id)
    clock.to(market.start + 4 * HOUR)

    steps.no_show(market.seller.actor, repaired.id)

    assert [fee.booking_id for fee in db.session.query(BookingFee)] == [repaired.id]


def test_a_breakdown_that_is_over_still_excuses_who_stayed_away(market, clock):
    """Repaired after the grace, or long after the work: the seller cannot charge for it then."""
    booking, later = book(market), book(market, 3)
    fact = create_unavailability(market.resource, market.start - HOUR, market.end)
    clock.to(market.start + HOUR)
    unavailability.end_unavailability(market.seller.actor, fact.id)
    clock.to(market.start + 2.5 * HOUR)

    assert costs(market, booking) == {"no_show": 0}
    steps.no_show(market.seller.actor, booking.id)
    clock.to(market.start + 4 * HOUR)
    steps.no_show(market.seller.actor, later.id)

    assert [fee.booking_id for fee in db.session.query(BookingFee)] == [later.id]
