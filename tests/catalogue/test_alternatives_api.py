"""Refusals of capacity over HTTP say what is free instead."""

from __future__ import annotations

from marketplace.catalogue.models import Listing
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories.market import create_claim


def test_a_lost_race_is_answered_with_what_is_free(market, api):
    """409 slot_taken carries the way out; booking the first of it succeeds at that price."""
    create_claim(market.resource, market.start, 2)
    client = api.as_(market.buyer.token)

    refused = client.post("/bookings", market.wish())

    assert (refused.status_code, refused.json["code"]) == (409, "slot_taken")
    first = refused.json["alternatives"][0]
    assert (first["kind"], first["total"]) == ("later", {"amount": "240.00", "currency": "CNY"})
    again = client.post("/bookings", {name: first[name] for name in (
        "listing_id", "start", "end", "mode", "lanes")} | {"max_total": first["total"]})
    assert again.status_code == 201


def test_every_refusal_of_capacity_negotiates(market, api):
    """A broken rule, a hold that is over, a quoted slot that is gone, a request that lost."""
    client = api.as_(market.buyer.token)
    asked = client.post("/bookings", market.wish(start=shanghai(1, 10, 7)))
    quoted = client.post("/quotes", market.wish()).json["items"][0]["id"]
    held = client.post("/holds", {"quote_id": quoted}).json["id"]
    client.post(f"/holds/{held}/release")
    over = client.post("/bookings", {"hold_id": held})
    create_claim(market.resource, market.start, 2)
    taken = [client.post(path, {"quote_id": quoted}) for path in ("/holds", "/bookings")]
    unpriced = client.post("/quotes", market.wish(start=shanghai(1, 10, 7)))

    for refusal, status in ((asked, 422), (unpriced, 422),
                            *((each, 409) for each in (over, *taken))):
        assert refusal.status_code == status
        assert refusal.json["alternatives"][0]["listing_id"] == market.listing.id


def test_approving_what_was_taken_meanwhile_names_other_times(app, market, api):
    """The seller who cannot approve any more reads what it could propose."""
    with app.app_context(), transaction():
        db.session.get_one(Listing, market.listing.id).approval = True
    asked = api.as_(market.buyer.token).post("/bookings", market.wish()).json
    create_claim(market.resource, market.start, 2)

    refused = api.as_(market.seller.token).post(f"/bookings/{asked['id']}/approve")

    assert refused.status_code == 409
    assert refused.json["alternatives"][0]["approval"] is True


def test_a_move_to_a_taken_time_names_times_near_that_one(market, api):
    """What is offered is measured from where the booking was to go, not from where it is."""
    client = api.as_(market.buyer.token)
    row = client.post("/bookings", market.wish()).json
    create_claim(market.resource, shanghai(3, 10), 2)

    refused = client.post(f"/bookings/{row['id']}/move", {"start": shanghai(3, 10).isoformat()})

    assert (refused.status_code, refused.json["code"]) == (409, "slot_taken")
    assert refused.json["alternatives"][0]["start"] == "2026-03-05T04:00:00Z"
