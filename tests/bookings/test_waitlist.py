"""The waitlist: who waits is offered what gets free, in order, for a while (FIELD rank 4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace import config
from marketplace.bookings import services, steps, waitlist, waitlist_queries
from marketplace.bookings.events import WaitlistOffered, WaitlistPassed
from marketplace.bookings.models import Booking, Hold
from marketplace.bookings.tasks import close_waitlist, offer_waitlist
from marketplace.bookings.waitlist_errors import (
    AlreadyWaiting,
    EntryNotFound,
    SlotFree,
    WaitedEnough,
    WaitingTooMuch,
)
from marketplace.bookings.waitlist_models import WaitlistEntry
from marketplace.capacity import services as capacity
from marketplace.capacity.errors import SlotTaken
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core import events, outbox
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import savepoint, transaction
from tests.clocks import shanghai
from tests.factories.companies import create_party

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def wish(market) -> Wish:
    """Tomorrow 10:00-12:00 by the hour."""
    return Wish(market.listing.id, market.start, market.end, mode="time_slice")


@pytest.fixture
def taken(market, wish) -> int:
    """The slot is booked by the stranger."""
    return services.book_wish(market.stranger.actor, wish).id


@pytest.fixture
def heard(monkeypatch) -> list[object]:
    """The news of offers."""
    found: list[object] = []
    for kind in (WaitlistOffered, WaitlistPassed):
        monkeypatch.setitem(events._handlers, kind, [*events._handlers[kind], found.append])
    return found


def wait(*parties, wish: Wish) -> list[int]:
    """Entries of parties, in their order."""
    return [waitlist.join(party.actor, wish).id for party in parties]


def states(*ids: int) -> list[str]:
    """What became of entries."""
    db.session.expire_all()
    return [db.session.get_one(WaitlistEntry, each).state for each in ids]


def asked() -> int:
    """How many messages ask a worker to offer what got free."""
    return db.session.scalar(select(func.count()).select_from(OutboxMessage).where(
        OutboxMessage.topic == waitlist.TOPIC)) or 0


def test_a_cancelled_slot_is_offered_to_the_first(market, wish, taken, heard):
    """Cancelled, then carried out: the first has a hold for two hours (FIELD rank 4)."""
    third = create_party()
    first, second = wait(market.buyer, third, wish=wish)
    steps.cancel(market.stranger.actor, taken)
    assert states(first, second) == ["waiting", "waiting"]   # later, in a transaction of its own

    outbox.carry_out()

    row = db.session.get_one(WaitlistEntry, first)
    hold = db.session.get_one(Hold, row.hold_id)
    assert states(first, second) == ["offered", "waiting"]
    assert hold.expires_at == row.offer_until == (
        row.created_at + timedelta(minutes=config.current().offer_minutes))
    assert [each.entry_id for each in heard] == [first]
    with pytest.raises(SlotTaken):
        services.book_wish(third.actor, wish)


def test_an_offer_that_is_booked_ends_the_wait(market, wish, taken):
    """The hold of the offer becomes the booking, at the price it shows."""
    entry = wait(market.buyer, wish=wish)[0]
    steps.cancel(market.stranger.actor, taken)
    outbox.carry_out()

    booking = services.book_hold(market.buyer.actor,
                                 db.session.get_one(WaitlistEntry, entry).hold_id or 0)

    assert (booking.state, states(entry)) == ("confirmed", ["booked"])


def test_an_offer_that_runs_out_goes_to_the_next(market, wish, taken, clock, heard):
    """Nobody answers for two hours: the first is passed, the second is offered."""
    first, second = wait(market.buyer, create_party(), wish=wish)
    steps.cancel(market.stranger.actor, taken)
    outbox.carry_out()
    clock.move(minutes=config.current().offer_minutes)
    capacity.sweep_one(market.resource.id)

    outbox.carry_out()

    assert states(first, second) == ["passed", "offered"]
    assert [(type(each).__name__, each.entry_id) for each in heard] == [
        ("WaitlistOffered", first), ("WaitlistPassed", first), ("WaitlistOffered", second)]


@pytest.mark.parametrize("how", ["leave", "release"])
def test_an_offer_given_back_goes_to_the_next(market, wish, taken, how):
    """Who leaves the line or lets the hold go makes room at once."""
    first, second = wait(market.buyer, create_party(), wish=wish)
    steps.cancel(market.stranger.actor, taken)
    outbox.carry_out()
    if how == "leave":
        waitlist.leave(market.buyer.actor, first)
    else:
        services.release_hold(market.buyer.actor,
                              db.session.get_one(WaitlistEntry, first).hold_id or 0)

    outbox.carry_out()

    assert states(first, second) == ["left" if how == "leave" else "passed", "offered"]


def test_an_offer_never_lasts_past_the_last_moment_to_book(market, wish, taken, clock):
    """Free an hour before the start, with half an hour's notice: the offer lasts half an hour."""
    with transaction():
        db.session.get_one(Listing, market.listing.id).notice_minutes = 30
    entry = wait(market.buyer, wish=wish)[0]
    clock.to(market.start - timedelta(hours=1))
    steps.cancel(market.seller.actor, taken)

    outbox.carry_out()

    assert db.session.get_one(WaitlistEntry, entry).offer_until == (
        market.start - timedelta(minutes=30))


def test_an_offer_does_not_cost_the_member_its_own_hold(market, wish, taken):
    """One hold a member and resource: neither does an offer end it nor it an offer."""
    entry = wait(market.buyer, wish=wish)[0]
    mine = services.hold(market.buyer.actor, _quote(market, 14))
    steps.cancel(market.stranger.actor, taken)
    outbox.carry_out()
    assert db.session.get_one(Hold, mine.id).state == "held"

    services.hold(market.buyer.actor, _quote(market, 16))

    assert db.session.get_one(Hold, mine.id).state == "released"
    assert states(entry) == ["offered"]


def _quote(market, hour: int) -> int:
    """A quote of the buyer for two hours tomorrow."""
    from marketplace.catalogue.services import quote
    wish = Wish(market.listing.id, shanghai(1, hour), shanghai(1, hour + 2), mode="time_slice")
    return quote(market.buyer.actor, wish)[0].id


def test_one_message_a_resource_and_transaction(market, wish, taken):
    """Two slots cancelled at once ask once; nothing is asked where nobody waits."""
    later = Wish(market.listing.id, shanghai(1, 14), shanghai(1, 16), mode="time_slice")
    other = services.book_wish(market.stranger.actor, later).id
    both = wait(market.buyer, wish=wish) + wait(market.buyer, wish=later)
    with transaction():
        steps.cancel(market.stranger.actor, taken)
        steps.cancel(market.stranger.actor, other)
    assert asked() == 1
    outbox.carry_out()
    assert states(*both) == ["offered", "offered"]

    far = Wish(market.listing.id, shanghai(20, 14), shanghai(20, 16), mode="time_slice")
    steps.cancel(market.stranger.actor, services.book_wish(market.stranger.actor, far).id)
    assert asked() == 1


def test_a_part_that_is_undone_does_not_swallow_the_next(market, wish, taken):
    """Freed in a savepoint that is undone and freed again after it: it is asked for."""
    wait(market.buyer, wish=wish)
    with transaction():
        with pytest.raises(ZeroDivisionError), savepoint():
            steps.cancel(market.stranger.actor, taken)
            raise ZeroDivisionError
        steps.cancel(market.stranger.actor, taken)

    assert asked() == 1


def test_the_first_whose_slot_is_free_is_offered(market, wish, taken):
    """An earlier entry that wants more than got free waits on; the later one is offered."""
    services.book_wish(market.stranger.actor, Wish(
        market.listing.id, market.end, shanghai(1, 14), mode="time_slice"))
    long, short = (waitlist.join(party.actor, each).id for party, each in (
        (market.buyer, Wish(market.listing.id, market.start, shanghai(1, 14), mode="time_slice")),
        (create_party(), wish)))
    steps.cancel(market.stranger.actor, taken)

    outbox.carry_out()

    assert states(long, short) == ["waiting", "offered"]


def test_who_may_not_book_by_the_rules_is_left_out_this_time(market, wish, taken):
    """Whose quota is used up goes on waiting, and the next is offered."""
    other = create_party()
    first, second = wait(market.buyer, other, wish=wish)
    with transaction():
        db.session.get_one(Listing, market.listing.id).quota_hours = 2
        db.session.get_one(Listing, market.listing.id).last_day_free = False
    services.book_wish(market.buyer.actor, Wish(
        market.listing.id, shanghai(1, 14), shanghai(1, 16), mode="time_slice"))
    steps.cancel(market.stranger.actor, taken)

    outbox.carry_out()

    assert states(first, second) == ["waiting", "offered"]


def test_a_slot_that_has_begun_is_over(market, wish, taken, clock):
    """The task closes what nobody can book any more, and nothing else."""
    entry = wait(market.buyer, wish=wish)[0]
    clock.to(market.start - timedelta(minutes=1))
    assert close_waitlist() == 0
    clock.to(market.start)

    assert close_waitlist() == 1

    assert states(entry) == ["over"]


def test_longer_opening_hours_are_noticed_too(market, wish, taken):
    """What gets free without a claim let go is offered by the task."""
    entry = wait(market.buyer, wish=wish)[0]
    with transaction():
        capacity.make_lanes(market.resource.id, 2)

    assert offer_waitlist() == 1

    assert states(entry) == ["offered"]


def test_what_is_free_needs_no_wait(market, wish):
    """A free slot is refused with the advice to book it."""
    with pytest.raises(SlotFree):
        waitlist.join(market.buyer.actor, wish)


def test_one_waits_once_for_a_slot(market, wish, taken):
    """The same slot twice is refused; the company may wait for 100 in all."""
    wait(market.buyer, wish=wish)
    with pytest.raises(AlreadyWaiting):
        waitlist.join(market.buyer.actor, wish)


def test_waiting_has_a_ceiling(market, wish, taken, monkeypatch):
    """A company that waits for as much as it may is refused."""
    monkeypatch.setattr(waitlist, "MOST", 0)
    with pytest.raises(WaitingTooMuch):
        waitlist.join(market.buyer.actor, wish)


def test_what_the_listing_would_never_book_is_refused(market, taken):
    """Half an hour where an hour is the least: every broken rule is named."""
    with pytest.raises(RuleBroken):
        waitlist.join(market.buyer.actor, Wish(
            market.listing.id, market.start, market.start + timedelta(minutes=30),
            mode="time_slice"))


def test_one_leaves_once_and_only_for_oneself(market, wish, taken):
    """A stranger's entry does not exist; one that has ended cannot be left again."""
    entry = wait(market.buyer, wish=wish)[0]
    with pytest.raises(EntryNotFound):
        waitlist.leave(market.stranger.actor, entry)
    waitlist.leave(market.buyer.actor, entry)

    with pytest.raises(WaitedEnough):
        waitlist.leave(market.buyer.actor, entry)


def test_the_place_in_the_line_is_shown(market, wish, taken):
    """Earlier entries whose slot overlaps stand before one; others do not."""
    other = Wish(market.listing.id, shanghai(1, 14), shanghai(1, 16), mode="time_slice")
    services.book_wish(market.stranger.actor, other)
    ids = [*wait(create_party(), wish=wish), *wait(create_party(), wish=other),
           *wait(market.buyer, wish=wish)]

    assert waitlist_queries.positions(ids) == dict(zip(ids, [1, 1, 2], strict=True))


def test_the_seller_sees_who_waits_for_its_machines(market, wish, taken):
    """Names, count and lane hours by machine; nobody else's."""
    wait(market.buyer, create_party(), wish=wish)

    found = waitlist_queries.demand(market.seller.actor)

    assert [(each.resource, each.waiting, each.hours) for each in found] == [
        (market.resource.name, 2, 4.0)]
    assert market.buyer.company.name in found[0].companies
    assert waitlist_queries.demand(market.stranger.actor) == []


def test_a_listing_that_is_gone_ends_the_wait(market, wish, taken):
    """Withdrawn while somebody waits: the entry is over when its slot gets free."""
    entry = wait(market.buyer, wish=wish)[0]
    with transaction():
        db.session.get_one(Listing, market.listing.id).state = "withdrawn"
    steps.cancel(market.stranger.actor, taken)

    outbox.carry_out()

    assert states(entry) == ["over"]
    assert db.session.scalar(select(func.count()).select_from(Booking)) == 1
