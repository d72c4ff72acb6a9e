"""A long line: everybody in it has a turn, in order, at a bounded cost (FIELD rank 4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.bookings import services, steps, waitlist, waitlist_queries
from marketplace.bookings.waitlist_errors import AlreadyWaiting, SlotFree
from marketplace.bookings.waitlist_models import WaitlistEntry
from marketplace.capacity import services as capacity
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core import outbox
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.access import create_qualification
from tests.factories.companies import create_party
from tests.factories.market import create_market
from tests.factories.resources import create_unavailability

HOUR = timedelta(hours=1)


def hour(market, at: int, length: int = 1, lanes: int = 1, day: int = 1) -> Wish:
    """So many hours of a day, from a time of the clock."""
    return Wish(market.listing.id, shanghai(day, at), shanghai(day, at + length),
                mode="time_slice", lanes=lanes)


def wait(party, *wishes: Wish) -> list[int]:
    """Entries of a party, in their order."""
    return [waitlist.join(party.actor, each).id for each in wishes]


def states(ids) -> list[str]:
    """What became of entries."""
    db.session.expire_all()
    return [db.session.get_one(WaitlistEntry, each).state for each in ids]


@pytest.fixture
def full(inside, market) -> int:
    """The stranger has the whole of tomorrow, 08:00 to 20:00."""
    return services.book_wish(market.stranger.actor, hour(market, 8, 12)).id


@pytest.fixture
def tried(monkeypatch) -> list[int]:
    """How many slots each trial has looked at."""
    counts: list[int] = []
    real = capacity.trial

    def counting(wants, **how):
        counts.append(len(wants))
        return real(wants, **how)

    monkeypatch.setattr(capacity, "trial", counting)
    return counts


def test_a_line_longer_than_a_page_starves_nobody(market, full, monkeypatch):
    """Four who find no room stand before the fifth: it is offered what is free."""
    monkeypatch.setattr(waitlist_queries, "PAGE", 2)
    services.book_wish(market.stranger.actor, hour(market, 8, 12, day=2))
    ids = wait(market.buyer, *(hour(market, 8, length, day=2) for length in (1, 2, 3, 4)),
               hour(market, 10))
    steps.cancel(market.stranger.actor, full)

    outbox.carry_out()

    assert states(ids) == [*["waiting"] * 4, "offered"]


def test_one_pass_offers_all_that_fits(market, full, monkeypatch, tried):
    """Twelve hours get free for twelve who wait: each is tried as often as its page is long."""
    monkeypatch.setattr(waitlist_queries, "PAGE", 3)
    ids = wait(market.buyer, *(hour(market, at) for at in range(8, 20)))
    steps.cancel(market.stranger.actor, full)
    tried.clear()

    outbox.carry_out()

    assert states(ids) == ["offered"] * 12
    assert sum(tried) <= 12 * 3


def test_only_who_waits_for_what_got_free_is_tried(market, full, tried):
    """Two hours get free among lines for a week: the others are not looked at."""
    for day in range(2, 7):
        services.book_wish(market.stranger.actor, hour(market, 8, 12, day=day))
        wait(market.buyer, *(hour(market, at, day=day) for at in (8, 12, 16)))
    near = wait(market.buyer, hour(market, 9))
    steps.cancel(market.stranger.actor, full)
    tried.clear()

    outbox.carry_out()

    assert states(near) == ["offered"]
    assert tried[0] <= 4   # the next day is near: buffers reach into it


def test_all_that_got_free_at_once_is_offered_at_once(market, full):
    """Cancelled together, two days apart: one pass from the first to the last of it."""
    later = services.book_wish(market.stranger.actor, hour(market, 8, 12, day=4)).id
    ids = wait(market.buyer, hour(market, 9, day=4), hour(market, 9))
    with transaction():
        steps.cancel(market.stranger.actor, full)
        steps.cancel(market.stranger.actor, later)

    outbox.carry_out()

    assert states(ids) == ["offered", "offered"]


def test_who_finds_no_room_costs_no_statement(market, full, count_queries):
    """Twelve who wait for a machine that is down cost what two cost."""
    counts = []
    create_unavailability(market.resource, shanghai(1, 7), shanghai(1, 21))
    for wishes in ([hour(market, 8), hour(market, 9)], [hour(market, at) for at in range(10, 20)]):
        wait(market.buyer, *wishes)
        with count_queries() as statements:
            assert waitlist.offer_freed(market.resource.id) == 0
        counts.append(len(statements))

    assert counts[1] <= counts[0]


def test_every_resource_with_a_line_has_its_turn(inside, monkeypatch):
    """More resources than a page holds are all gone through, each once."""
    monkeypatch.setattr(waitlist_queries, "PAGE", 2)
    markets = [create_market() for _ in range(5)]
    for each in markets:
        services.book_wish(each.stranger.actor, hour(each, 8, 12))
        wait(each.buyer, hour(each, 9), hour(each, 10))

    assert list(waitlist_queries.resources_waited_for()) == sorted(
        each.resource.id for each in markets)


def test_who_waits_is_offered_what_changing_lanes_makes_room_for(inside):
    """08-10 and 10-12 on two lanes leave 09-11 free by count: no wait, as booking would find."""
    market = create_market(lanes=2)
    for at, lanes in ((8, 2), (10, 2)):
        services.book_wish(market.stranger.actor, hour(market, at, 2, lanes))
    entry = wait(market.buyer, hour(market, 9, 2))
    with transaction():
        first, second = db.session.query(services.Booking).order_by(services.Booking.id)
        _shrink(first.id, 0)
        _shrink(second.id, 1)
    with pytest.raises(SlotFree):
        wait(create_party(), hour(market, 9, 2))

    assert waitlist.offer_freed(market.resource.id) == 1
    assert states(entry) == ["offered"]


def _shrink(booking_id: int, lane: int) -> None:
    """Leave a booking of two lanes on one of them."""
    claims = capacity._live_claims("booking", booking_id)
    capacity._free([sorted(claims, key=lambda each: each.lane_id)[1 - lane]])


def test_leaving_with_an_offer_is_one_step(market, full):
    """The entry is left, not passed as well: one audit row says so, and the next has its turn."""
    first, second = wait(market.buyer, hour(market, 9)) + wait(create_party(), hour(market, 9))
    steps.cancel(market.stranger.actor, full)
    outbox.carry_out()

    waitlist.leave(market.buyer.actor, first)

    rows = db.session.query(AuditEntry).filter_by(object_kind="waitlist_entry", object_id=first)
    assert [row.action for row in rows.order_by(AuditEntry.id)] == [
        "waitlist.join", "waitlist.offer", "waitlist.leave"]
    outbox.carry_out()
    assert states([first, second]) == ["left", "offered"]


def test_who_may_not_operate_is_told_before_waiting(market, full):
    """An offer would never come: the missing qualification is named, and granted it may wait."""
    with transaction():
        db.session.get_one(Listing, market.listing.id).qualification = "CNC-3"
    with pytest.raises(RuleBroken) as refused:
        wait(market.buyer, hour(market, 9))
    assert [each.code for each in refused.value.errors] == ["not_qualified"]

    create_qualification(market.seller.company, market.buyer.member)

    assert wait(market.buyer, hour(market, 9))


def test_a_free_slot_is_answered_with_its_quote(api, market):
    """Nobody has to wait: the refusal brings the price, and its quote is booked as it is."""
    answer = api.post("/waitlist", market.wish())

    assert (answer.status_code, answer.json["code"]) == (409, "slot_free")
    assert answer.json["quote"]["total"]["amount"] == "240.00"
    assert api.post("/bookings", {"quote_id": answer.json["quote"]["id"]}).status_code == 201


@pytest.mark.parametrize("most", [100, 1])
def test_who_cannot_wait_is_offered_what_is_free(api, market, monkeypatch, most):
    """In line already, or in too many lines: up to three slots that are free now."""
    with place.context():
        services.book_wish(market.stranger.actor, hour(market, 8, 6))
        wait(market.buyer, hour(market, 10, 2))
    monkeypatch.setattr(waitlist, "MOST", most)

    answer = api.post("/waitlist", market.wish() if most > 1 else market.wish(
        start=shanghai(1, 11), end=shanghai(1, 13)))

    assert answer.json["code"] == (AlreadyWaiting.code if most > 1 else "waiting_too_much")
    assert answer.json["alternatives"][0]["start"] == shanghai(1, 14).isoformat().replace(
        "+00:00", "Z")
