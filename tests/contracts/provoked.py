"""The registry: a valid request of every operation, and how its other answers are provoked.

401, 403, 404, 400 and 422 are made from the valid request by `test_statuses`; an operation names
here only what it does in its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.clocks import shanghai
from tests.contracts import (
    provoked_access,
    provoked_calendars,
    provoked_settling,
    provoked_steps,
    provoked_together,
    provoked_told,
)
from tests.contracts.provoking import NOBODYS, Make, Provoked, each, edit, fixed
from tests.contracts.stage import Request, Stage
from tests.factories.listings import TIME_SLICE


def resource(stage: Stage, **changes: Any) -> Request:
    """A new machine of the seller."""
    return Request("/resources", {
        "site_id": stage.site(), "code": stage.code(), "name": "龙门铣 1", "kind": "machine",
        "capabilities": [{"service_code": "3.2.2"}]} | changes, "seller")


def site(stage: Stage, **changes: Any) -> Request:
    """A new site of the seller."""
    return Request("/sites", {
        "code": stage.code(), "name": "二厂区", "address": "工业路 2 号", "region_code": "370100",
        "latitude": 36.6, "longitude": 117.1} | changes, "seller")


def invitation(stage: Stage, **changes: Any) -> Request:
    """An invitation to somebody new."""
    return Request("/invitations", {"email": f"{stage.code()}@example.com".lower(),
                                    "role": "viewer"} | changes)


def booked_twice(stage: Stage) -> Request:
    """A wish for what is booked already."""
    wish = stage.wish()
    stage.made("/bookings", wish)
    return Request("/bookings", wish)


def held_twice(stage: Stage) -> Request:
    """A hold of a slot that is booked already."""
    wish = stage.wish()
    quote = stage.made("/quotes", wish)["items"][0]["id"]
    stage.made("/bookings", wish)
    return Request("/holds", {"quote_id": quote})


def used_job_code(stage: Stage) -> Request:
    """A job whose code the company has."""
    body = stage.job_body()
    stage.made("/jobs", body)
    return Request("/jobs", body)


def used_code(make: Callable[..., Request]) -> Make:
    """A thing whose code the company has."""
    def request(stage: Stage) -> Request:
        first = make(stage)
        stage.made(first.path, first.body, "seller")
        return make(stage, code=first.body["code"])
    return request


def unchanged_plan(stage: Stage) -> Request:
    """A plan asked for again with the ETag of the answer."""
    path = f"/plans/{stage.plan()}"
    return Request(path, headers={"If-None-Match": stage.api.get(path).headers["ETag"]})


def invitation_id(stage: Stage) -> int:
    """An open invitation."""
    return int(stage.made("/invitations", invitation(stage).body)["id"])


def token_id(stage: Stage) -> int:
    """A token of the buyer."""
    return int(stage.made("/tokens", {"name": "t", "scopes": ["market:read"]})["id"])


def too_many_tokens(stage: Stage) -> Request:
    """One token more than a member may have."""
    body = {"name": "t", "scopes": ["market:read"]}
    for _ in range(60):
        if stage.api.post("/tokens", body).status_code != 201:
            break
    return Request("/tokens", body)


def too_many_invitations(stage: Stage) -> Request:
    """One invitation more to the same address than an hour allows."""
    request = invitation(stage)
    for _ in range(60):
        if stage.api.post("/invitations", request.body).status_code != 201:
            break
    return request


def my_listing(stage: Stage) -> int:
    """A new listing of the seller."""
    return int(stage.made("/listings", {"resource_id": stage.machine(), "terms": {
        "time_slice": TIME_SLICE}}, "seller")["id"])


def released(stage: Stage) -> int:
    """A hold that was given back."""
    hold = stage.hold()
    assert stage.api.post(f"/holds/{hold}/release").status_code == 200
    return hold


def withdrawn(stage: Stage) -> int:
    """A job that is withdrawn."""
    job = stage.job()
    assert stage.api.post(f"/jobs/{job}/withdraw").status_code == 200
    return job


def lanes_in_use(stage: Stage) -> Request:
    """A machine of two lanes, both booked, that is to have one."""
    machine = stage.made("/resources", resource(stage, lanes=2).body, "seller")["id"]
    stage.api.as_(stage.tokens["seller"]).call(
        "PUT", f"/resources/{machine}/opening-hours",
        {"hours": [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 8)]})
    listing = stage.made("/listings", {"resource_id": machine} | TERMS, "seller")["id"]
    stage.made("/bookings", stage.wish(listing_id=listing, lanes=2))
    return Request(f"/resources/{machine}", {"lanes": 1}, "seller", {"If-Match": "*"})


DAY = "2026-05-01"


def exception_day(stage: Stage) -> int:
    """A machine with a day that differs."""
    machine = stage.machine()
    stage.made(f"/resources/{machine}/exceptions", {"day": DAY}, "seller")
    return machine


def company(stage: Stage) -> Request:
    """A change of the buyer's company on its version."""
    version = stage.api.get("/company").json["version"]
    return Request("/company", {"contact_name": "李工", "version": version})


WINDOW = {"from": "2026-03-03T00:00:00Z", "to": "2026-03-04T00:00:00Z"}
DOWN = {"start": shanghai(9, 8).isoformat(), "end": shanghai(9, 12).isoformat(),
        "reason": "maintenance"}
TERMS = {"terms": {"time_slice": TIME_SLICE}}
HOURS = {"hours": [{"weekday": 1, "opens": "08:00", "closes": "20:00"}]}

TABLE: dict[str, Provoked] = {
    "GET /me": Provoked(fixed("/me")),
    "GET /company": Provoked(fixed("/company"), {404: fixed("/company", "operator")}),
    "PATCH /company": Provoked(company, {412: lambda _: Request(
        "/company", {"contact_name": "李工", "version": 999})}),
    "GET /members": Provoked(fixed("/members")),
    "PATCH /members/{member_id}": Provoked(
        each("/members/{}", Stage.member, {"role": "viewer"}),
        {409: each("/members/{}", lambda s: s.market.buyer.member.id, {"role": "viewer"})}),
    "DELETE /members/{member_id}": Provoked(
        each("/members/{}", Stage.member),
        {409: each("/members/{}", lambda s: s.market.buyer.member.id)}),
    "GET /invitations": Provoked(fixed("/invitations")),
    "POST /invitations": Provoked(invitation, {
        409: lambda s: invitation(s, email=s.market.buyer.member.email),
        429: too_many_invitations}),
    "DELETE /invitations/{invitation_id}": Provoked(each("/invitations/{}", invitation_id)),
    "GET /tokens": Provoked(fixed("/tokens")),
    "POST /tokens": Provoked(
        lambda _: Request("/tokens", {"name": "t", "scopes": ["market:read"]}),
        {409: too_many_tokens}),
    "DELETE /tokens/{token_id}": Provoked(each("/tokens/{}", token_id)),
    "GET /companies/{company_id}/record": Provoked(
        each("/companies/{}/record", lambda s: s.market.seller.company.id)),
    "GET /companies": Provoked(fixed("/companies", "operator")),
    "POST /companies/{company_id}/verify": Provoked(
        each("/companies/{}/verify", Stage.pending, {}, "operator"),
        {409: each("/companies/{}/verify", lambda s: s.market.buyer.company.id, {}, "operator")}),
    "POST /companies/{company_id}/reject": Provoked(
        each("/companies/{}/reject", Stage.pending, {"note": "缺营业执照"}, "operator"),
        {409: each("/companies/{}/reject", lambda s: s.pending("rejected"),
                   {"note": "缺营业执照"}, "operator")}),
    "GET /listings": Provoked(fixed("/listings")),
    "POST /listings": Provoked(
        lambda s: Request("/listings", {"resource_id": s.machine()} | TERMS, "seller"),
        {404: lambda _: Request("/listings", {"resource_id": NOBODYS} | TERMS, "seller"),
         409: lambda s: Request("/listings", {"resource_id": s.market.resource.id} | TERMS,
                                "seller")}),
    "GET /listings/{listing_id}": Provoked(each("/listings/{}", my_listing)),
    "PATCH /listings/{listing_id}": Provoked(
        edit("/listings/{}", my_listing, {"step": 30}),
        {412: edit("/listings/{}", my_listing, {"step": 30}, '"999"')}),
    "POST /listings/{listing_id}/withdraw": Provoked(
        each("/listings/{}/withdraw", my_listing, None, "seller")),
    "GET /listings/{listing_id}/free": Provoked(
        lambda s: Request(f"/listings/{s.market.listing.id}/free", query=WINDOW)),
    "GET /my/listings": Provoked(fixed("/my/listings", "seller")),
    "POST /quotes": Provoked(lambda s: Request("/quotes", s.wish()), {
        404: lambda s: Request("/quotes", s.wish(listing_id=NOBODYS))}),
    "GET /quotes/{quote_id}": Provoked(each("/quotes/{}", Stage.quote)),
    "POST /holds": Provoked(lambda s: Request("/holds", {"quote_id": s.quote()}), {
        404: lambda _: Request("/holds", {"quote_id": NOBODYS}), 409: held_twice}),
    "GET /holds/{hold_id}": Provoked(each("/holds/{}", Stage.hold)),
    "POST /bookings": Provoked(lambda s: Request("/bookings", s.wish()), {
        404: lambda _: Request("/bookings", {"quote_id": NOBODYS}), 409: booked_twice}),
    "GET /bookings": Provoked(fixed("/bookings")),
    "GET /changes": Provoked(fixed("/changes")),
    "GET /bookings/{booking_id}": Provoked(each("/bookings/{}", Stage.booking)),
    "POST /holds/{hold_id}/release": Provoked(
        each("/holds/{}/release", Stage.hold),
        {409: each("/holds/{}/release", released)}),
    "POST /jobs": Provoked(lambda s: Request("/jobs", s.job_body()), {409: used_job_code}),
    "GET /jobs": Provoked(fixed("/jobs")),
    "GET /jobs/{job_id}": Provoked(each("/jobs/{}", Stage.job)),
    "POST /jobs/{job_id}/withdraw": Provoked(
        each("/jobs/{}/withdraw", Stage.job),
        {409: each("/jobs/{}/withdraw", withdrawn)}),
    "POST /plans": Provoked(lambda s: Request("/plans", {"job_ids": [s.job()]}), {
        409: lambda s: Request("/plans", {"job_ids": [withdrawn(s)]})}),
    "GET /plans": Provoked(fixed("/plans")),
    "GET /plans/{plan_id}": Provoked(each("/plans/{}", Stage.plan), {304: unchanged_plan}),
    "POST /plans/{plan_id}/cancel": Provoked(
        each("/plans/{}/cancel", Stage.plan),
        {409: each("/plans/{}/cancel", lambda s: s.plan(solved=True))}),
    "POST /plans/{plan_id}/enough": Provoked(
        each("/plans/{}/enough", Stage.plan),
        {409: each("/plans/{}/enough", lambda s: s.plan(solved=True))}),
    "POST /plans/{plan_id}/accept": Provoked(
        each("/plans/{}/accept", lambda s: s.plan(solved=True)),
        {409: each("/plans/{}/accept", Stage.accepted)}),
    "GET /service-codes": Provoked(fixed("/service-codes")),
    "GET /sites": Provoked(fixed("/sites", "seller")),
    "POST /sites": Provoked(site, {409: used_code(site)}),
    "GET /resources": Provoked(fixed("/resources", "seller")),
    "POST /resources": Provoked(resource, {
        404: lambda s: resource(s, site_id=NOBODYS), 409: used_code(resource)}),
    "GET /resources/{resource_id}": Provoked(each("/resources/{}", Stage.machine, None, "seller")),
    "PATCH /resources/{resource_id}": Provoked(
        edit("/resources/{}", Stage.machine, {"name": "车床"}),
        {409: lanes_in_use,
         412: edit("/resources/{}", Stage.machine, {"name": "车床"}, '"999"')}),
    "PUT /resources/{resource_id}/opening-hours": Provoked(
        each("/resources/{}/opening-hours", Stage.machine, HOURS, "seller")),
    "POST /resources/{resource_id}/exceptions": Provoked(
        each("/resources/{}/exceptions", Stage.machine, {"day": DAY}, "seller")),
    "DELETE /resources/{resource_id}/exceptions/{day}": Provoked(
        each("/resources/{}/exceptions/" + DAY, exception_day, None, "seller")),
    "GET /resources/{resource_id}/unavailability": Provoked(
        each("/resources/{}/unavailability", Stage.machine, None, "seller")),
    "POST /resources/{resource_id}/unavailability": Provoked(
        each("/resources/{}/unavailability", Stage.machine, DOWN, "seller")),
    "POST /unavailability/{unavailability_id}/end": Provoked(
        each("/unavailability/{}/end", Stage.fact, None, "seller"),
        {409: each("/unavailability/{}/end", lambda s: s.fact(over=True), None, "seller")}),
}
# A feature with many operations keeps its own table.
for _more in (provoked_access.TABLE, provoked_calendars.TABLE, provoked_steps.TABLE,
              provoked_settling.TABLE, provoked_together.TABLE, provoked_told.TABLE):
    TABLE.update(_more)
