"""A retry is safe: one effect, one answer, whatever happens on the way."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from marketplace.bookings.models import Booking
from marketplace.core.db import db
from marketplace.http.models import IdempotencyKey
from tests.api import Api
from tests.clocks import shanghai


def rows(app, model) -> int:
    """How many there are."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def taking(api, market):
    """Every POST that takes capacity, with a body that would succeed."""
    quotes = [api.post("/quotes", market.wish(start=shanghai(day, 10), end=shanghai(day, 12)))
              .json["items"][0]["id"] for day in (2, 3)]
    booked = api.post("/bookings", market.wish()).json["id"]
    return [("/holds", {"quote_id": quotes[0]}), ("/bookings", {"quote_id": quotes[1]}),
            (f"/bookings/{booked}/cancel", {})]


def test_without_a_key_nothing_is_taken(app, api, market):
    """Holding, booking and cancelling without a retry key is 400 and changes nothing."""
    for path, body in taking(api, market):
        answer = api.post(path, body, key="")

        assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_missing")
    assert rows(app, Booking) == 1


def test_a_retry_gets_the_first_answer(app, api, market):
    """The same key and body again: the same answer, marked as replayed, and one booking."""
    first, second = (api.post("/bookings", market.wish(), key="k-1") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json == first.json
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert rows(app, Booking) == 1


def test_the_same_wish_spelt_otherwise_is_the_same_request(api, market):
    """The order of the fields in the body does not make another request."""
    wish = market.wish()
    first = api.post("/bookings", wish, key="k-1")

    again = api.post("/bookings", dict(reversed(wish.items())), key="k-1")

    assert (again.status_code, again.json) == (201, first.json)


def test_the_same_key_with_another_body_is_refused(app, api, market):
    """A key belongs to one request: 422, and nothing is booked for the second."""
    api.post("/bookings", market.wish(), key="k-1")

    answer = api.post("/bookings", market.wish(start=shanghai(2, 10), end=shanghai(2, 12)),
                      key="k-1")

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert rows(app, Booking) == 1


def test_a_key_belongs_to_its_member(api, market):
    """Two firms may use the same key without seeing each other's answers."""
    mine = api.post("/bookings", market.wish(), key="k-1")

    theirs = api.as_(market.stranger.token).post(
        "/bookings", market.wish(start=shanghai(2, 10), end=shanghai(2, 12)), key="k-1")

    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json["id"] != theirs.json["id"]


def test_a_refusal_leaves_no_row_and_the_key_is_judged_afresh(app, api, market):
    """Refused while the slot is taken, accepted with the same key once it is free."""
    other = api.as_(market.stranger.token)
    booked = other.post("/bookings", market.wish()).json["id"]
    before = rows(app, IdempotencyKey)
    refused = api.post("/bookings", market.wish(), key="k-1")
    assert (refused.status_code, rows(app, IdempotencyKey)) == (409, before)

    other.post(f"/bookings/{booked}/cancel")

    assert api.post("/bookings", market.wish(), key="k-1").status_code == 201


@pytest.mark.parametrize("key", ["x" * 81, "schlüssel", "a\tb"])
def test_a_key_has_a_form(api, market, key):
    """Too long, not ASCII or with a control character: 422."""
    answer = api.post("/bookings", market.wish(), key=key)

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_malformed")


def test_concurrent_duplicates_wait_and_replay(app, market):
    """Eight at once with one key: all get 201 and the same booking, which exists once."""
    start, answers = threading.Barrier(8), []

    def book() -> None:
        program = Api(app.test_client(), market.buyer.token)
        start.wait(30)
        answers.append(program.post("/bookings", market.wish(), key="k-1"))

    threads = [threading.Thread(target=book) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [each.status_code for each in answers] == [201] * 8
    assert len({each.json["id"] for each in answers}) == 1
    assert sum("Idempotency-Replayed" in each.headers for each in answers) == 7
    assert rows(app, Booking) == 1


def test_sixteen_threads_have_one_winner(app, market):
    """Sixteen different requests for one slot: one 201, fifteen 409."""
    start, statuses = threading.Barrier(16), []

    def book() -> None:
        program = Api(app.test_client(), market.buyer.token)
        start.wait(30)
        statuses.append(program.post("/bookings", market.wish()).status_code)

    threads = [threading.Thread(target=book) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(statuses) == [201] + [409] * 15
