"""Quotes, holds and bookings over HTTP."""

from __future__ import annotations


def test_a_quote_is_booked_at_its_price(api, market):
    """The buyer quotes two hours at 120 yuan an hour and books them for 240.00."""
    quoted = api.post("/quotes", market.wish())

    booked = api.post("/bookings", {"quote_id": quoted.json["items"][0]["id"]})

    assert quoted.status_code == 201
    assert booked.status_code == 201
    assert booked.json["state"] == "confirmed"
    assert booked.json["lanes"] == [1]
    assert booked.json["total"] == {"amount": "240.00", "currency": "CNY"}
