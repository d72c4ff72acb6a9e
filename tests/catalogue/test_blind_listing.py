"""A listing that keeps its company's name."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.factories.listings import create_listing
from tests.factories.market import Market
from tests.factories.resources import create_capability, create_resource


def test_a_blind_listing_stays_blind_beside_an_open_one(
        client: FlaskClient, market: Market) -> None:
    """One listing that shows the company's name does not give another of the same company away."""
    hidden = create_resource(market.seller.company)
    create_capability(hidden)
    blind = create_listing(hidden, show_company=False)

    items = {each["id"]: each for each in client.get("/api/v1/listings").get_json()["items"]}

    assert items[market.listing.id]["company"] == market.seller.company.name
    assert items[blind.id]["company"] is None
    assert items[blind.id]["site"]["name"] is None
