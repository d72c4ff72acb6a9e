"""Quotes, holds and bookings over HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.bookings.models import Booking
from marketplace.catalogue.models import ListingTerms, Quote
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories.access import set_rules
from tests.factories.companies import join


def quote_of(api, market, **changes):
    """The first quote of the market's wish."""
    return api.post("/quotes", market.wish(**changes)).json["items"][0]


def test_a_quote_is_booked_at_its_price(api, market):
    """The buyer quotes two hours at 120 yuan an hour and books them for 240.00."""
    quoted = api.post("/quotes", market.wish())

    booked = api.post("/bookings", {"quote_id": quoted.json["items"][0]["id"]})

    assert quoted.status_code == 201
    assert booked.status_code == 201
    assert booked.json["state"] == "confirmed"
    assert booked.json["lanes"] == [1]
    assert booked.json["total"] == {"amount": "240.00", "currency": "CNY"}
    assert booked.json["quote_id"] == quoted.json["items"][0]["id"]


def test_a_hold_says_until_when(api, market):
    """A hold is 201 with expires_at ten minutes ahead, and books."""
    held = api.post("/holds", {"quote_id": quote_of(api, market)["id"]})

    booked = api.post("/bookings", {"hold_id": held.json["id"]})

    assert (held.status_code, held.json["expires_at"]) == (201, "2026-03-02T00:10:00Z")
    assert (booked.status_code, booked.json["lanes"]) == (201, [1])


def test_a_refusal_says_what_is_in_the_way(api, market):
    """The second firm is told when the machine is busy and not by whom."""
    api.post("/bookings", market.wish())

    refused = api.as_(market.stranger.token).post("/bookings", market.wish())

    assert (refused.status_code, refused.json["code"]) == (409, "slot_taken")
    assert refused.content_type == "application/problem+json"
    assert refused.json["params"]["in_the_way"] == [
        {"what": "booking", "start": "2026-03-03T02:00:00Z", "end": "2026-03-03T04:00:00Z"}]
    assert market.buyer.company.name not in refused.get_data(as_text=True)


@pytest.mark.parametrize("reason", ["quote_expired", "above_max_total"])
def test_a_changed_price_comes_with_a_new_quote(app, api, market, clock, reason):
    """409 price_changed holds a quote of this moment, and that quote books."""
    body = {"quote_id": quote_of(api, market, start=shanghai(35, 10), end=shanghai(35, 12))["id"]}
    if reason == "quote_expired":
        clock.move(days=30)
        with app.app_context(), transaction():
            row = db.session.get_one(ListingTerms, (market.listing.id, "time_slice"))
            row.terms = row.terms | {"rate_per_hour": "150.00"}
    else:
        body["max_total"] = {"amount": "100.00", "currency": "CNY"}

    refused = api.post("/bookings", body)
    booked = api.post("/bookings", {"quote_id": refused.json["quote"]["id"]})

    assert (refused.status_code, refused.json["code"]) == (409, "price_changed")
    assert refused.json["params"]["reason"] == reason
    assert booked.status_code == 201
    assert booked.json["total"] == refused.json["quote"]["total"]


def test_a_ceiling_that_holds_books(api, market):
    """max_total at the price itself books."""
    booked = api.post("/bookings", market.wish() | {
        "max_total": {"amount": "240.00", "currency": "CNY"}})

    assert booked.status_code == 201


def test_pieces_get_their_end(api, market):
    """100 pieces take 60 minutes of setup and 250 of work: 10:00 to 15:10."""
    booked = api.post("/bookings", market.wish(end=None, pieces=100, mode="piece"))

    assert booked.status_code == 201
    assert booked.json["end"] == "2026-03-03T07:10:00Z"
    assert booked.json["total"]["amount"] == "550.00"


def test_a_cancelled_booking_frees_its_time(api, market):
    """After the cancellation another firm books the same hours."""
    booked = api.post("/bookings", market.wish()).json
    assert booked["actions"] == ["cancel", "move", "hand_over"]

    cancelled = api.post(f"/bookings/{booked['id']}/cancel")
    again = api.as_(market.stranger.token).post("/bookings", market.wish())

    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    assert cancelled.json["actions"] == []
    assert again.status_code == 201


@pytest.mark.parametrize("path", ["/quotes/{quote}", "/holds/{hold}", "/bookings/{booking}"])
def test_a_stranger_may_not_know_that_it_exists(api, market, path):
    """What another company reads is 404, the same as what nobody has."""
    ids = {"quote": quote_of(api, market)["id"], "booking": api.post(
        "/bookings", market.wish()).json["id"]}
    ids["hold"] = api.post("/holds", {"quote_id": quote_of(
        api, market, start=shanghai(2, 10), end=shanghai(2, 12))["id"]}).json["id"]
    stranger = api.as_(market.stranger.token)

    mine, theirs = api.get(path.format(**ids)), stranger.get(path.format(**ids))
    nobodys = stranger.get(path.format(quote=10**6, hold=10**6, booking=10**6))

    assert (mine.status_code, theirs.status_code, nobodys.status_code) == (200, 404, 404)
    assert theirs.json["title"] == nobodys.json["title"]


def test_a_stranger_cancels_holds_and_books_nothing_of_mine(api, market):
    """With the numbers of another company's quote, hold and booking: 404 each time."""
    quote = quote_of(api, market)["id"]
    hold = api.post("/holds", {"quote_id": quote}).json["id"]
    stranger = api.as_(market.stranger.token)

    answers = [stranger.post("/holds", {"quote_id": quote}),
               stranger.post("/bookings", {"quote_id": quote}),
               stranger.post("/bookings", {"hold_id": hold}),
               stranger.post(f"/bookings/{api.post('/bookings', {'hold_id': hold}).json['id']}"
                             "/cancel")]

    assert [each.status_code for each in answers] == [404] * 4


def test_bookings_are_listed_to_both_sides_and_nobody_else(api, market):
    """Buyer and seller see the booking, each from its side; a stranger sees an empty list."""
    api.post("/bookings", market.wish())

    seen = {name: [each["side"] for each in api.as_(getattr(market, name).token).get(
        "/bookings").json["items"]] for name in ("buyer", "seller", "stranger")}

    assert seen == {"buyer": ["buyer"], "seller": ["seller"], "stranger": []}


@pytest.mark.parametrize(("role", "status"), [
    ("owner", 201), ("planner", 201), ("finance", 403), ("viewer", 403)])
def test_who_books_is_in_the_table(api, market, role, status):
    """Owners and planners book; finance and viewers do not."""
    party = join(market.buyer.company, role)

    assert api.as_(party.token).post("/bookings", market.wish()).status_code == status


def test_every_bad_field_is_named_at_once(app, api, market):
    """Five wrong fields come back in one answer, in the reader's language, and save nothing."""
    body = {"listing_id": "x", "start": "2026-03-03T10:00:00", "end": "soon", "lanes": 0,
            "colour": "red"}

    answers = {lang: api.call("POST", f"/quotes?lang={lang}", body) for lang in ("zh", "en")}

    for answer in answers.values():
        assert answer.status_code == 422
        assert {each["field"] for each in answer.json["errors"]} == {
            "listing_id", "start", "end", "lanes", "colour"}
    messages = {lang: {each["field"]: each["message"] for each in answer.json["errors"]}
                for lang, answer in answers.items()}
    assert messages["zh"]["start"] == "时间要带时区，如 +08:00。"
    assert messages["en"]["start"] == "The time needs its offset, like +08:00."
    with app.app_context():
        assert db.session.scalars(select(Quote)).all() == []
        assert db.session.scalars(select(Booking)).all() == []


def test_an_unverified_company_quotes_but_does_not_book(app, api, market):
    """A company books only once an operator has verified it."""
    with app.app_context(), transaction():
        db.session.merge(market.buyer.company).state = "pending"

    assert api.post("/quotes", market.wish()).status_code == 201
    refused = api.post("/bookings", market.wish())
    assert (refused.status_code, refused.json["code"]) == (403, "company_not_verified")


def test_a_request_that_cannot_be_made_or_approved_says_what_to_do(api, market):
    """Asked for twice, or something else asked for since: conflicts that name the request."""
    set_rules(market.listing.id, approval=True)
    asked = api.post("/bookings", market.wish()).json["id"]
    again = api.post("/bookings", market.wish())
    assert (again.status_code, again.json["code"], again.json["params"]["booking_id"]) == (
        409, "already_asked", asked)
    api.post(f"/bookings/{asked}/counter", {"total": {"amount": "200.00", "currency": "CNY"}})
    seller = api.as_(market.seller.token)

    answer = seller.post(f"/bookings/{asked}/approve")

    assert (answer.status_code, answer.json["code"]) == (409, "terms_superseded")
    links = seller.get(f"/bookings/{asked}").json["links"]
    assert {"counter", "decline"} == {each["action"] for each in links}
