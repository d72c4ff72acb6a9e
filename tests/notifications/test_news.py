"""What happens to a booking is told to the other side, once, and by the ways that each chose."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Member
from marketplace.accounts.permissions import WORKERS
from marketplace.bookings import lifecycle, requests, steps
from marketplace.bookings.events import BookingChanged
from marketplace.bookings.models import Booking
from marketplace.bookings.services import book_wish
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db
from marketplace.core.events import publish
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import transaction
from marketplace.notifications import inbox, news, rules
from marketplace.notifications.models import Notice
from marketplace.notifications.rules import Ways
from tests.clocks import shanghai
from tests.factories.companies import actor_for, create_member, join


def book(market, day=1, actor=None):
    """The buyer books, or asks for, two hours of a day."""
    return book_wish(actor or market.buyer.actor, Wish(
        market.listing.id, shanghai(day, 10), shanghai(day, 12), None, "time_slice"))


def told(*parties):
    """What the members heard, by member: the words' names, oldest first."""
    outbox.carry_out()
    return [[row.params["say"] for row in db.session.scalars(
        select(Notice).where(Notice.member_id == each.member.id).order_by(Notice.id))]
        for each in parties]


def mails():
    """Whom a mail of news was asked for, and of what."""
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "mail")
                              .order_by(OutboxMessage.id))
    return [(row.payload["member_id"], row.payload["event"]) for row in rows]


@pytest.fixture
def asking(inside, market):
    """The listing answers each request itself."""
    with transaction():
        db.session.get_one(Listing, market.listing.id).approval = True
    return market


def test_a_booking_writes_one_row_and_the_worker_tells_the_seller(inside, market):
    """The transaction of a booking adds one outbox row; owners and planners of the other side are
    told by it, nobody else is, and not twice."""
    planner, viewer = (join(market.seller.company, role) for role in ("planner", "viewer"))
    colleague = join(market.buyer.company, "owner")
    row = book(market)
    rows = db.session.scalars(select(OutboxMessage)).all()
    assert [each.topic for each in rows] == [news.TOPIC]

    heard = told(market.seller, planner, viewer, market.buyer, colleague, market.stranger)
    outbox.carry_out()

    assert heard == [["made"], ["made"], [], [], [], []]
    assert mails() == [(market.seller.member.id, "made"), (planner.member.id, "made")]
    notice = db.session.scalars(select(Notice)).first()
    assert (notice.link, notice.params["number"]) == (f"/bookings/{row.id}", row.id)


def test_only_numbers_and_codes_are_kept(inside, market):
    """Neither the notice nor the message to be sent holds a name of anybody or anything."""
    book(market)
    told()

    kept = str([row.params for row in db.session.scalars(select(Notice))]) + str(
        [row.payload for row in db.session.scalars(select(OutboxMessage))])
    for party in (market.buyer, market.seller):
        assert party.company.name not in kept
        assert party.member.name not in kept
    assert market.resource.name not in kept


def test_a_request_its_answer_and_its_rival_are_told(asking):
    """The seller hears of each request; the winner of its approval, the loser that it went to
    another (FIELD rank 6)."""
    rival = asking.stranger
    first = book(asking)
    book(asking, actor=rival.actor)
    assert told(asking.seller, asking.buyer, rival) == [["requested", "requested"], [], []]

    requests.approve(asking.seller.actor, first.id)

    assert told(asking.buyer, rival) == [["approved"], ["given_away"]]


def test_who_is_to_answer_is_told_until_when(asking):
    """A request names to the seller when it lapses; the notice that it lapsed goes to both."""
    row = book(asking)
    told()
    asked = db.session.scalars(select(Notice)).one()
    assert (asked.params["todo"], asked.params["until"]) == (
        "requested", row.answer_by.isoformat())

    with transaction():
        db.session.get_one(Booking, row.id).answer_by = row.created_at
    steps.expire(SYSTEM, row.id)

    assert told(asking.buyer, asking.seller) == [["expired"], ["requested", "expired"]]


def test_the_whole_way_of_a_booking_is_told_to_the_other_side(inside, market, clock):
    """Start, delivery and acceptance each reach the side that did not do them."""
    buyer, seller = market.buyer, market.seller
    row = book(market)
    clock.to(market.start)
    steps.check_in(buyer.actor, row.id)
    steps.start(seller.actor, row.id)
    clock.move(hours=1)
    steps.deliver(seller.actor, row.id)
    steps.dispute(buyer.actor, row.id, reason="量过了")

    assert told(buyer, seller) == [["started", "delivered"],
                                   ["made", "checked_in", "disputed"]]
    delivered = db.session.scalars(select(Notice).where(Notice.event == "delivered")).one()
    assert delivered.params["todo"] == "delivered"


def test_a_dispute_is_told_to_operators_and_nothing_else_is(inside, market, clock):
    """Those who are active get a notice with a link, and a mail; each may choose against it."""
    staff, quiet, gone = (SimpleNamespace(member=each) for each in (
        market.operator, create_member(), create_member()))
    with transaction():
        db.session.get_one(Member, gone.member.id).state = "left"
    inbox.choose(actor_for(quiet.member), {"disputed": rules.Ways(inbox=False, mail=False)})
    row = book(market)
    clock.to(market.start)
    steps.start(market.seller.actor, row.id)
    steps.deliver(market.seller.actor, row.id)
    assert told(staff) == [[]]
    steps.dispute(market.buyer.actor, row.id, reason="量过了")

    assert told(staff, quiet, gone, market.stranger) == [["to_resolve"], [], [], []]
    notice = db.session.scalars(select(Notice).where(
        Notice.member_id == market.operator.id)).one()
    assert (notice.event, notice.link) == ("disputed", f"/bookings/{row.id}")
    assert [each for each in mails() if each[1] == "disputed"] == [
        (market.seller.member.id, "disputed"), (market.operator.id, "disputed")]


def test_a_late_cancelling_tells_the_fee_to_both_but_not_to_who_did_it(inside, market, clock):
    """Cancelled by a colleague: whose booking it is hears of it and of its fee, as the seller."""
    colleague = join(market.buyer.company, "planner")
    row = book(market)
    told()
    clock.to(market.start - timedelta(hours=2))
    steps.cancel(colleague.actor, row.id)

    assert told(market.buyer, market.seller, colleague) == [
        ["cancelled", "fee"], ["made", "cancelled", "fee"], []]


def test_a_colleague_hears_that_a_booking_is_now_its_own(inside, market):
    """Handing over tells the one who has it now, and the seller."""
    colleague = join(market.buyer.company, "planner")
    row = book(market)
    steps.hand_over(market.buyer.actor, row.id, colleague.member.id)

    assert told(colleague, market.seller, market.buyer) == [
        ["handed_to_you"], ["made", "handed_over"], []]

def test_each_event_comes_by_the_chosen_ways(inside, market):
    """Without a notice, without a mail, or with neither: as each member says of each event."""
    planner, other = (join(market.seller.company, "planner") for _ in range(2))
    inbox.choose(market.seller.actor, {"made": Ways(inbox=False, mail=True)})
    inbox.choose(planner.actor, {"made": Ways(inbox=True, mail=False)})
    inbox.choose(other.actor, {"made": Ways(inbox=False, mail=False)})
    row = book(market)

    assert told(market.seller, planner, other) == [[], ["made"], []]
    assert mails() == [(market.seller.member.id, "made")]
    steps.cancel(market.buyer.actor, row.id)
    assert told(other) == [["cancelled"]]   # another event is still as by default


def test_a_killed_worker_tells_nothing_twice(inside, market, monkeypatch):
    """A fan-out that dies in the middle leaves no notice, no mail and an unsent row."""
    book(market)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "sent", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            outbox.carry_out()
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 0
    assert mails() == []

    assert told(market.seller) == [["made"]]


def test_what_was_not_told_for_a_week_is_not_told(inside, market, clock):
    """After a long rest of the worker nobody is flooded with what is long over."""
    book(market)
    clock.move(days=7)

    assert told(market.seller) == [[]]
    assert mails() == []


def test_every_step_of_the_table_is_news_or_known_not_to_be():
    """A new action of the lifecycle must get its words; only what nobody hears of has none."""
    silent = {"book", "release", "settle",
              "counter", "propose_move", "agree"}   # proposals are told by their own events

    assert set(lifecycle.ACTIONS) - silent == set(rules.STEPS) - {"confirm"}
    assert {event for _, event in rules.STEPS.values()} <= set(rules.EVENTS)


@pytest.mark.parametrize("action", sorted(rules.STEPS))
def test_a_deed_of_the_clock_is_told_to_both(inside, market, action):
    """Whatever the system does to a booking, buyer and seller hear of it."""
    row = book(market)
    told()
    with transaction():
        publish(BookingChanged(row.id, action, "", row.state, "system"))

    buyer, seller = told(market.buyer, market.seller)

    assert len(buyer) == 1
    assert len(seller) == 2


def test_roles_that_may_act_are_those_of_the_permissions(inside, market):
    """The people who are told are those who may change a booking."""
    heard = {role for role in ("owner", "planner", "finance", "viewer")
             for party in [join(market.seller.company, role)]
             if party.member.id in {each.id for each in news.queries.who_may_act(
                 [market.seller.company.id])}}

    assert heard == WORKERS
