"""Counter-offers and wishes to move: nothing happens until the other side agrees."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace import verify
from marketplace.bookings import proposal_queries, services, steps
from marketplace.bookings.answers import accept, decline, withdraw
from marketplace.bookings.errors import (
    BookingNotFound,
    IllegalTransition,
    NotSameSeller,
    NotYours,
    PriceChanged,
    ProposalNotFound,
    ProposalOver,
    ProposalUnfit,
)
from marketplace.bookings.models import Booking, BookingFee
from marketplace.bookings.moves import Target, move
from marketplace.bookings.proposal_models import Proposal
from marketplace.bookings.proposals import Offered, counter, propose_move
from marketplace.bookings.requests import approve
from marketplace.bookings.tasks import answer_overdue, proposals_overdue
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Listing, ListingTerms, Quote
from marketplace.catalogue.services import Wish
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.money import Money
from marketplace.core.transaction import transaction
from tests.factories.companies import create_party
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource, create_unavailability

pytestmark = pytest.mark.usefixtures("inside")
HOUR = timedelta(hours=1)


def book(market, hours: float = 0, **change) -> Booking:
    """Two hours by the hour, so many hours after tomorrow 10:00: booked or asked for."""
    start = market.start + hours * HOUR
    return services.book_wish(market.buyer.actor, Wish(**{
        "listing_id": market.listing.id, "start": start, "end": start + 2 * HOUR,
        "mode": "time_slice"} | change))


def set_rules(listing, **rules) -> None:
    """The seller sets rules of its listing."""
    with transaction():
        row = db.session.get_one(Listing, listing.id)
        for name, value in rules.items():
            setattr(row, name, value)


@pytest.fixture
def asked(market) -> Booking:
    """A request for tomorrow 10:00-12:00, 240 yuan; the seller has 24 hours."""
    set_rules(market.listing, approval=True)
    return book(market)


def newest(booking) -> Proposal:
    """The newest proposal about a booking."""
    return proposal_queries.of_bookings([booking.id])[booking.id][0][0]


def clean() -> None:
    """Nothing overlaps, every booking has its claims."""
    report = verify.run()
    assert report.clean, report.lines


def test_a_counter_offer_of_a_price_is_booked_at_exactly_that(market, asked):
    """The quote is a fact of its own: the old lines and one of the difference (FIELD rank 7)."""
    counter(market.seller.actor, asked.id, Offered(total=Money(20000), note="淡季价"))
    proposal = newest(asked)

    done = accept(market.buyer.actor, proposal.id)

    quote = db.session.get_one(Quote, done.quote_id)
    assert (done.state, done.total, quote.total) == ("confirmed", Money(20000), Money(20000))
    assert [(line["code"], line["amount"]["amount"]) for line in quote.lines] == [
        ("machine_hours", "240.00"), ("agreed_price", "-40.00")]
    assert db.session.get_one(Proposal, proposal.id).state == "accepted"
    entry = db.session.query(AuditEntry).filter_by(action="booking.agree").one()
    assert (entry.details["side"], entry.details["proposal"]) == ("buyer", proposal.id)
    clean()


def test_a_counter_offer_of_a_time_declines_those_who_asked_for_it(market, asked):
    """Accepting moves the request, takes the lanes and declines rivals that no longer fit."""
    rival, beside = book(market, 4), book(market, 7)
    counter(market.seller.actor, asked.id, Offered(start=market.start + 4 * HOUR))

    done = accept(market.buyer.actor, newest(asked).id)

    assert (done.starts, done.ends, done.total) == (
        market.start + 4 * HOUR, market.end + 4 * HOUR, Money(24000))
    assert [db.session.get_one(Booking, each.id).state for each in (rival, beside)] == [
        "declined", "requested"]
    assert db.session.query(Claim).filter_by(state="booked").one().starts == done.starts


def test_the_first_terms_count_whatever_the_listing_says_since(market, asked):
    """A time without a price is priced by the quote that was asked with."""
    with transaction():
        row = db.session.get_one(ListingTerms, (market.listing.id, "time_slice"))
        row.terms = row.terms | {"rate_per_hour": "500.00"}

    counter(market.seller.actor, asked.id,
            Offered(start=market.start + 3 * HOUR, end=market.start + 6 * HOUR))

    assert db.session.get_one(Quote, newest(asked).quote_id).total == Money(36000)


def test_each_answers_the_other_until_one_accepts(market, asked):
    """Countering declines what was open; one proposal a booking is open at a time."""
    counter(market.seller.actor, asked.id, Offered(total=Money(30000)))
    first = newest(asked)
    counter(market.buyer.actor, asked.id, Offered(total=Money(26000)))
    second = newest(asked)
    counter(market.buyer.actor, asked.id, Offered(total=Money(27000)))

    assert [(row.by_side, row.state) for row, _ in
            proposal_queries.of_bookings([asked.id])[asked.id]] == [
        ("buyer", "open"), ("buyer", "withdrawn"), ("seller", "declined")]
    for old in (first, second):
        with pytest.raises((ProposalOver, NotYours)):
            accept(market.buyer.actor, old.id)
    assert accept(market.seller.actor, newest(asked).id).total == Money(27000)


def test_the_clock_of_the_request_waits_for_the_counter_offer(market, asked, clock):
    """24 hours to answer; 4 are gone when the counter-offer is made, 20 are left after it."""
    set_rules(market.listing, reply_hours=2)
    clock.move(hours=4)
    countered = counter(market.seller.actor, asked.id, Offered(total=Money(20000)))
    assert countered.answer_by is None
    assert newest(asked).answer_by == clock.now + 2 * HOUR
    clock.move(hours=1)

    after = decline(market.buyer.actor, newest(asked).id)

    assert (after.state, after.answer_by) == ("requested", clock.now + 20 * HOUR)
    assert approve(market.seller.actor, asked.id).total == Money(24000)


def test_a_proposal_lapses_by_its_own_clock(market, asked, clock):
    """Unanswered, it expires; the request goes on and may lapse in its turn."""
    set_rules(market.listing, reply_hours=2)
    counter(market.seller.actor, asked.id, Offered(total=Money(20000)))
    clock.move(hours=2)
    assert answer_overdue() == 0
    with pytest.raises(ProposalOver):
        accept(market.buyer.actor, newest(asked).id)

    assert (proposals_overdue(), proposals_overdue()) == (1, 0)

    assert newest(asked).state == "expired"
    clock.to(market.start)
    assert answer_overdue() == 1
    assert db.session.get_one(Booking, asked.id).state == "expired"


def test_an_answer_is_never_later_than_the_start(market, asked):
    """240 hours to reply end when the proposed work begins."""
    set_rules(market.listing, reply_hours=240)

    counter(market.seller.actor, asked.id, Offered(start=market.start + 2 * HOUR))

    assert newest(asked).answer_by == market.start + 2 * HOUR


def test_approving_the_request_itself_takes_the_counter_offer_back(market, asked):
    """The seller may say yes to what was asked; then nothing else is open."""
    counter(market.seller.actor, asked.id, Offered(total=Money(30000)))

    assert approve(market.seller.actor, asked.id).total == Money(24000)

    assert newest(asked).state == "withdrawn"
    with pytest.raises(ProposalOver):
        accept(market.buyer.actor, newest(asked).id)


def test_a_counter_offer_into_a_taken_slot_is_refused(market, asked):
    """What is not free is not offered, and what is taken meanwhile is not booked."""
    set_rules(market.listing, approval=False)
    book(market, 4)
    with pytest.raises(SlotTaken):
        counter(market.seller.actor, asked.id, Offered(start=market.start + 5 * HOUR))
    counter(market.seller.actor, asked.id, Offered(start=market.start + 6 * HOUR))
    book(market, 6)

    with pytest.raises(SlotTaken):
        accept(market.buyer.actor, newest(asked).id)

    row = db.session.get_one(Booking, asked.id)
    assert (row.state, row.starts, newest(asked).state) == ("requested", market.start, "open")


@pytest.mark.parametrize("offered, error", [
    (Offered(total=Money(24000)), ProposalUnfit), (Offered(total=Money(-1)), ProposalUnfit),
    (Offered(total=None), ProposalUnfit)])
def test_what_says_nothing_is_no_counter_offer(market, asked, offered, error):
    """The same price, less than nothing, or nothing at all."""
    with pytest.raises(error):
        counter(market.seller.actor, asked.id, offered)


def test_rules_hold_for_what_is_offered(market, asked):
    """Step, opening and horizon; only its own notice a seller may overlook."""
    set_rules(market.listing, notice_minutes=40 * 60)
    for minutes in (7, 20 * 60):
        with pytest.raises(RuleBroken):
            counter(market.seller.actor, asked.id,
                    Offered(start=market.start + timedelta(minutes=minutes)))

    assert counter(market.seller.actor, asked.id, Offered(start=market.start + HOUR))


@pytest.mark.parametrize("offered", [None, Offered(total=Money(20000))])
def test_the_notice_does_not_run_while_the_seller_thinks(market, clock, offered):
    """Asked for in time, with hours of notice: the seller may say yes an hour before."""
    set_rules(market.listing, approval=True, notice_minutes=150, reply_hours=72)
    asked = book(market)
    if offered:
        counter(market.buyer.actor, asked.id, offered)
    clock.to(market.start - HOUR)

    done = (accept(market.seller.actor, newest(asked).id) if offered
            else approve(market.seller.actor, asked.id))

    assert done.state == "confirmed"
    with pytest.raises(RuleBroken):
        book(market, 1)


def test_a_measured_price_is_not_bargained_over(market):
    """Where the price depends on what is measured, only the time can be another."""
    set_rules(market.listing, approval=True)
    asked = book(market, end=None, pieces=40, mode="value")
    with pytest.raises(ProposalUnfit):
        counter(market.seller.actor, asked.id, Offered(total=Money(100)))

    counter(market.seller.actor, asked.id, Offered(start=market.start + 3 * HOUR))

    done = accept(market.buyer.actor, newest(asked).id)
    assert (done.pieces, done.total, done.total_max) == (40, None, asked.total_max)


def test_only_the_two_sides_see_and_answer(market, asked):
    """A stranger knows of nothing; who proposed cannot accept, who did not cannot take back."""
    counter(market.seller.actor, asked.id, Offered(total=Money(20000)))
    made = newest(asked).id

    for deed in (accept, decline, withdraw):
        with pytest.raises(ProposalNotFound):
            deed(market.stranger.actor, made)
    with pytest.raises(BookingNotFound):
        counter(market.stranger.actor, asked.id, Offered(total=Money(1)))
    for deed, who in ((accept, market.seller), (decline, market.seller), (withdraw, market.buyer)):
        with pytest.raises(NotYours):
            deed(who.actor, made)
    assert withdraw(market.seller.actor, made).state == "requested"


def test_the_quote_of_a_proposal_cannot_be_booked_by_itself(market, asked):
    """An agreed price is for this booking, not for another one."""
    counter(market.seller.actor, asked.id, Offered(total=Money(1)))

    with pytest.raises(PriceChanged):
        services.book_quote(market.buyer.actor, newest(asked).quote_id)


def test_a_seller_moves_a_booking_with_consent_and_at_no_cost(market, clock):
    """One hour before the start to another machine: no fee, same price, old fee terms."""
    booking = book(market)
    spare = create_listing(create_resource(market.seller.company), late_percent=100,
                           notice_minutes=600)
    clock.to(market.start - HOUR)
    propose_move(market.seller.actor, booking.id, Offered(listing_id=spare.id))
    assert db.session.get_one(Booking, booking.id).resource_id == market.resource.id

    moved = accept(market.buyer.actor, newest(booking).id)

    assert (moved.resource_id, moved.starts, moved.total) == (
        spare.resource_id, market.start, Money(24000))
    assert db.session.get_one(Quote, moved.quote_id).rules["late_percent"] == 50
    assert db.session.query(BookingFee).count() == 0
    clean()


def test_a_longer_slot_of_the_sellers_choice_costs_no_more(market):
    """Three hours instead of two: the difference is a line of the agreed price."""
    booking = book(market)
    propose_move(market.seller.actor, booking.id,
                 Offered(start=market.start + HOUR, end=market.start + 4 * HOUR))

    moved = accept(market.buyer.actor, newest(booking).id)

    assert (moved.ends - moved.starts, moved.total) == (3 * HOUR, Money(24000))


def test_a_seller_asks_for_no_more_and_for_nothing_of_others(market):
    """Never dearer, never another seller's machine, never the same slot."""
    booking = book(market)
    others = create_listing(create_resource(create_party().company))
    for offered, error in ((Offered(start=market.end, total=Money(24001)), ProposalUnfit),
                           (Offered(start=market.start), ProposalUnfit),
                           (Offered(listing_id=others.id), NotSameSeller)):
        with pytest.raises(error):
            propose_move(market.seller.actor, booking.id, offered)
    with pytest.raises(IllegalTransition):
        propose_move(market.buyer.actor, booking.id, Offered(start=market.end))


def test_declining_leaves_the_booking_where_it_is(market):
    """A confirmed booking is pinned: without consent nothing moves."""
    booking = book(market)
    propose_move(market.seller.actor, booking.id, Offered(start=market.end))

    after = decline(market.buyer.actor, newest(booking).id)

    assert (after.state, after.starts, after.total) == ("confirmed", market.start, Money(24000))
    clean()


def test_a_step_of_the_booking_overtakes_the_proposal(market):
    """Who moves or cancels first leaves nothing to accept; a hand-over changes nothing."""
    first, second = book(market), book(market, 3)
    for each in (first, second):
        propose_move(market.seller.actor, each.id, Offered(start=market.start + 7 * HOUR))
    steps.hand_over(market.buyer.actor, first.id, market.buyer.actor.member_id)
    assert newest(first).state == "open"

    move(market.buyer.actor, first.id, Target(start=market.start + 5 * HOUR))
    steps.cancel(market.seller.actor, second.id)

    assert [newest(each).state for each in (first, second)] == ["withdrawn", "withdrawn"]


def test_a_breakdown_is_settled_by_a_move_to_later(market, clock):
    """Down at ten: the seller proposes 14:00, the firm agrees, the block takes the old hours."""
    booking = book(market)
    clock.to(market.start - HOUR)
    create_unavailability(market.resource, market.start - HOUR, market.end)
    propose_move(market.seller.actor, booking.id, Offered(start=market.start + 4 * HOUR))

    accept(market.buyer.actor, newest(booking).id)

    blocked = db.session.query(Claim).filter_by(kind="blocked", state="blocked")
    assert max(row.ends for row in blocked) == market.end
    clean()
