"""Offers to somebody, answers to them, and machines that fail under a booking."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.bookings import answers, proposals
from marketplace.bookings.events import WaitlistOffered
from marketplace.bookings.proposal_models import Proposal
from marketplace.bookings.proposals import Offered
from marketplace.bookings.services import book_wish, hold
from marketplace.capacity.unavailability import report_unavailability
from marketplace.catalogue.services import Wish, quote
from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.events import publish
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from marketplace.notifications.models import Notice
from tests.clocks import shanghai

pytestmark = pytest.mark.usefixtures("inside")


def wish(market, day=1):
    """Two hours of a day."""
    return Wish(market.listing.id, shanghai(day, 10), shanghai(day, 12), None, "time_slice")


def told(party, *events):
    """What a member heard of these events: the notices, oldest first."""
    outbox.carry_out()
    return db.session.scalars(select(Notice).where(
        Notice.member_id == party.member.id, Notice.event.in_(events)).order_by(Notice.id)).all()


def test_whose_turn_it_is_hears_of_the_slot_and_its_clock(market):
    """A waitlist offer tells the member alone, with the end of the hold, and leads to it."""
    held = hold(market.buyer.actor, quote(market.buyer.actor, wish(market))[0].id)
    with transaction():
        publish(WaitlistOffered(1, held.id, market.buyer.member.id, held.expires_at))

    (notice,) = told(market.buyer, "waitlist")
    assert notice.params["until"] == held.expires_at.isoformat()
    assert notice.link == f"/listings/{market.listing.id}?hold={held.id}"
    assert told(market.seller, "waitlist") == []


def test_a_proposal_and_its_answer_reach_the_other_side(market):
    """The seller wishes to move a booking: the firm hears the new time and its clock, the seller
    hears the answer (FIELD rank 6)."""
    row = book_wish(market.buyer.actor, wish(market))
    proposals.propose_move(market.seller.actor, row.id, Offered(start=shanghai(2, 14)))
    proposal = db.session.scalars(select(Proposal)).one()

    (asked,) = told(market.buyer, "proposed")
    assert asked.params["starts"] == shanghai(2, 14).isoformat()
    assert asked.params["until"] == proposal.answer_by.isoformat()
    assert told(market.seller, "proposed") == []

    answers.decline(market.buyer.actor, proposal.id)

    (answer,) = told(market.seller, "answered")
    assert answer.params["say"] == "proposal_declined"
    assert told(market.buyer, "answered") == []


def test_a_breakdown_tells_the_firms_that_it_hits(market):
    """Who has a booking in the time hears of it; who has one on another day, and the seller who
    reported it, do not."""
    row = book_wish(market.buyer.actor, wish(market))
    book_wish(market.stranger.actor, wish(market, 3))
    start = shanghai(1, 11)
    report_unavailability(market.seller.actor, market.resource.id,
                          TimeWindow(start, start + timedelta(hours=4)), "breakdown")

    (notice,) = told(market.buyer, "down")
    assert notice.link == f"/bookings/{row.id}"
    assert told(market.stranger, "down") == told(market.seller, "down") == []
