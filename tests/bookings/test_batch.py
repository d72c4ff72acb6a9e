"""Several slots at once, or none of them; and when all of them are free (FIELD rank 17)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.catalogue.models import Listing
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource

MAX = {"amount": "480.00", "currency": "CNY"}


@pytest.fixture
def second(market) -> Listing:
    """Another listed machine of the seller."""
    return create_listing(create_resource(market.seller.company))


def quotes(api, *wishes):
    """The ids of quotes for wishes."""
    return [api.post("/quotes", wish).json["items"][0]["id"] for wish in wishes]


def batch(api, ids, **more):
    """Book these quotes together."""
    return api.post("/bookings/batch", {"items": [
        {"quote_id": each, "reference": f"WO-{place_}"}
        for place_, each in enumerate(ids)]} | more)


def change(listing: Listing, **rules: object) -> None:
    """The seller changes rules."""
    with place.context(), transaction():
        row = db.session.get_one(Listing, listing.id)
        for name, value in rules.items():
            setattr(row, name, value)


def bookings(api) -> int:
    """How many bookings there are."""
    return len(api.get("/bookings").json["items"])


def test_all_are_booked_in_the_order_of_the_quotes(api, market, second):
    """Two machines at the same time, one request, each with its own reference (FIELD rank 17)."""
    ids = quotes(api, market.wish(), market.wish(listing_id=second.id))

    answer = batch(api, ids, max_total=MAX)

    assert answer.status_code == 201, answer.json
    assert [(each["quote_id"], each["state"], each["reference"])
            for each in answer.json["items"]] == [
        (ids[0], "confirmed", "WO-0"), (ids[1], "confirmed", "WO-1")]


def test_a_slot_that_is_taken_refuses_all_and_is_named(api, market, second):
    """The second machine is booked by another: nothing is booked, items.1 says why."""
    ids = quotes(api, market.wish(), market.wish(listing_id=second.id))
    api.as_(market.stranger.token).post("/bookings", market.wish(listing_id=second.id))

    answer = batch(api, ids)

    assert (answer.status_code, answer.json["code"]) == (409, "slot_taken")
    assert [each["field"] for each in answer.json["errors"]] == ["items.1"]
    assert {each["start"] for each in answer.json["alternatives"]} != set()
    assert bookings(api) == 0


def test_the_same_lane_twice_is_refused_for_the_second(api, market):
    """Two quotes of one slot on a machine of one lane: the second has no room."""
    ids = quotes(api, market.wish(), market.wish())

    answer = batch(api, ids)

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (409, "items.1")
    assert bookings(api) == 0


def test_an_approval_listing_among_them_is_refused(api, market, second):
    """A seller who answers each request itself cannot be booked together with others."""
    ids = quotes(api, market.wish(), market.wish(listing_id=second.id))
    change(second, approval=True)

    answer = batch(api, ids)

    assert (answer.status_code, answer.json["code"]) == (409, "needs_approval")
    assert [each["field"] for each in answer.json["errors"]] == ["items.1"]


def test_a_withdrawn_listing_among_them_is_named(api, market, second):
    """It is not found, by its place."""
    ids = quotes(api, market.wish(), market.wish(listing_id=second.id))
    change(second, state="withdrawn")

    answer = batch(api, ids)

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (404, "items.1")


def test_a_broken_rule_names_its_item_and_field(api, market, second, clock):
    """The clock has run past the first start: items.0.start has passed, items.1 is well."""
    ids = quotes(api, market.wish(), market.wish(listing_id=second.id, start=shanghai(2, 10),
                                                 end=shanghai(2, 12)))
    clock.to(market.start + timedelta(minutes=1))

    answer = batch(api, ids)

    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json["errors"]] == [
        ("items.0.start", "past")]


@pytest.mark.parametrize("whose", ["nobody", "stranger"])
def test_a_quote_of_nobody_or_another_is_not_there(api, market, whose):
    """Strangers' quotes cannot be told from none; the place is named."""
    mine = quotes(api, market.wish())[0]
    theirs = 10**6 if whose == "nobody" else quotes(
        api.as_(market.stranger.token), market.wish())[0]

    answer = batch(api, [mine, theirs])

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (404, "items.1")


def test_an_expired_quote_is_named(api, market, clock):
    """A quote past its validity has to be asked for again."""
    ids = quotes(api, market.wish(start=shanghai(50, 10), end=shanghai(50, 12)))
    clock.move(days=31)

    answer = batch(api, ids)

    assert (answer.json["code"], answer.json["errors"][0]["field"]) == ("price_changed", "items.0")


def test_the_ceiling_is_of_all_together(api, market, second):
    """Two at 240 yuan fit under 480 and not under 479.99."""
    ids = quotes(api, market.wish(), market.wish(listing_id=second.id))

    answer = batch(api, ids, max_total=MAX | {"amount": "479.99"})

    assert (answer.status_code, answer.json["code"]) == (409, "total_above")
    assert bookings(api) == 0


@pytest.mark.parametrize("count", [0, 51])
def test_a_batch_has_one_to_fifty_items(api, market, count):
    """None and 51 are refused before anything is read."""
    answer = batch(api, [1] * count)

    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "how_many")


def together(api, items, **more):
    """Ask when all are free, from day 1 to day 4."""
    return api.post("/listings/together", {"from": shanghai(1, 0).isoformat(),
                                           "to": shanghai(4, 0).isoformat(),
                                           "items": items, "limit": 1} | more)


def first_start(answer):
    """The first start found."""
    return answer.json["items"][0]["start"] if answer.json["items"] else None


def iso(moment):
    """A moment as the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def test_a_start_is_found_when_all_machines_are_free(api, market, second):
    """One is booked till noon, the other from 13:00: an hour at 12:00, three the next day."""
    api.post("/bookings", market.wish(start=shanghai(1, 8)))
    api.post("/bookings", market.wish(listing_id=second.id, start=shanghai(1, 13),
                                      end=shanghai(1, 20)))
    both = [market.listing.id, second.id]

    hour = together(api, [{"listing_id": each, "minutes": 60} for each in both])
    three = together(api, [{"listing_id": each, "minutes": 180} for each in both])

    assert (first_start(hour), first_start(three)) == (iso(shanghai(1, 12)), iso(shanghai(2, 8)))
    assert [part["end"] for part in hour.json["items"][0]["parts"]] == [iso(shanghai(1, 13))] * 2


def test_what_is_found_can_be_booked_together(api, market, second):
    """Quotes at the found start make a batch that is booked (FIELD rank 17)."""
    api.post("/bookings", market.wish(start=shanghai(1, 8)))
    found = together(api, [{"listing_id": market.listing.id, "minutes": 120},
                           {"listing_id": second.id, "pieces": 24, "mode": "piece"}]).json
    parts = found["items"][0]["parts"]
    wishes = [market.wish(start=parts[0]["start"], end=parts[0]["end"]),
              {"listing_id": second.id, "start": parts[1]["start"], "pieces": 24,
               "mode": "piece"}]

    answer = batch(api, quotes(api, *wishes))

    assert answer.status_code == 201, answer.json
    assert [each["end"] for each in answer.json["items"]] == [each["end"] for each in parts]


def test_lanes_must_be_free_throughout(api, market):
    """Two lanes free one after the other are no lane for both hours."""
    two = create_listing(create_resource(market.seller.company, lanes=2))
    hour = {"listing_id": two.id, "mode": "time_slice"}
    for day in (1, 2, 3):
        for start in range(8, 19, 2):   # one lane in even hours, the other in odd ones
            for lane in (0, 1):
                answer = api.post("/bookings", hour | {
                    "start": shanghai(day, start + lane).isoformat(),
                    "end": shanghai(day, start + lane + 1).isoformat()})
                assert answer.status_code == 201

    answer = together(api, [{"listing_id": two.id, "minutes": 120, "lanes": 2}])

    assert first_start(answer) is None


def test_a_start_lies_on_the_steps_of_all(api, market):
    """Steps of 25 and of 60 minutes from midnight meet at 10:00 first."""
    odd = create_listing(create_resource(market.seller.company), step=25)
    hourly = create_listing(create_resource(market.seller.company), step=60)

    answer = together(api, [{"listing_id": odd.id, "minutes": 75},
                            {"listing_id": hourly.id, "minutes": 60}])

    assert first_start(answer) == iso(shanghai(1, 10))


def test_work_that_may_rest_over_night_is_followed(api, market):
    """Ten hours from 15:00 end at 13:00 the next day; a booking in between is in the way."""
    night = create_listing(create_resource(market.seller.company), may_pause=True)
    api.post("/bookings", market.wish(listing_id=night.id, start=shanghai(1, 8),
                                      end=shanghai(1, 15)))

    answer = together(api, [{"listing_id": night.id, "minutes": 600}])

    assert answer.json["items"][0]["parts"][0] == {
        "listing_id": night.id, "start": iso(shanghai(1, 15)), "end": iso(shanghai(2, 13))}


@pytest.mark.parametrize(("item", "field", "code"), [
    ({"minutes": 30}, "items.0.minutes", "too_short"),
    ({"minutes": 60, "lanes": 9}, "items.0.lanes", "too_many_lanes"),
    ({"minutes": 60, "pieces": 4}, "items.0.minutes", "minutes_or_pieces"),
    ({}, "items.0.minutes", "minutes_or_pieces")])
def test_what_could_never_be_is_named(api, market, item, field, code):
    """A length or a number of lanes that the listing does not have is refused by its place."""
    answer = together(api, [{"listing_id": market.listing.id} | item])

    assert answer.status_code == 422
    assert (answer.json["errors"][0]["field"], answer.json["errors"][0]["code"]) == (field, code)


def test_a_listing_is_asked_about_once(api, market):
    """Twice the same listing is more lanes, not two parts."""
    part = {"listing_id": market.listing.id, "minutes": 60}

    answer = together(api, [part, part])

    assert answer.json["errors"][0] | {"message": ""} == {
        "field": "items.1.listing_id", "code": "given_twice", "message": ""}


def test_many_machines_are_read_at_once(api, market, count_queries):
    """Twenty machines need as many statements as two."""
    ids = [create_listing(create_resource(market.seller.company)).id for _ in range(20)]
    counts = []
    for number in (2, 20):
        with count_queries() as statements:
            together(api, [{"listing_id": each, "minutes": 60} for each in ids[:number]])
        counts.append(len(statements))

    assert counts[0] == counts[1]
