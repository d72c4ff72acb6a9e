"""A hold at its end."""

from __future__ import annotations


def test_a_hold_that_is_over_says_so_before_it_is_swept(api, market, clock):
    """At `expires_at` its state is expired, though no timer and no other wish came by."""
    quoted = api.post("/quotes", market.wish()).json["items"][0]["id"]
    held = api.post("/holds", {"quote_id": quoted}).json["id"]
    states = []
    for minutes in (9, 1):
        clock.move(minutes=minutes)
        states.append(api.get(f"/holds/{held}").json["state"])

    refused = api.post("/bookings", {"hold_id": held})

    assert states == ["held", "expired"]
    assert (refused.status_code, refused.json["code"]) == (409, "hold_expired")
