"""What a quote promises, and what free time promises."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask.testing import FlaskClient

from marketplace.catalogue.models import Listing
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.resources.models import Resource
from tests.api import Api
from tests.factories import place
from tests.factories.market import Market


def change(model: type, row_id: int, **values: object) -> None:
    """Change a row behind the API's back, as its owner could."""
    with place.context(), transaction():
        row = db.session.get_one(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)


def test_a_valid_quote_is_honoured_after_the_listing_changed_its_rules(
        api: Api, market: Market) -> None:
    """Notice, step and horizon that the seller sets later do not take a quote back."""
    quote = api.post("/quotes", market.wish()).get_json()["items"][0]
    change(Listing, market.listing.id, notice_minutes=7 * 1440, step=720, horizon_days=1,
           min_minutes=6000, max_minutes=6000)

    answer = api.post("/bookings", {"quote_id": quote["id"]})

    assert answer.status_code == 201
    assert answer.get_json()["total"] == quote["total"]


def test_a_start_shown_as_free_can_be_booked(
        api: Api, client: FlaskClient, market: Market) -> None:
    """Free time leaves room for the buffers of the work that will be booked into it."""
    change(Resource, market.resource.id, buffer_before=30, buffer_after=45)
    assert api.post("/bookings", market.wish()).status_code == 201

    free = client.get(f"/api/v1/listings/{market.listing.id}/free", query_string={
        "from": (market.start - timedelta(hours=2)).isoformat(),
        "to": (market.end + timedelta(hours=5)).isoformat()}).get_json()["items"]
    after = market.end + timedelta(minutes=75)

    assert datetime.fromisoformat(free[-1]["start"]) == after
    booked = api.post("/bookings", market.wish(start=free[-1]["start"],
                                               end=(after + timedelta(hours=1)).isoformat()))
    assert booked.status_code == 201
