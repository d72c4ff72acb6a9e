"""Sites, resources and opening hours over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import Api
from tests.factories.companies import create_token, join
from tests.factories.market import Market
from tests.factories.resources import create_resource, create_site

SITE: dict[str, Any] = {"code": "N1", "name": "新厂", "address": "工业路 9 号",
                        "region_code": "370200", "latitude": 36.07, "longitude": 120.38}
LATHE: dict[str, Any] = {
    "code": "CK6140", "name": "数控车床", "kind": "machine", "lanes": 2,
    "capabilities": [{"service_code": "3.2.1", "materials": ["45 钢"],
                      "envelope_mm": [400, 400, 750], "tolerance_um": 10}]}


@pytest.fixture
def seller(api: Api, market: Market) -> Api:
    """The seller's program."""
    return api.as_(market.seller.token)


def fields(response: Any) -> dict[str, str]:
    """Wrong fields of a refusal: field → code."""
    return {each["field"]: each["code"] for each in response.json["errors"]}


def test_service_codes_are_public(api: Api):
    """Anybody reads the list of service codes, all or of one top type; nonsense is refused."""
    found = api.as_(None).get("/service-codes", top_type="innovation")

    assert found.status_code == 200
    assert {each["top_type"] for each in found.json["items"]} == {"innovation"}
    assert len(api.get("/service-codes").json["items"]) > 60
    assert api.as_(None).get("/service-codes", top_type="magic").status_code == 422


def test_a_site_and_a_resource_are_made_and_listed(seller: Api):
    """A company registers a site and a lathe with two lanes, and finds both again."""
    site = seller.post("/sites", SITE)
    assert site.status_code == 201, site.json

    made = seller.post("/resources", LATHE | {"site_id": site.json["id"]})

    assert made.status_code == 201, made.json
    assert (made.json["top_type"], made.headers["ETag"]) == ("manufacturing", '"1"')
    assert made.json["owner"] == made.json["operating_company"]
    assert made.json["capabilities"][0]["envelope_mm"] == [400, 400, 750]
    assert made.json["id"] in [row["id"] for row in seller.get("/resources").json["items"]]
    assert site.json["id"] in [row["id"] for row in seller.get("/sites").json["items"]]
    assert seller.get("/resources", kind="lab").json["items"] == []


def test_a_code_is_taken(seller: Api):
    """The same code a second time is a conflict that names the code, for sites and resources."""
    site = seller.post("/sites", SITE).json
    seller.post("/resources", LATHE | {"site_id": site["id"]})

    for refused in (seller.post("/sites", SITE),
                    seller.post("/resources", LATHE | {"site_id": site["id"]})):
        assert refused.status_code == 409
        assert refused.json["code"] == "code_taken"


def test_every_wrong_field_is_named_in_one_answer(seller: Api):
    """Missing, unknown, mistyped and forbidden values of a resource come back together."""
    refused = seller.post("/resources", {
        "site_id": "1", "name": "", "kind": "robot", "lanes": 501, "holidays": "yes",
        "colour": "red", "capabilities": [{"service_code": "nope", "tolerance_um": 1.5}]})

    assert refused.status_code == 422
    assert fields(refused) == {
        "site_id": "not_integer", "code": "required", "name": "length", "kind": "choice",
        "lanes": "range", "holidays": "not_boolean", "colour": "unknown",
        "capabilities.0.service_code": "not_service_code",
        "capabilities.0.tolerance_um": "not_integer"}


def test_wrong_values_of_a_site_are_named(seller: Api):
    """A site abroad needs no Chinese region, but every site a real zone and real degrees."""
    refused = seller.post("/sites", SITE | {"zone": "Asia/Atlantis", "latitude": "36",
                                            "longitude": 200, "region_code": "1"})

    assert fields(refused) == {"zone": "zone_unknown", "latitude": "plain_number",
                               "longitude": "range", "region_code": "site_region"}
    assert seller.post("/sites", SITE | {"zone": "Europe/Berlin",
                                         "region_code": "000000"}).status_code == 201


def test_an_edit_names_its_version(seller: Api, market: Market):
    """PATCH on the version that was read succeeds; on an old one it is 412; without one 422."""
    path = f"/resources/{market.resource.id}"
    tag = seller.get(path).headers["ETag"]

    changed = seller.call("PATCH", path, {"name": "新名"}, {"If-Match": tag})
    stale = seller.call("PATCH", path, {"name": "旧名"}, {"If-Match": tag})
    blind = seller.call("PATCH", path, {"name": "旧名"})
    odd = seller.call("PATCH", path, {"name": "旧名"}, {"If-Match": "yesterday"})

    assert (changed.status_code, changed.json["name"]) == (200, "新名")
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    assert blind.status_code == odd.status_code == 422
    assert seller.call("PATCH", path, {"model": "X"}, {"If-Match": "*"}).status_code == 200


def test_a_lane_with_bookings_stays(seller: Api, api: Api, market: Market):
    """Taking a booked lane away is a conflict."""
    path = f"/resources/{market.resource.id}"
    seller.call("PATCH", path, {"lanes": 2}, {"If-Match": "*"})
    assert api.post("/bookings", market.wish(lanes=2)).status_code == 201

    refused = seller.call("PATCH", path, {"lanes": 1}, {"If-Match": "*"})

    assert (refused.status_code, refused.json["code"]) == (409, "lanes_in_use")


def test_the_week_and_a_day_are_set(seller: Api, market: Market):
    """The week is put at once, a day gets hours of its own and loses them again."""
    path = f"/resources/{market.resource.id}"
    night = [{"weekday": 1, "opens": "22:00", "closes": "24:00"},
             {"weekday": 2, "opens": "00:00", "closes": "06:00"}]

    week = seller.call("PUT", f"{path}/opening-hours", {"hours": night})
    day = seller.post(f"{path}/exceptions", {"day": "2026-03-05", "hours": [
        {"opens": "09:00", "closes": "12:00"}]})

    assert week.status_code == 200
    assert week.json["opening_hours"] == night
    assert day.status_code == 201
    assert day.json["exceptions"] == [{"day": "2026-03-05", "hours": [
        {"opens": "09:00", "closes": "12:00"}]}]
    assert seller.call("DELETE", f"{path}/exceptions/2026-03-05").status_code == 204
    assert seller.call("DELETE", f"{path}/exceptions/2026-03-05").status_code == 404
    assert seller.call("DELETE", f"{path}/exceptions/soon").status_code == 404
    assert seller.get(path).json["exceptions"] == []


def test_wrong_hours_are_named(seller: Api, market: Market):
    """A row of a week that cannot be is refused by its place; so is a day too far."""
    path = f"/resources/{market.resource.id}"

    typed = seller.call("PUT", f"{path}/opening-hours", {"hours": [
        {"weekday": 8, "opens": "8:00", "closes": "25:00"}]})
    meant = seller.call("PUT", f"{path}/opening-hours", {"hours": [
        {"weekday": 1, "opens": "22:00", "closes": "06:00"}]})
    far = seller.post(f"{path}/exceptions", {"day": "2046-03-05"})

    assert fields(typed) == {"hours.0.weekday": "range", "hours.0.opens": "not_clock",
                             "hours.0.closes": "not_clock"}
    assert fields(meant) == {"hours.0.closes": "closes_before_opens"}
    assert fields(far) == {"day": "day_out_of_range"}


def test_a_breakdown_lists_the_bookings_it_hits(seller: Api, api: Api, market: Market):
    """Reporting answers with what is hit; it is listed, ended once, and then gone."""
    booked = api.post("/bookings", market.wish()).json
    path = f"/resources/{market.resource.id}/unavailability"

    made = seller.post(path, {"start": market.wish()["start"], "end": market.wish()["end"],
                              "reason": "breakdown"})

    assert made.status_code == 201
    assert [each["booking_id"] for each in made.json["hits"]] == [booked["id"]]
    assert [each["id"] for each in seller.get(path).json["items"]] == [made.json["id"]]
    end = f"/unavailability/{made.json['id']}/end"
    assert seller.post(end).status_code == 204
    assert seller.post(end).status_code == 404


def test_what_is_over_cannot_be_ended(seller: Api, market: Market, clock: Any):
    """A fact whose time has passed stays as it was."""
    made = seller.post(f"/resources/{market.resource.id}/unavailability", {
        "start": market.wish()["start"], "end": market.wish()["end"]})
    clock.move(days=3)

    refused = seller.post(f"/unavailability/{made.json['id']}/end")

    assert (refused.status_code, refused.json["code"]) == (409, "unavailability_over")


def test_a_fact_needs_an_end_after_its_start(seller: Api, market: Market):
    """An empty window or an unknown reason is refused by field."""
    path = f"/resources/{market.resource.id}/unavailability"
    start = market.wish()["start"]

    assert fields(seller.post(path, {"start": start, "end": start})) == {
        "end": "end_before_start"}
    assert fields(seller.post(path, {"start": start, "end": market.wish()["end"],
                                     "reason": "mood"})) == {"reason": "choice"}


def test_a_shared_machine_names_both_companies(api: Api, market: Market):
    """The owner registers a machine in a shared factory by credit codes; only who runs it edits."""
    factory, firm = market.seller, market.buyer
    site = create_site(factory.company, shared_factory=True)
    body = LATHE | {"site_id": site.id, "operating_credit_code": factory.company.credit_code}

    made = api.post("/resources", body)

    assert made.status_code == 201, made.json
    assert made.json["owner"]["credit_code"] == firm.company.credit_code
    path = f"/resources/{made.json['id']}"
    edit = {"name": "共享车床"}
    assert api.call("PATCH", path, edit, {"If-Match": "*"}).status_code == 404
    assert api.as_(factory.token).call("PATCH", path, edit, {"If-Match": "*"}).status_code == 200
    assert fields(api.post("/resources", body | {"operating_credit_code": "X"})) == {
        "operating_credit_code": "company_unknown"}


REQUESTS = [
    ("GET", "/sites", None), ("POST", "/sites", SITE), ("GET", "/resources", None),
    ("POST", "/resources", LATHE | {"site_id": 1}), ("GET", "/resources/{id}", None),
    ("PATCH", "/resources/{id}", {"name": "甲"}),
    ("PUT", "/resources/{id}/opening-hours", {"hours": []}),
    ("POST", "/resources/{id}/exceptions", {"day": "2026-03-05"}),
    ("DELETE", "/resources/{id}/exceptions/2026-03-05", None),
    ("GET", "/resources/{id}/unavailability", None),
    ("POST", "/resources/{id}/unavailability",
     {"start": "2026-03-05T08:00:00Z", "end": "2026-03-05T09:00:00Z"}),
    ("POST", "/unavailability/1/end", None)]


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_nobody_a_weak_token_and_a_stranger(api: Api, market: Market, method: str, path: str,
                                            body: Any):
    """Without a token 401, with a scope too few 403, and what is not yours is 404."""
    path = path.format(id=market.resource.id)
    header = {"If-Match": "*"} if method == "PATCH" else {}
    weak = create_token(market.seller.member, ("account:write",))

    nobody = api.as_(None).call(method, path, body, header)
    scoped = api.as_(weak).call(method, path, body, header)
    stranger = api.as_(market.stranger.token).call(method, path, body, header)

    assert nobody.status_code == 401
    assert (scoped.status_code, scoped.json["code"]) == (403, "token_scope")
    if path not in ("/sites",) and (method, path) != ("GET", "/resources"):
        assert stranger.status_code == 404


@pytest.mark.parametrize(("method", "path"), [
    (method, path) for method, path, body in REQUESTS if body is not None])
def test_a_viewer_changes_nothing(api: Api, market: Market, method: str, path: str):
    """A member who may only look is told that its role does not allow it."""
    body = next(each[2] for each in REQUESTS if each[:2] == (method, path))
    viewer = api.as_(join(market.seller.company, "viewer").token)

    refused = viewer.call(method, path.format(id=market.resource.id), body,
                          {"If-Match": "*"} if method == "PATCH" else {})

    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(("method", "path"), [
    (method, path) for method, path, body in REQUESTS if body is not None])
def test_a_body_that_is_no_json_is_400(seller: Api, market: Market, method: str, path: str):
    """Broken JSON is refused before anything is looked at."""
    refused = seller.client.open(
        "/api/v1" + path.format(id=market.resource.id), method=method, data="{",
        headers={"Authorization": f"Bearer {seller.token}", "Content-Type": "application/json",
                 "If-Match": "*"})

    assert refused.status_code == 400


def test_lists_are_bounded_and_do_not_grow_in_queries(
        seller: Api, market: Market, count_queries: Any):
    """Ten resources need as many queries as one, and a limit of 501 is refused."""
    seller.get("/resources")
    with count_queries() as one:
        seller.get("/resources")
    for _ in range(9):
        create_resource(market.seller.company)
    with count_queries() as ten:
        found = seller.get("/resources", limit=5)

    assert len(ten) == len(one)
    assert len(found.json["items"]) == 5 and found.json["next_cursor"]
    assert seller.get("/resources", limit=501).status_code == 422
