"""Publishing, changing and withdrawing one's own listings over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import Api
from tests.factories.companies import create_party, create_token, join
from tests.factories.market import Market
from tests.factories.resources import create_resource

HOURLY = {"rate_per_hour": "120.00", "setup_fee": "0.00", "minimum": "0.00"}
PIECES = {"price_per_piece": "3.5000", "setup_fee": "200.00", "setup_minutes": 60,
          "minutes_per_piece": "2.5"}


@pytest.fixture
def seller(api: Api, market: Market) -> Api:
    """The seller's program."""
    return api.as_(market.seller.token)


def fields(response: Any) -> dict[str, str]:
    """Wrong fields of a refusal: field → code."""
    return {each["field"]: each["code"] for each in response.json["errors"]}


def test_a_resource_is_offered_in_two_modes(seller: Api, market: Market):
    """A new listing stands in the public search at once, with defaults where nothing is said."""
    resource = create_resource(market.seller.company)

    made = seller.post("/listings", {"resource_id": resource.id, "step": 30,
                                     "terms": {"time_slice": HOURLY, "piece": PIECES}})

    assert made.status_code == 201, made.json
    assert (made.json["step"], made.json["min_minutes"], made.json["state"]) == (
        30, 60, "published")
    public = seller.as_(None).get(f"/listings/{made.json['id']}")
    assert public.json["modes"] == ["piece", "time_slice"]
    mine = seller.get("/my/listings").json["items"]
    assert mine[-1]["terms"]["piece"] == PIECES


def test_a_resource_is_offered_once(seller: Api, market: Market):
    """A second published listing of a resource is a conflict; after withdrawing it is fine."""
    body = {"resource_id": market.resource.id, "terms": {"time_slice": HOURLY}}

    assert seller.post("/listings", body).json["code"] == "already_listed"
    gone = seller.post(f"/listings/{market.listing.id}/withdraw")

    assert (gone.status_code, gone.json["state"]) == (200, "withdrawn")
    assert seller.post(f"/listings/{market.listing.id}/withdraw").status_code == 404
    assert seller.as_(None).get(f"/listings/{market.listing.id}").status_code == 404
    assert seller.post("/listings", body).status_code == 201


def test_every_wrong_field_is_named(seller: Api, market: Market):
    """Wrong rules and wrong terms of several modes come back together."""
    refused = seller.post("/listings", {
        "resource_id": market.resource.id, "step": 0, "min_minutes": 600, "max_minutes": 60,
        "may_pause": 1, "terms": {"time_slice": {"rate_per_hour": "-1"},
                                  "piece": {"price_per_piece": "1"}, "barter": {}}})

    assert refused.status_code == 422
    assert fields(refused) == {
        "step": "range", "max_minutes": "max_below_min", "may_pause": "not_boolean",
        "terms.time_slice.rate_per_hour": "range", "terms.piece.setup_minutes": "required",
        "terms.piece.minutes_per_piece": "required", "terms.barter": "unknown"}


def test_terms_are_needed(seller: Api, market: Market):
    """A listing without any mode is refused, and so is a change that would leave none."""
    body = {"resource_id": market.resource.id}

    assert fields(seller.post("/listings", body)) == {"terms": "required"}
    assert fields(seller.post("/listings", body | {"terms": {}})) == {"terms": "terms_one"}
    assert fields(seller.call("PATCH", f"/listings/{market.listing.id}", {"terms": {}},
                              {"If-Match": "*"})) == {"terms": "terms_one"}


def test_new_terms_never_touch_old_quotes(seller: Api, api: Api, market: Market):
    """A quote made before a change is booked at its price; the next one has the new price."""
    quote = api.post("/quotes", market.wish()).json["items"][0]
    path = f"/listings/{market.listing.id}"

    changed = seller.call("PATCH", path, {"terms": {"time_slice": HOURLY | {
        "rate_per_hour": "999.00"}}}, {"If-Match": '"1"'})

    assert (changed.status_code, changed.json["version"]) == (200, 2)
    assert changed.json["terms"] == {"time_slice": HOURLY | {"rate_per_hour": "999.00"}}
    assert api.get(f"/quotes/{quote['id']}").json == quote
    booked = api.post("/bookings", {"quote_id": quote["id"]})
    assert booked.status_code == 201
    assert booked.json["quote"]["total"] == quote["total"]
    later = market.wish(start="2026-03-03T15:00:00+08:00", end="2026-03-03T17:00:00+08:00")
    assert api.post("/quotes", later).json["items"][0]["total"]["amount"] == "1998.00"


def test_a_change_names_its_version(seller: Api, market: Market):
    """An old version is 412 and changes nothing; rules that do not fit each other are 422."""
    path = f"/listings/{market.listing.id}"
    seller.call("PATCH", path, {"horizon_days": 30}, {"If-Match": '"1"'})

    stale = seller.call("PATCH", path, {"horizon_days": 20}, {"If-Match": '"1"'})
    unfit = seller.call("PATCH", path, {"min_minutes": 62 * 1440}, {"If-Match": '"2"'})

    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    assert fields(unfit) == {"max_minutes": "max_below_min"}
    mine = next(each for each in seller.get("/my/listings").json["items"]
                if each["id"] == market.listing.id)
    assert (mine["horizon_days"], mine["version"]) == (30, 2)


def test_the_owner_of_a_shared_machine_does_not_list_it(api: Api, market: Market):
    """Only the operating company offers a machine; its owner is told it is not there."""
    resource = create_resource(market.buyer.company,
                               operating_company_id=market.seller.company.id)
    body = {"resource_id": resource.id, "terms": {"time_slice": HOURLY}}

    assert api.post("/listings", body).status_code == 404
    assert api.as_(market.seller.token).post("/listings", body).status_code == 201


def test_an_unverified_company_lists_nothing(api: Api):
    """A company must be verified before it offers anything."""
    party = create_party(state="pending")
    resource = create_resource(party.company)

    refused = api.as_(party.token).post("/listings", {
        "resource_id": resource.id, "terms": {"time_slice": HOURLY}})

    assert (refused.status_code, refused.json["code"]) == (403, "company_not_verified")


REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/my/listings", None),
    ("POST", "/listings", {"resource_id": 1, "terms": {"time_slice": HOURLY}}),
    ("PATCH", "/listings/{id}", {"step": 30}), ("POST", "/listings/{id}/withdraw", {})]


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_nobody_a_weak_token_a_viewer_and_a_stranger(
        api: Api, market: Market, method: str, path: str, body: Any):
    """401 without a token, 403 with too little, 404 for what is not yours, 400 for no JSON."""
    path = path.format(id=market.listing.id)
    if body and "resource_id" in body:
        body = body | {"resource_id": market.resource.id}
    header = {"If-Match": "*"} if method == "PATCH" else {}
    weak = create_token(market.seller.member, ("account:write",))

    assert api.as_(None).call(method, path, body, header).status_code == 401
    assert api.as_(weak).call(method, path, body, header).status_code == 403
    if method == "GET":
        assert api.as_(market.stranger.token).get(path).json["items"] == []
        return
    viewer = join(market.seller.company, "viewer")
    assert api.as_(viewer.token).call(method, path, body, header).status_code == 403
    assert api.as_(market.stranger.token).call(method, path, body, header).status_code == 404
    if body:
        broken = api.client.open("/api/v1" + path, method=method, data="{", headers=header | {
            "Authorization": f"Bearer {market.seller.token}",
            "Content-Type": "application/json"})
        assert broken.status_code == 400
