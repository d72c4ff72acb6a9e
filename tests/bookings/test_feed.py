"""The feed of changes on bookings: its order, its readers, its cursor."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from marketplace.bookings import feed, services, steps
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.databases import POSTGRESQL
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource


def wish_of(market, day: int = 1) -> Wish:
    """Two hours of a day."""
    return Wish(market.listing.id, shanghai(day, 10), shanghai(day, 12), mode="time_slice")


def steps_in(page) -> list[tuple[str, str, str]]:
    """What a page of the feed tells."""
    return [(each["action"], each["source"], each["target"]) for each in page.json["items"]]


def test_each_step_is_told_to_both_sides(api, market):
    """A booking that is made and cancelled: two changes, each with the side of who asks."""
    booking = api.post("/bookings", market.wish()).json["id"]
    api.post(f"/bookings/{booking}/cancel")

    bought = api.get("/changes")
    sold = api.as_(market.seller.token).get("/changes")

    assert steps_in(bought) == [("confirm", "", "confirmed"), ("cancel", "confirmed", "cancelled")]
    assert steps_in(sold) == steps_in(bought)
    assert {each["side"] for each in bought.json["items"]} == {"buyer"}
    assert {each["side"] for each in sold.json["items"]} == {"seller"}
    assert {each["booking_id"] for each in bought.json["items"]} == {booking}
    assert bought.json["cursor"] == bought.json["items"][-1]["cursor"]


def test_strangers_are_told_nothing(api, market):
    """A firm that is no party to a booking has an empty feed."""
    api.post("/bookings", market.wish())

    page = api.as_(market.stranger.token).get("/changes")

    assert page.json == {"items": [], "cursor": "0.0", "more": False}


def test_pages_join_without_gap_or_repeat(api, market):
    """Read one at a time, the feed tells what it tells in one piece; its end stays where it is."""
    for day in range(1, 5):
        api.post("/bookings", market.wish(start=shanghai(day, 10), end=shanghai(day, 12)))
    whole = api.get("/changes").json

    found, cursor = [], "0.0"
    while page := api.get("/changes", since=cursor, limit=1).json:
        if not page["items"]:
            break
        assert page["more"] is (len(found) < 3)
        found += page["items"]
        cursor = page["cursor"]

    assert found == whole["items"]
    assert len(found) == 4
    assert page == {"items": [], "cursor": cursor, "more": False}


def test_a_firm_that_books_its_own_machine_is_told_once(inside, market):
    """Buyer and seller in one: one change, told to it as the buyer."""
    services.book_wish(market.seller.actor, wish_of(market))

    page = feed.since(market.seller.actor, feed.START, 10)

    assert [each.side for each in page.items] == ["buyer"]


@pytest.mark.parametrize("cursor", ["1.1", "0.999", "7.1", "0"])
def test_a_cursor_of_another_database_is_refused(api, market, cursor):
    """A cursor that was not given out here is 422: to go on from it could miss something."""
    answer = api.get("/changes", since=cursor)

    assert answer.status_code == 422
    assert answer.json["code"] == ("invalid_request" if cursor == "0" else "cursor_unknown")


def test_a_cursor_of_another_firm_is_refused(api, market):
    """A cursor behind somebody else's change tells nothing about it."""
    api.post("/bookings", market.wish())
    cursor = api.get("/changes").json["cursor"]

    assert api.as_(market.stranger.token).get("/changes", since=cursor).status_code == 422


def test_what_was_undone_is_not_told(inside, market):
    """A step whose transaction fails leaves no change."""
    row = services.book_wish(market.buyer.actor, wish_of(market))
    with pytest.raises(RuntimeError, match="undone"), transaction():
        steps.cancel(market.buyer.actor, row.id)
        raise RuntimeError("undone")

    assert [each.action for each in feed.since(market.buyer.actor, feed.START, 10).items] == [
        "confirm"]


def test_a_slow_writer_holds_back_what_is_newer(app, market, backend):
    """While an older transaction runs, newer changes wait; then all come, the older first."""
    if backend != POSTGRESQL:
        with app.app_context():
            first = services.book_wish(market.buyer.actor, wish_of(market)).id
            second = services.book_wish(market.buyer.actor, wish_of(market, 2)).id
            assert told(market) == [first, second]   # one writer at a time: nothing to hold back
        return
    wrote, go_on = threading.Event(), threading.Event()
    numbers: list[int] = []

    def slow() -> None:
        with app.app_context(), transaction():
            numbers.append(services.book_wish(market.stranger.actor, wish_of(other)).id)
            db.session.flush()
            wrote.set()
            go_on.wait(30)

    other = _second_machine(market)
    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(30)
    with app.app_context():
        numbers.append(services.book_wish(market.buyer.actor, wish_of(market)).id)
        assert told(market) == []
        go_on.set()
        thread.join(30)
        assert told(market) == numbers


def _second_machine(market):
    """Another machine of the same seller, so that nobody waits for a lock."""
    resource = create_resource(market.seller.company)
    return replace(market, resource=resource, listing=create_listing(resource))


def told(market) -> list[int]:
    """The bookings that the seller is told of, from the beginning."""
    db.session.remove()
    return [each.booking_id for each in feed.since(market.seller.actor, feed.START, 10).items]


def test_a_change_costs_one_insert(app, market, count_queries):
    """Writing the feed adds one INSERT to a step and reads nothing."""
    with count_queries() as statements, app.app_context():
        services.book_wish(market.buyer.actor, wish_of(market))

    touching = [each for each in statements if " change" in each]
    assert len(touching) == 1
    assert touching[0].startswith("INSERT INTO change")
