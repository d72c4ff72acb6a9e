"""Moving a booking: the old slot for the new one, or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace import verify
from marketplace.bookings import queries, services, steps
from marketplace.bookings.errors import (
    IllegalTransition,
    NeedsApproval,
    NotSameSeller,
    PriceChanged,
)
from marketplace.bookings.models import Booking, BookingFee
from marketplace.bookings.moves import Target, move
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Listing, Quote
from marketplace.catalogue.services import Wish, quote
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.money import Money
from marketplace.core.transaction import transaction
from tests.factories.companies import create_party
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource, create_unavailability

pytestmark = pytest.mark.usefixtures("inside")
HOUR = timedelta(hours=1)


def wish_at(market, hours: float = 0, **change) -> Wish:
    """Two hours by the hour, so many hours after tomorrow 10:00."""
    start = market.start + hours * HOUR
    return Wish(**{"listing_id": market.listing.id, "start": start, "end": start + 2 * HOUR,
                   "mode": "time_slice"} | change)


@pytest.fixture
def booking(market) -> Booking:
    """Tomorrow 10:00-12:00, 240 yuan."""
    return services.book_wish(market.buyer.actor, wish_at(market))


@pytest.fixture
def other(market):
    """Another machine of the same seller, at the same price."""
    return create_listing(create_resource(market.seller.company))


def set_rules(listing, **rules) -> None:
    """The seller sets rules of its listing."""
    with transaction():
        row = db.session.get_one(Listing, listing.id)
        for name, value in rules.items():
            setattr(row, name, value)


def live(booking) -> list[tuple]:
    """What a booking holds."""
    rows = db.session.query(Claim).filter_by(holder_kind="booking", holder_id=booking.id,
                                             state="booked")
    return [(row.starts, row.ends) for row in rows]


def clean() -> None:
    """Nothing overlaps, every booking has its claims."""
    report = verify.run()
    assert report.clean, report.lines


def test_a_booking_moves_to_another_time(market, booking):
    """New times, quote and version; the old hours are free, the audit has both."""
    was = booking.quote_id

    moved = move(market.buyer.actor, booking.id, Target(start=market.start + 5 * HOUR))

    assert (moved.starts, moved.ends) == (market.start + 5 * HOUR, market.end + 5 * HOUR)
    assert (moved.state, moved.version, moved.total) == ("confirmed", 2, Money(24000))
    assert db.session.get_one(Quote, moved.quote_id).starts == moved.starts
    assert live(moved) == [(moved.starts, moved.ends)]
    assert queries.lanes_of("booking", [moved.id]) == {moved.id: [1]}
    entry = db.session.query(AuditEntry).filter_by(action="booking.move").one()
    assert entry.details["before"] == {
        "resource": market.resource.id, "starts": market.start.isoformat(),
        "ends": market.end.isoformat(), "lanes": 1, "quote": was}
    assert entry.details["starts"] == moved.starts.isoformat()
    assert services.book_wish(market.buyer.actor, wish_at(market)).state == "confirmed"
    clean()


def test_it_may_overlap_itself_and_change_its_length(market, booking):
    """An hour later and an hour longer: its own old time is not in the way."""
    moved = move(market.buyer.actor, booking.id,
                 Target(start=market.start + HOUR, end=market.end + 2 * HOUR))

    assert live(moved) == [(market.start + HOUR, market.end + 2 * HOUR)]
    assert moved.total == Money(36000)
    clean()


def test_it_moves_to_another_machine_of_the_seller(market, booking, other):
    """The whole contract follows: listing, resource, claims."""
    moved = move(market.buyer.actor, booking.id,
                 Target(start=market.start, listing_id=other.id))

    assert (moved.listing_id, moved.resource_id) == (other.id, other.resource_id)
    assert services.book_wish(market.buyer.actor, wish_at(market)).state == "confirmed"
    assert steps.cancel(market.buyer.actor, moved.id).state == "cancelled"
    assert live(moved) == []
    clean()


def test_a_quote_names_the_target_and_its_price(market, booking):
    """Another mode and lanes come with the quote that was shown."""
    quotes = quote(market.buyer.actor, wish_at(market, 4, end=None, pieces=40, mode="piece"))

    moved = move(market.buyer.actor, booking.id, Target(quote_id=quotes[0].id))

    assert (moved.mode, moved.pieces, moved.total) == ("piece", 40, quotes[0].total)


def test_pieces_keep_their_number(market):
    """A booking of pieces moved to another start is the same pieces."""
    made = services.book_wish(market.buyer.actor,
                              wish_at(market, end=None, pieces=40, mode="piece"))

    moved = move(market.buyer.actor, made.id, Target(start=market.start + 3 * HOUR))

    assert (moved.pieces, moved.total) == (40, made.total)
    assert moved.ends - moved.starts == timedelta(minutes=160)


def expect_refused(market, booking, error, **to) -> None:
    """A move is refused and the old slot is as it was."""
    before = (booking.quote_id, booking.version)
    with pytest.raises(error):
        move(market.buyer.actor, booking.id, Target(**to))
    row = db.session.get_one(Booking, booking.id)
    assert (row.starts, row.ends, row.resource_id) == (
        market.start, market.end, market.resource.id)
    assert (row.quote_id, row.version) == before
    assert live(row) == [(market.start, market.end)]
    assert db.session.query(BookingFee).count() == 0
    clean()


def test_a_taken_slot_leaves_the_old_one_untouched(market, booking):
    """All or nothing: the refusal undoes the release (FIELD rank 1)."""
    services.book_wish(market.buyer.actor, wish_at(market, 3))

    expect_refused(market, booking, SlotTaken, start=market.start + 2 * HOUR)


def test_a_broken_rule_leaves_the_old_slot_untouched(market, booking):
    """The rules hold for a move as for a new booking (FIELD rank 1)."""
    expect_refused(market, booking, RuleBroken, start=market.start + timedelta(minutes=7))
    expect_refused(market, booking, RuleBroken, start=market.start + 20 * HOUR)
    expect_refused(market, booking, RuleBroken, start=market.start - timedelta(days=5))


def test_a_machine_that_is_down_is_no_target(market, booking, other):
    """A fact over the target refuses the move."""
    create_unavailability(db.session.get_one(type(market.resource), other.resource_id),
                          market.start, market.end)

    expect_refused(market, booking, SlotTaken, start=market.start, listing_id=other.id)


def test_another_sellers_machine_is_another_contract(market, booking):
    """A booking never changes its seller."""
    stranger = create_listing(create_resource(create_party().company))

    expect_refused(market, booking, NotSameSeller, start=market.start, listing_id=stranger.id)


def test_an_approval_listing_is_no_target(market, booking, other):
    """What its seller answers one by one nobody moves into."""
    set_rules(other, approval=True)

    expect_refused(market, booking, NeedsApproval, start=market.start, listing_id=other.id)


def test_a_price_above_the_ceiling_is_refused(market, booking):
    """Who says how much it may cost at most is asked again."""
    expect_refused(market, booking, PriceChanged, start=market.start, end=market.end + HOUR,
            max_total=Money(24000))


def test_only_the_buyer_moves_and_only_before_the_start(market, booking, clock):
    """The seller proposes; work that has begun stays where it is."""
    with pytest.raises(IllegalTransition):
        move(market.seller.actor, booking.id, Target(start=market.start + 5 * HOUR))
    clock.to(market.start)
    with pytest.raises(IllegalTransition):
        move(market.buyer.actor, booking.id, Target(start=market.start + 5 * HOUR))


def test_a_move_on_an_older_version_is_refused(market, booking):
    """Who has not seen the newest times does not move it."""
    move(market.buyer.actor, booking.id, Target(start=market.start + 5 * HOUR), version=1)

    with pytest.raises(Stale):
        move(market.buyer.actor, booking.id, Target(start=market.start), version=1)


def test_a_late_move_costs_by_the_old_terms_and_the_old_slot(market, booking, clock):
    """23 hours before the start: half of the 240 yuan, whatever the listing says since."""
    set_rules(market.listing, late_percent=90)
    clock.to(market.start - 23 * HOUR)

    move(market.buyer.actor, booking.id, Target(start=market.start + timedelta(days=1)))

    [fee] = db.session.query(BookingFee)
    assert (fee.code, fee.percent, fee.amount, fee.starts, fee.ends) == (
        "late_move", 50, Money(12000), market.start, market.end)


def test_check_in_follows_the_new_start(market, clock):
    """Where check-in is asked for, the clock of the moved booking is that of its new slot."""
    set_rules(market.listing, check_in=True, grace_minutes=20)
    made = services.book_wish(market.buyer.actor, wish_at(market))

    moved = move(market.buyer.actor, made.id, Target(start=market.start + 3 * HOUR))

    assert moved.answer_by == moved.starts + timedelta(minutes=20)
    clock.to(market.start + HOUR)
    assert queries.overdue() == []
