"""The record of a company: from the audit log alone, equal to a recount in plain SQL."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, text

from marketplace.bookings import services, steps
from marketplace.bookings.requests import approve, decline
from marketplace.bookings.tasks import answer_overdue
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.core.types import UtcDateTime
from marketplace.kpis import record
from tests.clocks import shanghai

pytestmark = pytest.mark.usefixtures("inside")
RECOUNT = text("""
    SELECT count(*) FROM audit_entry
     WHERE object_kind = 'booking' AND at >= :since AND action = :action
       AND CAST(details AS TEXT) LIKE :fact""").bindparams(bindparam("since", type_=UtcDateTime))


def approval(listing: Listing, on: bool) -> None:
    """The seller answers each request itself, or no longer."""
    with transaction():
        db.session.get_one(Listing, listing.id).approval = on


def live_through(market, clock, day: int, fate: str) -> None:
    """One booking of a day from its making to its fate."""
    buyer, seller = market.buyer.actor, market.seller.actor
    approval(market.listing, fate in ("declined", "approved"))
    booking = services.book_wish(buyer, Wish(
        market.listing.id, shanghai(day, 10), shanghai(day, 12), mode="time_slice")).id
    if fate == "declined":
        decline(seller, booking)
        return
    if fate == "approved":
        approve(seller, booking)
    if fate in ("dropped", "given up"):
        steps.cancel(seller if fate == "dropped" else buyer, booking)
        return
    clock.to(shanghai(day, 10))
    steps.start(seller, booking)
    clock.to(shanghai(day, 14 if fate == "late" else 11))
    steps.deliver(seller, booking)
    if fate == "disputed":
        steps.dispute(buyer, booking, reason="too rough")
    elif day % 2:
        steps.accept(buyer, booking)


def test_the_record_equals_a_recount_in_sql(market, clock):
    """Every share of a year of shuffled fates is what plain SQL counts in the audit log."""
    fates = 3 * ["done", "late", "disputed", "declined", "approved", "dropped", "given up"]
    random.Random(7).shuffle(fates)
    for number, fate in enumerate(fates):
        live_through(market, clock, 1 + 3 * number, fate)

    clock.move(days=8)   # silence after delivery is acceptance
    assert answer_overdue() > 0
    found = record.record_of(market.seller.company.id)

    count = lambda *names, fact="": sum(db.session.execute(RECOUNT, {   # noqa: E731
        "since": clock.now - timedelta(days=365), "action": f"booking.{name}",
        "fact": f"%{fact}%"}).scalar_one() for name in names)
    assert found.orders == count("deliver") >= record.FEWEST
    assert {each.name: (each.part, each.whole) for each in found.shares} == {
        "on_time": (count("deliver", fact='"late": false'), count("deliver")),
        "accepted_first": (count("accept"), count("accept") + count("dispute")),
        "declined": (count("decline", fact='"side": "seller"'), count("request")),
        "cancelled": (count("cancel", fact='"side": "seller"') + count("abort"),
                      count("confirm") + count("approve"))}
    assert all(each.part and each.whole for each in found.shares)


def test_fewer_than_five_orders_say_nothing(market, clock):
    """Four deliveries give their number and no share; the fifth shows them."""
    for number in range(4):
        live_through(market, clock, 1 + 3 * number, "done")
    assert record.record_of(market.seller.company.id) == record.Record(4, ())

    live_through(market, clock, 60, "done")
    assert len(record.record_of(market.seller.company.id).shares) == len(record.SHARES)


def test_what_is_older_than_a_year_is_forgotten(market, clock):
    """Orders of more than 365 days ago are in no figure."""
    for number in range(5):
        live_through(market, clock, 1 + 3 * number, "done")
    clock.move(days=366)

    assert record.record_of(market.seller.company.id) == record.Record(0, ())
