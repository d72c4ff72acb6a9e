"""Requests for approval listings: one open at a time, terms that bind, rivals however many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.bookings import proposal_queries, requests, series, services, steps
from marketplace.bookings.answers import accept, decline, withdraw
from marketplace.bookings.errors import AlreadyAsked, TermsSuperseded
from marketplace.bookings.models import Booking
from marketplace.bookings.proposals import Offered, counter
from marketplace.bookings.requests import approve
from marketplace.bookings.tasks import proposals_overdue
from marketplace.bookings.views import shown
from marketplace.catalogue.services import Wish, quote
from marketplace.core.db import db
from marketplace.core.money import Money
from tests.factories.access import set_rules
from tests.factories.companies import create_party

pytestmark = pytest.mark.usefixtures("inside")
HOUR = timedelta(hours=1)


@pytest.fixture
def market(market):
    """The seller answers every request itself."""
    set_rules(market.listing.id, approval=True)
    return market


def wish(market, hours: float = 0) -> Wish:
    """Two hours, so many hours after tomorrow 10:00."""
    start = market.start + hours * HOUR
    return Wish(market.listing.id, start, start + 2 * HOUR, mode="time_slice")


def ask(market, party=None, hours: float = 0) -> Booking:
    """A request of a party, the buyer where none is named."""
    return services.book_wish((party or market.buyer).actor, wish(market, hours))


def newest(booking) -> int:
    """The newest proposal about a request."""
    return proposal_queries.of_bookings([booking.id])[booking.id][0][0].id


def state(booking) -> str:
    """Where a booking stands."""
    return db.session.get_one(Booking, booking.id).state


def may(market, booking) -> list[str]:
    """What the seller's page offers."""
    return shown(market.seller.actor, [db.session.get_one(Booking, booking.id)])[0]["actions"]


def test_a_firm_has_one_open_request_for_a_time(market):
    """What overlaps is refused and names the request; beside it, or elsewhere, it may ask."""
    first = ask(market)
    for hours in (0, 1, -1):
        with pytest.raises(AlreadyAsked) as refused:
            ask(market, hours=hours)
        assert refused.value.params["booking_id"] == first.id

    assert [ask(market, hours=2).state, ask(market, market.stranger).state] == ["requested"] * 2
    steps.cancel(market.buyer.actor, first.id)
    assert ask(market, hours=-1).state == "requested"


def test_a_request_that_has_lapsed_is_in_nobodys_way(market, clock):
    """Its clock has run out, though nobody has swept it yet: the firm asks anew."""
    set_rules(market.listing.id, approval=True, reply_hours=2)
    ask(market)
    clock.move(hours=2)

    assert ask(market).state == "requested"


def test_a_hold_is_no_way_round(market):
    """What is held and then asked for is one request too; the hold is still there."""
    ask(market)
    held = services.hold(market.buyer.actor, quote(market.buyer.actor, wish(market, 1))[0].id)

    with pytest.raises(AlreadyAsked):
        services.book_hold(market.buyer.actor, held.id)

    db.session.expire_all()
    assert held.state == "held"


def test_a_series_skips_what_is_asked_for(market):
    """A time with an open request, and one that overlaps the time before, are not asked again."""
    ask(market, hours=1)

    made = series.create(market.buyer.actor, series.Plan(wish(market, 3), "FREQ=HOURLY;COUNT=3"))
    other = series.preview(market.buyer.actor, wish(market), "FREQ=DAILY;COUNT=2")

    assert [each.reason for each in series.series_queries.items_of(made.id)] == [
        "", "already_asked", ""]
    assert [each.reason for each in other] == ["already_asked", ""]


def test_a_series_with_nothing_left_to_try_is_filled_with_nothing(market):
    """All of its times were asked for: trying the skipped ones again changes nothing."""
    made = series.create(market.buyer.actor, series.Plan(wish(market), "FREQ=DAILY;COUNT=2"))

    assert series.refill(market.buyer.actor, made.id).state == "active"


def test_every_rival_is_declined_however_many(market, monkeypatch):
    """More requests for a slot than a page holds: all are declined, and who is beside is not."""
    monkeypatch.setattr(requests, "PAGE", 2)
    rivals = [ask(market, create_party(), hours) for hours in (0, 1, -1, 0, 1)]
    beside, chosen = ask(market, market.stranger, 2), ask(market)

    approve(market.seller.actor, chosen.id)

    assert [state(each) for each in rivals] == ["declined"] * 5
    assert (state(chosen), state(beside)) == ("confirmed", "requested")


def test_many_rivals_are_judged_together(market, monkeypatch, count_queries):
    """Who still fits costs no statement of its own."""
    counts = []
    for day, number in ((24, 1), (48, 7)):
        for _ in range(number):
            ask(market, create_party(), day + 4)
        chosen = ask(market, hours=day)
        with count_queries() as statements:
            approve(market.seller.actor, chosen.id)
        counts.append(len(statements))

    assert counts[1] <= counts[0]


def test_what_was_first_asked_for_binds_nobody_who_asks_for_something_else(market):
    """The firm has offered 200 for the 240 it asked with: 240 cannot be approved, 200 can."""
    asked = ask(market)
    assert "approve" in may(market, asked)
    counter(market.buyer.actor, asked.id, Offered(total=Money(20000)))

    with pytest.raises(TermsSuperseded):
        approve(market.seller.actor, asked.id)

    assert "approve" not in may(market, asked)
    assert accept(market.seller.actor, newest(asked)).total == Money(20000)


@pytest.mark.parametrize("ends", ["declined", "lapsed", "answered"])
def test_a_counter_offer_that_is_over_is_still_the_last_word(market, clock, ends):
    """Declined, lapsed or answered with another: what was first asked for is not approved."""
    set_rules(market.listing.id, approval=True, reply_hours=2)
    asked = ask(market)
    counter(market.buyer.actor, asked.id, Offered(total=Money(20000)))
    if ends == "declined":
        decline(market.seller.actor, newest(asked))
    elif ends == "lapsed":
        clock.move(hours=2)
        assert proposals_overdue() == 1
    else:
        counter(market.seller.actor, asked.id, Offered(total=Money(22000)))
        decline(market.buyer.actor, newest(asked))

    with pytest.raises(TermsSuperseded):
        approve(market.seller.actor, asked.id)


def test_who_takes_its_counter_offer_back_asks_for_what_it_first_did(market):
    """Withdrawn, the first terms stand again; the seller's own counter-offer changes nothing."""
    asked = ask(market)
    counter(market.buyer.actor, asked.id, Offered(total=Money(20000)))
    counter(market.buyer.actor, asked.id, Offered(total=Money(21000)))
    withdraw(market.buyer.actor, newest(asked))
    counter(market.seller.actor, asked.id, Offered(total=Money(23000)))

    assert approve(market.seller.actor, asked.id).total == Money(24000)


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_the_first_terms_may_be_offered_anew(market, side):
    """Declined, either side may come back to them, and the other accepts."""
    asked = ask(market)
    counter(market.buyer.actor, asked.id, Offered(total=Money(20000)))
    decline(market.seller.actor, newest(asked))
    sides = {"buyer": market.buyer, "seller": market.seller}

    counter(sides.pop(side).actor, asked.id, Offered(total=Money(24000)))

    [other] = sides.values()
    assert accept(other.actor, newest(asked)).total == Money(24000)
