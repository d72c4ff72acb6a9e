"""Listings that must not be found or booked, and filters that must not be misread."""

from __future__ import annotations

import pytest

from marketplace.accounts.models import Company
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.factories.companies import create_party
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource, create_site


@pytest.fixture
def in_doubt(app, api, market):
    """A quote on a machine whose company has to be verified anew since."""
    quoted = api.post("/quotes", market.wish()).json["items"][0]["id"]
    with app.app_context(), transaction():
        db.session.get_one(Company, market.seller.company.id).state = "pending"
    return quoted


def test_what_an_unverified_company_offers_is_not_there(api, market, in_doubt):
    """Neither search, page, free time nor quote knows a listing whose company is in doubt."""
    listing = f"/listings/{market.listing.id}"
    times = {"from": market.start.isoformat(), "to": market.end.isoformat()}

    assert api.get("/listings").json["items"] == []
    assert [api.get(listing).status_code, api.get(f"{listing}/free", **times).status_code,
            api.post("/quotes", market.wish()).status_code] == [404, 404, 404]


@pytest.mark.parametrize("path", ["/holds", "/bookings"])
def test_nobody_books_an_unverified_company(api, in_doubt, path):
    """A quote made while it was verified is not honoured by a company that is in doubt."""
    answer = api.post(path, {"quote_id": in_doubt})

    assert (answer.status_code, answer.json["code"]) == (404, "listing_not_found")


@pytest.mark.parametrize(("region", "found"), [
    ("37", ["370102", "370600", "371002"]), ("370000", ["370102", "370600", "371002"]),
    ("370", ["370102", "370600"]), ("3701", ["370102"]), ("370100", ["370102"]),
    ("37010", ["370102"]), ("370102", ["370102"]), ("371000", ["371002"]), ("3710", ["371002"]),
    ("370600", ["370600"]), ("371", ["371002"]), ("370101", []), ("00", [])])
def test_a_region_is_a_prefix_or_a_whole_code(app, api, market, region, found):
    """Digits are a prefix; a whole code ending in zeros means all of its province or city."""
    seller = create_party()
    for code in ("370102", "370600", "371002"):
        site = create_site(seller.company, region_code=code)
        create_listing(create_resource(seller.company, site=site))

    answer = api.get("/listings", region=region, fields="id,site")

    codes = [each["site"]["region_code"] for each in answer.json["items"]
             if each["id"] != market.listing.id]
    assert codes == found


@pytest.mark.parametrize("query", [
    {"near": "36.65,117.12"}, {"distance_km": "5"}, {"near": "91,117", "distance_km": "5"},
    {"near": "36,180.5", "distance_km": "5"}])
def test_half_a_place_or_a_place_off_the_globe_is_refused(api, query):
    """A filter that would be passed over in silence is a wrong field."""
    assert api.get("/listings", **query).status_code == 422


@pytest.mark.parametrize("near", ["90,180", "-90,-180.0", "89.9,-179.99999999", "0,0", "36,99"])
def test_every_place_on_the_globe_may_be_asked_about(api, near):
    """Poles and the date line are places."""
    assert api.get("/listings", near=near, distance_km="5").status_code == 200
