"""The lifecycle table: what it allows happens, what it does not name is refused."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from marketplace import verify
from marketplace.accounts.permissions import NotAllowed
from marketplace.bookings import conflicts, lifecycle, queries, services, steps
from marketplace.bookings.errors import ColleagueUnfit, IllegalTransition
from marketplace.bookings.lifecycle import Moment
from marketplace.bookings.models import Booking, BookingFee
from marketplace.bookings.moves import Target
from marketplace.bookings.proposals import Offered
from marketplace.bookings.requests import approve, decline
from marketplace.bookings.steps_api import STEPS
from marketplace.bookings.tasks import answer_overdue
from marketplace.bookings.views import shown
from marketplace.capacity import unavailability
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish, quote
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories.companies import create_member

pytestmark = pytest.mark.usefixtures("inside")
SIDES = (lifecycle.BUYER, lifecycle.SELLER, lifecycle.OPERATOR, lifecycle.SYSTEM, "stranger")
DEEDS = {action: deed for action, (_, deed, _) in STEPS.items()}
WORDS = {"move": {"to": Target(start=shanghai(1, 15))},
         "counter": {"offered": Offered(total=Money(1))},
         "propose_move": {"offered": Offered(start=shanghai(1, 15))},
         "abort": {"reason": "the spindle broke"}, "dispute": {"reason": "too rough"},
         "resolve": {"reason": "within tolerance"}}


def set_rules(listing: Listing, **rules) -> None:
    """The seller sets rules of its listing."""
    with transaction():
        row = db.session.get_one(Listing, listing.id)
        for name, value in rules.items():
            setattr(row, name, value)


@pytest.fixture
def book(market):
    """Book (or ask for) tomorrow 10:00-12:00 by the hour, 240 yuan."""
    return lambda **change: services.book_wish(market.buyer.actor, Wish(
        market.listing.id, market.start, market.end, mode="time_slice", **change))


def moments():
    """Before, at and after every border of a slot from 10 to 12, with and without a clock."""
    base = shanghai(1, 0)
    for hour, answered in product([8, 9.5, 10.25, 11, 13], [None, 9, 20]):
        yield Moment(shanghai(1, 10), shanghai(1, 12), base + timedelta(hours=hour), 30,
                     None if answered is None else base + timedelta(hours=answered))


def test_the_table_alone_says_what_may_happen():
    """A step exists where a row names action, state and side and its time rule holds."""
    for state, side, at, action in product((*lifecycle.STATES, lifecycle.HELD), SIDES,
                                           moments(), lifecycle.ACTIONS):
        rows = [row for row in lifecycle.TABLE
                if row.action == action and row.source == state and side in row.by
                and lifecycle.WHEN[row.when](at)]
        found = lifecycle.step(action, state, side, at)
        assert found == (rows[0] if rows else None)
        assert (action in lifecycle.actions(state, side, at)) == bool(rows)


@pytest.mark.parametrize("state", lifecycle.STATES)
def test_what_the_table_does_not_name_is_refused(market, book, state):
    """Every action in every state that the table does not have is an illegal transition."""
    booking = book()
    with transaction():
        db.session.get_one(Booking, booking.id).state = state
    named = {row.action for row in lifecycle.TABLE if row.source == state}

    for action, who in product(set(DEEDS) - named, (market.buyer.actor, market.seller.actor)):
        more = ({"member_id": market.buyer.actor.member_id} if action == "hand_over"
                else WORDS.get(action, {}))
        with pytest.raises(NotAllowed if action == "resolve" else IllegalTransition):
            DEEDS[action](who, booking.id, **more)


def test_work_goes_from_booked_to_accepted(market, book, clock):
    """Check in, start, deliver, accept: every step leaves its audit row with both sides."""
    booking = book()
    clock.to(market.start - timedelta(minutes=20))
    steps.check_in(market.buyer.actor, booking.id)
    clock.to(market.start)
    steps.start(market.seller.actor, booking.id)
    clock.to(market.end)
    steps.deliver(market.seller.actor, booking.id)
    done = steps.accept(market.buyer.actor, booking.id)

    assert (done.state, done.version, done.answer_by) == ("accepted", 5, None)
    rows = db.session.query(AuditEntry).filter_by(object_kind="booking").order_by(AuditEntry.id)
    assert [(row.action, row.details["side"], row.details["source"], row.details["target"])
            for row in rows] == [
        ("booking.confirm", "buyer", "", "confirmed"),
        ("booking.check_in", "buyer", "confirmed", "checked_in"),
        ("booking.start", "seller", "checked_in", "running"),
        ("booking.deliver", "seller", "running", "delivered"),
        ("booking.accept", "buyer", "delivered", "accepted")]
    assert {row.details["seller"] for row in rows} == {market.seller.company.id}


def test_delivering_early_frees_the_rest_at_once(market, book, clock):
    """Work for two hours that is done after one leaves the second hour to others."""
    booking = book()
    clock.to(market.start)
    steps.start(market.seller.actor, booking.id)
    clock.to(market.start + timedelta(hours=1))
    steps.deliver(market.seller.actor, booking.id)

    claim = db.session.query(Claim).filter_by(holder_kind="booking", holder_id=booking.id).one()
    assert (claim.starts, claim.ends) == (market.start, market.start + timedelta(hours=1))
    other = services.book_wish(market.buyer.actor, Wish(
        market.listing.id, market.start + timedelta(hours=1), market.end, mode="time_slice"))
    assert other.state == "confirmed"


def test_who_does_not_come_loses_the_rest_and_pays(market, book, clock):
    """After the grace the system notes a no-show, frees the rest and charges (FIELD rank 5)."""
    set_rules(market.listing, check_in=True, grace_minutes=30)
    booking = book()
    clock.to(market.start + timedelta(minutes=29))
    assert answer_overdue() == 0
    clock.to(market.start + timedelta(minutes=30))

    assert answer_overdue() == 1

    assert db.session.get_one(Booking, booking.id).state == "no_show"
    fee = db.session.query(BookingFee).one()
    assert (fee.code, fee.percent, fee.amount, fee.state) == (
        "no_show", 100, Money(24000), "due")
    again = services.book_wish(market.buyer.actor, Wish(
        market.listing.id, market.start + timedelta(minutes=45), market.end + timedelta(hours=1),
        mode="time_slice"))
    assert again.state == "confirmed"


@pytest.mark.parametrize("facts", [[(-60, 180)], [(-60, 60), (60, 120)]])
def test_nobody_is_a_no_show_where_the_machine_is_down_throughout(market, book, clock, facts):
    """It stays to be settled, a move may still be proposed, and it ends cancelled and free."""
    set_rules(market.listing, check_in=True, grace_minutes=30)
    booking = book()
    for first, last in facts:
        unavailability.report_unavailability(market.seller.actor, market.resource.id, TimeWindow(
            *(market.start + timedelta(minutes=each) for each in (first, last))), "breakdown")
    clock.to(market.start + timedelta(minutes=30))

    answer_overdue()

    assert queries.overdue() == []
    assert [each.booking.id for each in conflicts.unsettled(market.seller.actor)] == [booking.id]
    assert "propose_move" in shown(market.seller.actor, [booking])[0]["actions"]
    clock.to(market.end)
    assert answer_overdue() == 1
    row = db.session.get_one(Booking, booking.id)
    assert (row.state, row.cancelled_at) == ("cancelled", market.end)
    assert db.session.query(BookingFee).count() == 0
    assert verify.run().clean


def test_a_machine_that_is_up_again_within_the_slot_is_no_excuse_to_stay_booked(market, book,
                                                                                clock):
    """Repaired in the middle, it may have been used: who has not come by the end has not come."""
    set_rules(market.listing, check_in=True, grace_minutes=30)
    booking = book()
    fact = unavailability.report_unavailability(
        market.seller.actor, market.resource.id, TimeWindow(market.start, market.end), "breakdown")
    clock.to(market.start + timedelta(minutes=30))
    answer_overdue()
    clock.to(market.start + timedelta(minutes=60))
    unavailability.end_unavailability(market.seller.actor, fact.row.id)
    clock.to(market.end)

    assert answer_overdue() == 1

    assert db.session.get_one(Booking, booking.id).state == "no_show"
    assert db.session.query(BookingFee).count() == 0


def test_nobody_is_a_no_show_where_no_check_in_is_asked_for(market, book, clock):
    """A listing without check-in leaves its bookings alone; its seller may still say so."""
    booking = book()
    clock.to(market.start + timedelta(hours=1))

    assert answer_overdue() == 0
    with pytest.raises(IllegalTransition):
        steps.no_show(SYSTEM, booking.id)
    assert steps.no_show(market.seller.actor, booking.id).state == "no_show"


@pytest.mark.parametrize("hours, fen", [(25, 0), (24, 0), (23, 12000)])
def test_a_late_cancellation_costs_what_the_terms_said(market, book, clock, hours, fen):
    """Free until 24 hours before the start, then half the price of 240 yuan (FIELD rank 5)."""
    booking = book()
    clock.to(market.start - timedelta(hours=hours))

    steps.cancel(market.buyer.actor, booking.id)

    assert [fee.amount.minor for fee in db.session.query(BookingFee)] == ([fen] if fen else [])


def test_a_cancellation_by_the_seller_costs_nothing(market, book, clock):
    """A change of the other side's making is free, however late."""
    booking = book()
    clock.to(market.start - timedelta(minutes=5))

    assert steps.cancel(market.seller.actor, booking.id).state == "cancelled"
    assert db.session.query(BookingFee).count() == 0


def test_silence_after_delivery_is_acceptance(market, book, clock):
    """Seven days after delivery the work counts as accepted; a dispute before that stops it."""
    booking = book()
    clock.to(market.start)
    steps.start(market.seller.actor, booking.id)
    steps.deliver(market.seller.actor, booking.id)
    clock.to(market.start + timedelta(days=7))

    with pytest.raises(IllegalTransition):
        steps.dispute(market.buyer.actor, booking.id, reason="too late")
    assert answer_overdue() == 1
    assert db.session.get_one(Booking, booking.id).state == "accepted"


def test_a_request_does_not_occupy_and_rivals_are_declined(market, book):
    """Three ask for one slot; accepting one declines those that no longer fit (FIELD rank 7)."""
    set_rules(market.listing, approval=True)
    first, second = book(), services.book_wish(market.stranger.actor, Wish(
        market.listing.id, market.start, market.end, mode="time_slice"))
    beside = services.book_wish(market.buyer.actor, Wish(
        market.listing.id, market.end, market.end + timedelta(hours=1), mode="time_slice"))
    assert {row.state for row in (first, second, beside)} == {"requested"}

    approve(market.seller.actor, second.id)

    assert [db.session.get_one(Booking, row.id).state for row in (first, second, beside)] == [
        "declined", "confirmed", "requested"]
    with pytest.raises(IllegalTransition):
        approve(market.seller.actor, first.id)


def test_a_request_for_a_slot_taken_meanwhile_is_not_approved(market, book):
    """Approval runs the same take as any path."""
    set_rules(market.listing, approval=True)
    asked = book()
    set_rules(market.listing, approval=False)
    book()

    with pytest.raises(SlotTaken):
        approve(market.seller.actor, asked.id)
    assert db.session.get_one(Booking, asked.id).state == "requested"


def test_a_hold_ends_when_its_request_is_filed(market):
    """On an approval listing the held slot is free again once it has been asked for."""
    set_rules(market.listing, approval=True)
    wish = Wish(market.listing.id, market.start, market.end, mode="time_slice")
    held = services.hold(market.buyer.actor, quote(market.buyer.actor, wish)[0].id)

    asked = services.book_hold(market.buyer.actor, held.id)

    assert (asked.state, db.session.get_one(type(held), held.id).state) == ("requested", "booked")
    assert db.session.query(Claim).filter(Claim.state.in_(("held", "booked"))).count() == 0


def test_a_request_lapses_when_its_clock_runs_out(market, book, clock):
    """Nobody answered within the reply hours: the request expires by itself."""
    set_rules(market.listing, approval=True, reply_hours=2)
    asked = book()
    clock.to(asked.created_at + timedelta(hours=2))

    with pytest.raises(IllegalTransition):
        approve(market.seller.actor, asked.id)
    assert answer_overdue() == 1
    assert db.session.get_one(Booking, asked.id).state == "expired"


def test_a_declined_request_says_why(market, book):
    """The seller's reason stands in the audit log."""
    set_rules(market.listing, approval=True)
    asked = book()

    decline(market.seller.actor, asked.id, reason="the fixture is away")

    entry = db.session.query(AuditEntry).filter_by(action="booking.decline").one()
    assert entry.details["reason"] == "the fixture is away"


def test_a_second_hold_of_the_same_person_lets_the_first_go(market):
    """One hold per person and resource, so nobody collects slots (FIELD rank 13)."""
    wishes = [Wish(market.listing.id, market.start + timedelta(hours=each),
                   market.end + timedelta(hours=each), mode="time_slice") for each in (0, 3)]
    first, second = (services.hold(market.buyer.actor, quote(market.buyer.actor, wish)[0].id)
                     for wish in wishes)

    states = [db.session.get_one(type(first), each.id).state for each in (first, second)]
    assert states == ["released", "held"]


def test_a_booking_is_given_to_a_colleague_only(market, book):
    """Owners and planners of the same company may take it over (FIELD rank 18)."""
    booking = book()
    colleague = create_member(market.buyer.company, role="planner")
    viewer = create_member(market.buyer.company, role="viewer")

    for member_id in (viewer.id, market.seller.actor.member_id):
        with pytest.raises(ColleagueUnfit):
            steps.hand_over(market.buyer.actor, booking.id, member_id)
    assert steps.hand_over(market.buyer.actor, booking.id, colleague.id).member_id == colleague.id


def test_a_step_on_an_older_version_is_refused(market, book, clock):
    """Who has not seen the newest state does not change it."""
    booking = book()
    clock.to(market.start)
    steps.check_in(market.buyer.actor, booking.id, version=1)

    with pytest.raises(Stale):
        steps.start(market.seller.actor, booking.id, version=1)


def test_an_operator_resolves_a_dispute(market, book, clock, operator_actor):
    """A disputed delivery ends by an operator's word, with the reason written down."""
    booking = book()
    clock.to(market.start)
    steps.start(market.seller.actor, booking.id)
    steps.deliver(market.seller.actor, booking.id)
    steps.dispute(market.buyer.actor, booking.id, reason="too rough")

    assert steps.resolve(operator_actor, booking.id, reason="measured").state == "accepted"


@pytest.fixture
def operator_actor(market):
    """The operator of the market."""
    return Actor(member_id=market.operator.id, company_id=None, role="operator")


def test_a_hold_is_booked_although_its_notice_has_begun(market, clock):
    """Held a minute before the notice begins, it is booked five minutes later all the same."""
    set_rules(market.listing, notice_minutes=60)
    clock.to(market.start - timedelta(minutes=61))
    wish = Wish(market.listing.id, market.start, market.end, mode="time_slice")
    held = services.hold(market.buyer.actor, quote(market.buyer.actor, wish)[0].id)
    clock.move(minutes=5)

    assert services.book_hold(market.buyer.actor, held.id).state == "confirmed"
