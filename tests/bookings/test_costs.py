"""What a request costs in SQL statements, so that a dearer one is noticed when it is made."""

from __future__ import annotations

import pytest

from tests.clocks import shanghai


@pytest.fixture
def spent(api, market, count_queries):
    """The statements of a request, and its answer."""
    client = api.as_(market.buyer.token)

    def measure(send):
        with count_queries() as statements:
            answer = send(client)
        return answer, [each for each in statements if not each.startswith("BEGIN")]

    return measure


def test_a_booking_costs_fifteen_statements(market, spent):
    """Token, key, listing, lock, hours, board, fees to waive; seven rows written; its lanes."""
    answer, statements = spent(lambda client: client.post("/bookings", market.wish()))

    assert answer.status_code == 201
    assert len(statements) == 15


def test_a_refusal_with_its_alternatives_costs_nine(market, api, spent):
    """Five to say what is in the way, four to find and price what is free instead."""
    other = api.as_(market.buyer.token)
    other.post("/bookings", market.wish())

    answer, statements = spent(lambda client: client.post("/bookings", market.wish()))

    assert (answer.status_code, answer.json["code"]) == (409, "slot_taken")
    assert answer.json["alternatives"]
    assert len(statements) <= 9


@pytest.mark.parametrize(("fields", "most"), [("id", 1), ("id,rules", 1), ("id,modes", 2),
                                              (None, 3)])
def test_a_search_costs_what_its_fields_need(market, spent, fields, most):
    """Ids are one statement, a whole page three, whatever stands on it."""
    window = {"free_from": shanghai(1, 10).isoformat(), "free_to": shanghai(1, 12).isoformat()}
    wanted = window | ({"fields": fields} if fields else {})

    answer, statements = spent(lambda client: client.get("/listings", **wanted))

    assert [each["id"] for each in answer.json["items"]] == [market.listing.id]
    assert len(statements) - 1 == most   # one more finds who asks
