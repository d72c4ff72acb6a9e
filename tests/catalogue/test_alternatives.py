"""A refusal negotiates: what is offered instead can be booked at once, at exactly that price."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.bookings import services as bookings
from marketplace.bookings.refusals import passes
from marketplace.catalogue import alternatives as module
from marketplace.catalogue.alternatives import alternatives
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish, quote
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from marketplace.resources.models import Resource
from tests.clocks import shanghai
from tests.factories.companies import create_party
from tests.factories.listings import PIECE, TIME_SLICE, create_listing
from tests.factories.market import create_claim
from tests.factories.resources import (
    ALWAYS,
    DAYTIME,
    create_capability,
    create_resource,
    create_site,
    create_unavailability,
)

pytestmark = pytest.mark.usefixtures("inside")
SCENES = 12
HOUR = timedelta(hours=1)


class Undo(Exception):
    """Ends a transaction whose work is only looked at."""


def booked(actor, found):
    """Book an alternative, read what came of it, and undo it all."""
    seen = {}
    with pytest.raises(Undo), transaction():
        row = bookings.book_wish(actor, found.wish, max_total=found.priced.most)
        seen |= {"window": TimeWindow(row.starts, row.ends), "lanes": row.lanes,
                 "total": (row.total, row.total_min, row.total_max), "mode": row.mode,
                 "resource": row.resource_id, "state": row.state}
        raise Undo
    return seen


def machine(party, *, site=None, hours=DAYTIME, code="3.2.1", **changes):
    """One more machine on offer; returns its listing."""
    listing = {name: changes.pop(name) for name in list(changes)
               if name in Listing.__table__.columns or name == "terms"}
    resource = create_resource(party.company, hours, site, **changes)
    create_capability(resource, code)
    return create_listing(resource, **listing)


def wish(market, hours=2, **changes):
    """The market's work: tomorrow 10:00 for some hours."""
    return replace(Wish(market.listing.id, market.start, market.start + hours * HOUR,
                        mode="time_slice"), **changes)


def test_the_same_machine_later_is_offered_first(market):
    """The earliest free start of the same length on the same machine, past what is in the way."""
    create_claim(market.resource, market.start, 3)

    found = alternatives(market.buyer.actor, wish(market))

    assert found[0].kind == "later"
    assert found[0].window == TimeWindow(market.start + 3 * HOUR, market.start + 5 * HOUR)
    assert found[0].priced.total.minor == 24000
    assert [each.window.start for each in found] == sorted(each.window.start for each in found)


def test_one_of_each_kind_when_there_is_one(market):
    """Later on the same, another of the same site, the nearest elsewhere: priced, with distance."""
    create_claim(market.resource, market.start, 3)
    same = machine(market.seller, terms={"time_slice": TIME_SLICE | {"rate_per_hour": "90.00"}})
    far = machine(create_party(), site=create_site(create_party().company, latitude=37.5))
    near = machine(market.stranger, site=create_site(market.stranger.company, latitude=36.75))

    found = alternatives(market.buyer.actor, wish(market))

    assert [each.kind for each in found] == ["later", "other", "nearby"]
    assert [each.place.offer.listing_id for each in found] == [
        market.listing.id, same.id, near.id] != [market.listing.id, same.id, far.id]
    assert found[1].priced.total.minor == 18000
    assert found[2].distance_km == pytest.approx(11.12, abs=0.05)


@pytest.mark.parametrize("change", [
    {"code": "3.2.2"}, {"min_minutes": 180}, {"max_minutes": 60}, {"notice_minutes": 2 * 1440},
    {"horizon_days": 1, "step": 1440}, {"hours": ((3, 0, 60),)}, {"state": "withdrawn"},
    {"terms": {"piece": PIECE}}], ids=str)
def test_what_cannot_do_the_work_then_is_no_alternative(market, change):
    """Another service, other lengths, notice, step, hours or mode: not offered."""
    create_claim(market.resource, market.start, 3)
    machine(market.seller, **change)

    assert {each.kind for each in alternatives(market.buyer.actor, wish(market))} == {"later"}


def test_a_hidden_company_is_not_given_away(market):
    """A listing without its company's name is nobody's neighbour: no kind and no near distance."""
    create_claim(market.resource, market.start, 3)
    machine(market.seller, show_company=False,
            site=create_site(market.seller.company, latitude=36.66))

    found = alternatives(market.buyer.actor, wish(market))

    assert found[1].kind == "nearby"
    assert found[1].distance_km in (0, pytest.approx(11.1, abs=0.1))


def test_fewer_lanes_at_the_wished_time(market):
    """Three lanes are wanted and two are free: two now, or three later."""
    listing = machine(market.seller, lanes=3, code="3.9.9")
    create_claim(db.session.get_one(Resource, listing.resource_id), market.start, 2)

    found = alternatives(market.buyer.actor, wish(market, listing_id=listing.id, lanes=3))

    assert [(each.window.start - market.start, each.lanes) for each in found[:2]] == [
        (2 * HOUR, 3), (timedelta(), 2)]


@pytest.mark.parametrize("change, start, minutes", [
    ({"start": shanghai(1, 10, 7), "end": shanghai(1, 12, 7)}, shanghai(1, 10, 15), 120),
    ({"end": shanghai(1, 10, 20)}, shanghai(1, 10), 60),
    ({"start": shanghai(1, 21), "end": shanghai(1, 23)}, shanghai(2, 8), 120),
    ({"start": shanghai(-1, 10), "end": shanghai(-1, 12)}, None, 120)], ids=str)
def test_a_wish_against_the_rules_is_put_right(market, change, start, minutes):
    """Off the step, too short, closed, past: the nearest start and length that keep the rules."""
    found = alternatives(market.buyer.actor, wish(market, **change))

    assert found[0].window.minutes == minutes
    assert start is None or found[0].window.start == start
    assert booked(market.buyer.actor, found[0])["window"] == found[0].window


def test_a_full_market_offers_nothing(market):
    """Nothing free to the horizon: an empty list, no error."""
    with transaction():
        db.session.get_one(Listing, market.listing.id).horizon_days = 3
    create_unavailability(market.resource, clock.now(), clock.now() + timedelta(days=90))

    assert alternatives(market.buyer.actor, wish(market)) == []


def test_no_listing_and_a_broken_look_offer_nothing(market, monkeypatch):
    """The refusal is what counts: whatever goes wrong in the search for others is not raised."""
    def refuse(*_):
        raise DomainError

    assert alternatives(market.buyer.actor, wish(market, listing_id=10**6)) == []
    monkeypatch.setattr(module, "place_of", refuse)
    assert alternatives(market.buyer.actor, wish(market)) == []


def scene(seed, market):
    """A market of six machines of two firms, with claims, breakdowns, buffers and odd rules."""
    dice = random.Random(seed)
    parties = [market.seller, market.stranger]
    listings = [market.listing]
    for _ in range(5):
        party = dice.choice(parties)
        place = create_site(party.company, latitude=36.65 + dice.random())
        listings.append(machine(
            party, site=place, hours=dice.choice([DAYTIME, ALWAYS]), lanes=dice.choice([1, 1, 3]),
            buffer_before=dice.choice([0, 15]), buffer_after=dice.choice([0, 10]),
            step=dice.choice([15, 30, 60]), may_pause=dice.random() < 0.3,
            approval=dice.random() < 0.3, notice_minutes=dice.choice([0, 600]),
            quota_hours=dice.choice([0, 0, 3]), last_day_free=False,
            prime_days=dice.choice(["", "1234567"]), prime_minutes=90))
    for listing in listings:
        for _ in range(dice.randrange(8)):
            occupy(dice, listing)
    return dice, listings


def occupy(dice, listing):
    """Claim some hours of a machine, or break it; what clashes is left out."""
    resource = db.session.get_one(Resource, listing.resource_id)
    start = shanghai(dice.randrange(1, 4), dice.randrange(8, 18), dice.choice([0, 15, 30]))
    if dice.random() < 0.2:
        create_unavailability(resource, start, start + dice.randrange(1, 4) * HOUR)
        return
    try:
        create_claim(resource, start, dice.randrange(1, 5), lanes=dice.randint(1, resource.lanes))
    except DomainError:
        return


@pytest.mark.parametrize("seed", range(SCENES))
def test_every_alternative_can_be_booked_at_once_at_its_price(market, seed):
    """Whatever the market looks like: each slot offered is booked as offered, to the fen."""
    dice, listings = scene(seed, market)
    offered = 0
    for _ in range(8):
        listing = dice.choice(listings)
        start = shanghai(dice.randrange(1, 4), dice.randrange(7, 21), dice.choice([0, 15, 20]))
        pieces = dice.choice([None, None, 40, 200])
        asked = Wish(listing.id, start,
                     None if pieces else start + timedelta(minutes=dice.choice([50, 60, 180])),
                     pieces, dice.choice([None, "time_slice"]), dice.choice([1, 1, 2]))

        for found in alternatives(market.buyer.actor, asked, judge=passes):
            seen = booked(market.buyer.actor, found)
            offered += 1

            priced = found.priced
            assert seen == {
                "window": found.window, "lanes": found.lanes, "mode": found.mode,
                "total": (priced.total, priced.total_min, priced.total_max),
                "resource": found.place.offer.resource_id,
                "state": "requested" if found.place.offer.rules.approval else "confirmed"}
    assert offered


def test_a_quoted_slot_may_be_asked_about_too(market):
    """A quote stands for the wish that it answered."""
    row = quote(market.buyer.actor, wish(market))[0]
    create_claim(market.resource, market.start, 2)

    assert alternatives(market.buyer.actor, row)[0].window.start == market.end


def test_the_number_of_statements_does_not_grow_with_the_market(market, count_queries):
    """One stand-in or ten: the same few statements."""
    create_claim(market.resource, market.start, 3)
    machine(market.seller)
    with count_queries() as few:
        alternatives(market.buyer.actor, wish(market))
    for _ in range(9):
        machine(market.seller)
    with count_queries() as many:
        alternatives(market.buyer.actor, wish(market))
    assert len(many) == len(few) == 4


def test_room_far_ahead_is_found_where_there_is_none_near_by(market):
    """A first look goes ten days far; a machine that is full for longer is looked at to the end."""
    create_claim(market.resource, market.start, 13 * 24)

    first, *_ = alternatives(market.buyer.actor, wish(market))

    assert (first.kind, first.window.start) == ("later", market.start + timedelta(days=13))


def test_a_work_longer_than_the_first_look_keeps_its_length(market, clock):
    """What stands instead of a work over many days takes as many open hours as that."""
    db.session.get_one(Listing, market.listing.id).may_pause = True
    db.session.commit()
    long = wish(market, 24 * 13)
    asked = quote(market.buyer.actor, long)[0].work_minutes
    create_claim(market.resource, market.start, 2)

    first, *_ = alternatives(market.buyer.actor, long)

    assert first.minutes == asked
