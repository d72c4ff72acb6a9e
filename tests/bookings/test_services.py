"""Quote, hold, book, cancel: what each use case promises."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import config
from marketplace.bookings import services, steps
from marketplace.bookings.errors import HoldOver, IllegalTransition, PriceChanged
from marketplace.bookings.models import Booking, Hold
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.errors import ModeNotOffered, RuleBroken
from marketplace.catalogue.models import ListingTerms, Quote
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.money import Money
from marketplace.core.transaction import transaction
from tests.clocks import shanghai

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def wish(market) -> catalogue.Wish:
    """Tomorrow 10:00-12:00 by the hour."""
    return catalogue.Wish(market.listing.id, market.start, market.end, mode="time_slice")


@pytest.fixture
def quoted(market, wish) -> Quote:
    """The buyer's quote of it: 240 yuan."""
    return catalogue.quote(market.buyer.actor, wish)[0]


def raise_rate(listing_id: int, rate: str) -> None:
    """The seller changes its price."""
    with transaction():
        row = db.session.get_one(ListingTerms, (listing_id, "time_slice"))
        row.terms = row.terms | {"rate_per_hour": rate}


def test_a_wish_is_quoted_in_every_mode_that_fits(market):
    """A wish in pieces gets a quote a mode; by the hour it is charged for the same time."""
    quotes = catalogue.quote(market.buyer.actor, catalogue.Wish(
        market.listing.id, market.start, pieces=100))

    found = {each.mode: (each.total, each.total_min, each.total_max) for each in quotes}
    assert found == {"piece": (Money(55000), None, None),
                     "time_slice": (Money(62000), None, None),   # 310 minutes at 120 an hour
                     "value": (None, Money(50000), Money(900000))}
    assert {each.ends for each in quotes} == {shanghai(1, 15, 10)}


def test_a_quote_stays_as_it_was_made(market, quoted):
    """The seller doubles the price: the quote keeps its lines, its terms and its total."""
    before = (quoted.id, quoted.lines, quoted.terms, quoted.total)

    raise_rate(market.listing.id, "240.00")

    row = db.session.get_one(Quote, before[0])
    assert (row.id, row.lines, row.terms, row.total) == before
    assert row.terms["rate_per_hour"] == "120.00"


def test_a_valid_quote_is_honoured_after_the_price_rose(market, quoted):
    """The buyer books at the price of the quote."""
    raise_rate(market.listing.id, "240.00")

    assert services.book_quote(market.buyer.actor, quoted.id).total == Money(24000)


def test_an_expired_quote_is_answered_with_the_wish_to_ask_again(market, quoted, clock):
    """After its validity a quote books nothing, even where the price is the same."""
    clock.to(quoted.valid_until)

    with pytest.raises(PriceChanged) as refused:
        services.book_quote(market.buyer.actor, quoted.id)

    assert refused.value.params["reason"] == "quote_expired"
    assert refused.value.again.listing_id == market.listing.id


@pytest.mark.parametrize(("most", "booked"), [(24000, True), (23999, False)])
def test_a_price_above_the_ceiling_books_nothing(market, wish, most, booked):
    """max_total is the most the buyer pays: a fen less than the price is a refusal."""
    if booked:
        assert services.book_wish(market.buyer.actor, wish, Money(most)).total == Money(24000)
        return
    with pytest.raises(PriceChanged):
        services.book_wish(market.buyer.actor, wish, Money(most))
    assert db.session.scalars(select(Booking)).all() == []
    assert db.session.scalars(select(Quote)).all() == []


def test_a_hold_keeps_the_slot_and_becomes_the_booking(market, quoted):
    """While held nobody else gets it; booked, the claim is the same row, never let go."""
    held = services.hold(market.buyer.actor, quoted.id)
    claim = db.session.scalars(select(Claim.id)).one()
    theirs = catalogue.quote(market.stranger.actor, catalogue.Wish(
        market.listing.id, market.start, market.end, mode="time_slice"))[0]
    with pytest.raises(SlotTaken):
        services.book_quote(market.stranger.actor, theirs.id)

    booking = services.book_hold(market.buyer.actor, held.id)

    row = db.session.get_one(Claim, claim)
    assert (row.kind, row.state, row.expires_at, row.holder_id) == (
        "booking", "booked", None, booking.id)
    assert db.session.get_one(Hold, held.id).state == "booked"


def test_a_hold_is_over_at_its_end(market, quoted, clock):
    """A hold books until its last second and not at its end; that it ran out is written down."""
    held = services.hold(market.buyer.actor, quoted.id)
    held_id, until = held.id, held.expires_at
    assert until == clock.now + timedelta(minutes=config.current().hold_minutes)
    clock.to(until)

    with pytest.raises(HoldOver):
        services.book_hold(market.buyer.actor, held_id)

    services.book_quote(market.buyer.actor, quoted.id)
    assert db.session.get_one(Hold, held_id).state == "expired"
    actions = db.session.scalars(select(AuditEntry.action).where(
        AuditEntry.object_kind == "hold", AuditEntry.object_id == held_id)
        .order_by(AuditEntry.id)).all()
    assert actions == ["hold.make", "hold.expire"]


def test_a_hold_is_booked_once(market, quoted):
    """A used hold books nothing more."""
    held = services.hold(market.buyer.actor, quoted.id).id
    services.book_hold(market.buyer.actor, held)

    with pytest.raises(HoldOver):
        services.book_hold(market.buyer.actor, held)


def test_a_quote_is_rechecked_when_it_is_booked(market, quoted, clock):
    """The price is honoured, the calendar is not bent: a start that has passed is refused."""
    clock.to(market.start + timedelta(minutes=1))

    with pytest.raises(RuleBroken) as refused:
        services.book_quote(market.buyer.actor, quoted.id)

    assert [each.code for each in refused.value.errors] == ["past"]


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_either_side_cancels_and_the_time_is_free(market, quoted, wish, side):
    """After a cancellation by buyer or seller somebody else books the same hours."""
    booking = services.book_quote(market.buyer.actor, quoted.id).id

    cancelled = steps.cancel(getattr(market, side).actor, booking)

    assert (cancelled.state, cancelled.version) == ("cancelled", 2)
    assert services.book_wish(market.stranger.actor, wish).state == "confirmed"


def test_a_booking_is_cancelled_once_and_before_its_start(market, quoted, clock):
    """What is cancelled or has begun cannot be cancelled."""
    booking = services.book_quote(market.buyer.actor, quoted.id).id
    steps.cancel(market.buyer.actor, booking)
    with pytest.raises(IllegalTransition):
        steps.cancel(market.buyer.actor, booking)

    again = catalogue.quote(market.buyer.actor, catalogue.Wish(
        market.listing.id, market.start, market.end, mode="time_slice"))[0]
    booking = services.book_quote(market.buyer.actor, again.id).id
    clock.to(market.start)
    with pytest.raises(IllegalTransition):
        steps.cancel(market.buyer.actor, booking)



def test_every_broken_rule_of_a_wish_is_named(market):
    """Off the step, too short and outside the opening at once: three errors in one answer."""
    start = shanghai(1, 7, 7)

    with pytest.raises(RuleBroken) as refused:
        catalogue.quote(market.buyer.actor, catalogue.Wish(
            market.listing.id, start, start + timedelta(minutes=30)))

    assert {(each.field, each.code) for each in refused.value.errors} == {
        ("start", "step"), ("end", "too_short"), ("start", "outside_opening")}


@pytest.mark.parametrize(("wanted", "error"), [
    ({"mode": "piece"}, ModeNotOffered),          # an end says nothing about pieces
    ({"mode": "barter"}, ModeNotOffered),
    ({"lanes": 2}, RuleBroken),
])
def test_what_the_listing_does_not_offer_is_refused(market, wanted, error):
    """A mode that cannot price the wish, an unknown mode, more lanes than there are."""
    with pytest.raises(error):
        catalogue.quote(market.buyer.actor, catalogue.Wish(
            market.listing.id, market.start, market.end, **wanted))
