"""The rules of a listing on every path that takes capacity, and what counts for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.bookings import (
    answers,
    moves,
    proposals,
    quota,
    requests,
    series,
    services,
    steps,
    waitlist,
)
from marketplace.bookings.models import Booking
from marketplace.bookings.orders import Order
from marketplace.bookings.proposal_models import Proposal
from marketplace.bookings.series_errors import SeriesNotFree
from marketplace.catalogue import queries
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Quote
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.planning import services as planning
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.access import (
    create_certificate,
    create_qualification,
    day_of,
    set_rules,
)
from tests.factories.companies import join
from tests.factories.jobs import create_job, operation
from tests.factories.listings import TIME_SLICE, create_listing
from tests.factories.market import Market, create_market
from tests.factories.resources import ALWAYS, create_resource
from tests.planning.scenes import planned

Act = Callable[[], Any]


@pytest.fixture
def market(app: Flask) -> Market:
    """A market that sells by the hour, so that a plan takes the minutes of the work."""
    return create_market(terms={"time_slice": TIME_SLICE})


def slot(market: Market, day: int = 2, hour: int = 10, hours: float = 2,
         listing_id: int = 0, lanes: int = 1) -> Wish:
    """Two hours of the day after tomorrow: beyond the last 24 hours."""
    start = shanghai(day, hour)
    return Wish(listing_id or market.listing.id, start, start + timedelta(hours=hours),
                mode="time_slice", lanes=lanes)


def quoted(market: Market, wish: Wish | None = None) -> Quote:
    """The buyer's quote."""
    return catalogue.quote(market.buyer.actor, wish or slot(market))[0]


# How a slot is taken. Each prepares what comes before, while no rule is in the way, and gives the
# act that must refuse once one is. A new path that takes capacity is a line more.

def by_quote(app: Flask, market: Market) -> Act:
    """A quote is booked."""
    quote_id = quoted(market).id
    return lambda: services.book_quote(market.buyer.actor, quote_id)


def by_wish(app: Flask, market: Market) -> Act:
    """Work is booked in one step."""
    return lambda: services.book_wish(market.buyer.actor, slot(market))


def by_hold(app: Flask, market: Market) -> Act:
    """A slot is held."""
    quote_id = quoted(market).id
    return lambda: services.hold(market.buyer.actor, quote_id)


def of_hold(app: Flask, market: Market) -> Act:
    """What was held before is booked."""
    hold_id = services.hold(market.buyer.actor, quoted(market).id).id
    return lambda: services.book_hold(market.buyer.actor, hold_id)


def by_request(app: Flask, market: Market) -> Act:
    """A slot is asked for."""
    set_rules(market.listing.id, approval=True)
    quote_id = quoted(market).id
    return lambda: services.book_quote(market.buyer.actor, quote_id)


def by_approval(app: Flask, market: Market) -> Act:
    """What was asked for before is approved."""
    set_rules(market.listing.id, approval=True)
    booking_id = services.book_quote(market.buyer.actor, quoted(market).id).id
    return lambda: requests.approve(market.seller.actor, booking_id)


def together(app: Flask, market: Market) -> Act:
    """Several slots are booked at once."""
    quote = quoted(market)
    return lambda: services.book_all(market.buyer.actor, [
        Order(db.session.get_one(Quote, quote.id))])


def by_plan(app: Flask, market: Market) -> Act:
    """A plan is accepted that was made before."""
    create_job(market.buyer.actor, operation(), release=shanghai(2, 8))
    run = planned(app, market.buyer, seconds=1)
    return lambda: planning.accept_plan(market.buyer.actor, run.id)


def by_move(app: Flask, market: Market) -> Act:
    """A booking of another day is moved to the slot."""
    booking = services.book_wish(market.buyer.actor, slot(market, day=8)).id
    return lambda: moves.move(market.buyer.actor, booking, moves.Target(start=shanghai(2, 10)))


def by_counter_offer(app: Flask, market: Market) -> Act:
    """Another time that the seller has answered a request with is accepted."""
    set_rules(market.listing.id, approval=True)
    asked = services.book_quote(market.buyer.actor, quoted(market, slot(market, day=8)).id)
    proposals.counter(market.seller.actor, asked.id, proposals.Offered(start=shanghai(2, 10)))
    offered = db.session.scalars(select(Proposal.id)).one()
    return lambda: answers.accept(market.buyer.actor, offered)


PATHS = {each.__name__: each for each in (
    by_quote, by_wish, by_hold, of_hold, by_request, by_approval, together, by_plan, by_move,
    by_counter_offer)}
RULES = {"quota": {"quota_hours": 1},
         "prime_time": {"prime_days": "1234567", "prime_from": 0, "prime_until": 1440,
                        "prime_minutes": 60},
         "not_qualified": {"qualification": "CNC-3"},
         "certificate_expired": {"certificate": "CNAS"}}


def refused(act: Act) -> DomainError:
    """The refusal of a rule; a plan says that it is outdated and why."""
    with pytest.raises(DomainError) as raised:
        act()
    assert raised.value.code in ("listing_rule_broken", "plan_outdated")
    return raised.value


@pytest.mark.parametrize("path", PATHS)
def test_every_path_names_every_broken_rule(inside, market, path):
    """Quota, prime time, qualification and certificate bind alike on every path (FIELD rank 1)."""
    act = PATHS[path](inside, market)
    for rule in RULES.values():
        set_rules(market.listing.id, **rule)

    assert {each.code for each in refused(act).errors} == set(RULES)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_lets_pass_what_the_rules_allow(inside, market, path):
    """The same work goes through on every path when quota, person and paper are there."""
    set_rules(market.listing.id, **RULES["not_qualified"], **RULES["certificate_expired"],
              **RULES["prime_time"] | {"prime_minutes": 120}, quota_hours=2)
    create_qualification(market.seller.company, market.buyer.member)
    create_certificate(market.resource, day_of(shanghai(30, 0)))

    assert PATHS[path](inside, market)()


@pytest.mark.parametrize("rule", RULES)
def test_a_series_skips_what_the_rules_refuse(inside, market, rule):
    """No time of a series is booked against a rule, and each says which (FIELD rank 1)."""
    set_rules(market.listing.id, **RULES[rule])

    with pytest.raises(SeriesNotFree) as broken:
        series.create(market.buyer.actor, series.Plan(slot(market), "FREQ=DAILY;COUNT=2"))

    assert {each.code for each in broken.value.errors} == {rule}


@pytest.mark.parametrize("rule", RULES)
def test_who_waits_is_offered_nothing_against_a_rule(inside, market, rule):
    """The slot gets free: who may not have it by the rules goes on waiting (FIELD rank 1)."""
    taken = services.book_wish(market.stranger.actor, slot(market)).id
    waitlist.join(market.buyer.actor, slot(market))
    set_rules(market.listing.id, **RULES[rule])
    steps.cancel(market.stranger.actor, taken)

    assert waitlist.offer_freed(market.resource.id) == 0

    set_rules(market.listing.id, quota_hours=0, prime_days="", qualification="", certificate="")
    assert waitlist.offer_freed(market.resource.id) == 1


def test_the_rest_and_its_week_are_named(inside, market):
    """Six hours used of seven: two more are refused with one hour left in that week."""
    set_rules(market.listing.id, quota_hours=7)
    services.book_wish(market.buyer.actor, slot(market, hours=6))

    error = refused(lambda: services.book_wish(market.buyer.actor, slot(market, day=3)))

    assert error.errors[0].params == {"hours": 7, "week": "2026-W10", "remaining": "1"}
    services.book_wish(market.buyer.actor, slot(market, day=3, hours=1))
    services.book_wish(market.buyer.actor, slot(market, day=7, hours=7))   # next week
    services.book_wish(market.stranger.actor, slot(market, day=4, hours=7))   # another company


def listed_too(market: Market, **rules: Any) -> int:
    """Another machine of the seller, on offer; its listing."""
    return create_listing(create_resource(market.seller.company, ALWAYS),
                          {"time_slice": TIME_SLICE}, **rules).id


@pytest.mark.parametrize(("group", "shares"), [("mills", True), ("", False)])
def test_listings_with_the_same_word_share_a_quota(inside, market, group, shares):
    """Hours on one machine count for the other only where both name the same group."""
    set_rules(market.listing.id, quota_hours=3, quota_group=group)
    other = listed_too(market, quota_hours=3, quota_group=group)
    services.book_wish(market.buyer.actor, slot(market))

    def act() -> Booking:
        return services.book_wish(market.buyer.actor, slot(market, listing_id=other))

    if shares:
        assert refused(act).errors[0].params["remaining"] == "1"
    else:
        assert act().state == "confirmed"


def test_what_is_wanted_together_counts_together(inside, market):
    """Two slots of two hours in one call break a quota of three, and none is booked."""
    set_rules(market.listing.id, quota_hours=3)
    quotes = [quoted(market), quoted(market, slot(market, hour=14))]

    refused(lambda: services.book_all(market.buyer.actor, [Order(each) for each in quotes]))

    assert db.session.query(Booking).count() == 0


def test_holds_count_until_they_end(inside, market, clock):
    """A live hold is part of the quota; one that ran out or was given back is not."""
    set_rules(market.listing.id, quota_hours=3)
    colleague = join(market.buyer.company, "planner")
    services.hold(colleague.actor, catalogue.quote(colleague.actor, slot(market))[0].id)

    refused(lambda: services.book_wish(market.buyer.actor, slot(market, hour=14)))

    clock.move(hours=1)
    assert services.book_wish(market.buyer.actor, slot(market, hour=14)).state == "confirmed"


@pytest.mark.parametrize(("end", "hours"), [("cancel", 0), ("deliver", 1), ("no_show", 0)])
def test_what_ended_counts_as_far_as_it_was_used(inside, market, clock, end, hours):
    """A cancelled or missed slot is not counted, delivered work up to its end (FIELD rank 9)."""
    set_rules(market.listing.id, quota_hours=10)
    booking = services.book_wish(market.buyer.actor, slot(market)).id
    if end == "cancel":
        steps.cancel(market.buyer.actor, booking)
    else:
        clock.to(shanghai(2, 10))
        if end == "deliver":
            steps.start(market.seller.actor, booking)
        clock.to(shanghai(2, 11))
        getattr(steps, end)(market.seller.actor, booking)

    left = quota.left(market.buyer.company.id, queries.offer(market.listing.id))

    assert [rest.used for rest in left.weeks] == [hours * 60, 0]


def test_the_last_day_is_free_of_the_quota(inside, market, clock):
    """Within 24 hours of the start all may be taken, and it is not counted (FIELD rank 9)."""
    set_rules(market.listing.id, quota_hours=1)
    services.book_wish(market.buyer.actor, slot(market, day=0, hour=16, hours=4))
    services.book_wish(market.buyer.actor, slot(market, day=2, hours=1))   # the quota is whole

    refused(lambda: services.book_wish(market.buyer.actor, slot(market, day=3, hours=1)))

    set_rules(market.listing.id, last_day_free=False)
    now = refused(lambda: services.book_wish(market.buyer.actor, slot(market, day=0, hour=12)))
    assert [each.code for each in now.errors] == ["quota"]


@pytest.mark.parametrize("granted", [
    {"valid_until": shanghai(2, 11, 59)}, {"valid_from": shanghai(2, 10, 1)},
    {"revoked_at": shanghai(0, 8)}, {"code": "EDM"}, {"valid_until": shanghai(2, 12)}])
def test_a_qualification_holds_for_the_whole_work(inside, market, granted):
    """Too late, too early, revoked or another code is none; to the end of the work is enough."""
    set_rules(market.listing.id, qualification="CNC-3")
    create_qualification(market.seller.company, market.buyer.member, **granted)
    fits = granted == {"valid_until": shanghai(2, 12)}

    def act() -> Booking:
        return services.book_wish(market.buyer.actor, slot(market))

    assert act().state == "confirmed" if fits else refused(act)


def test_only_the_sellers_own_grant_counts(inside, market):
    """What another company lets somebody operate is nothing here."""
    set_rules(market.listing.id, qualification="CNC-3")
    create_qualification(market.stranger.company, market.buyer.member)

    found = refused(lambda: services.book_wish(market.buyer.actor, slot(market))).errors
    assert [each.code for each in found] == ["not_qualified"]


def test_a_colleague_who_takes_over_must_be_qualified(inside, market):
    """A booking is handed over only to somebody who may operate the machine."""
    set_rules(market.listing.id, qualification="CNC-3")
    create_qualification(market.seller.company, market.buyer.member)
    colleague = join(market.buyer.company, "planner")
    booking = services.book_wish(market.buyer.actor, slot(market)).id

    with pytest.raises(RuleBroken) as broken:
        steps.hand_over(market.buyer.actor, booking, colleague.member.id)
    assert [each.code for each in broken.value.errors] == ["not_qualified"]

    create_qualification(market.seller.company, colleague.member)
    assert steps.hand_over(market.buyer.actor, booking, colleague.member.id).member_id == (
        colleague.member.id)


@pytest.mark.parametrize(("last", "end", "fits"), [
    (2, shanghai(2, 24), True),    # up to the midnight that ends its last day
    (2, shanghai(3, 1), False),
    (1, shanghai(2, 24), False)])
def test_a_certificate_lasts_to_the_end_of_its_last_day(inside, market, last, end, fits):
    """The resource must have it through the end of the work, by the clock of its site."""
    machine = create_resource(market.seller.company, ALWAYS)
    listing = create_listing(machine, {"time_slice": TIME_SLICE}, certificate="CNAS")
    create_certificate(machine, day_of(shanghai(last, 12)))
    create_certificate(machine, day_of(shanghai(30, 12)), kind="ISO 9001")
    wish = Wish(listing.id, shanghai(2, 20), end, mode="time_slice")

    def act() -> Booking:
        return services.book_wish(market.buyer.actor, wish)

    assert act().state == "confirmed" if fits else refused(act)


def test_nothing_is_counted_twice_when_a_hold_becomes_a_booking(inside, market):
    """A hold of the whole quota is booked: its own hours are not in its way."""
    set_rules(market.listing.id, quota_hours=2)
    hold = services.hold(market.buyer.actor, quoted(market).id)

    assert services.book_hold(market.buyer.actor, hold.id).state == "confirmed"
    with place.context():
        assert quota.left(market.buyer.company.id, queries.offer(market.listing.id)).weeks[
            0].left == 0
