"""Quotas, qualifications and certificates over HTTP, in search and in plans."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.resources import services as resources
from marketplace.resources.models import Certificate, Site
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.access import create_certificate, day_of, set_rules
from tests.factories.companies import join
from tests.factories.jobs import create_job, operation
from tests.factories.listings import TIME_SLICE, create_listing
from tests.factories.market import Market
from tests.factories.resources import create_capability, create_resource
from tests.planning.scenes import parts, planned


def wish(market: Market, day: int = 2, **changes: object) -> dict[str, object]:
    """Two hours of a day beyond the last 24 hours."""
    return market.wish(start=shanghai(day, 10), end=shanghai(day, 12)) | changes


def test_a_company_reads_what_it_has_left(api, market):
    """Used and remaining minutes of this week and the next, and of prime time (FIELD rank 9)."""
    set_rules(market.listing.id, quota_hours=10, prime_days="12345", prime_minutes=180)
    path = f"/listings/{market.listing.id}/quota"
    api.post("/bookings", wish(market))

    found = api.get(path).json

    assert [(each["week"], each["used_minutes"], each["remaining_minutes"])
            for each in found["weeks"]] == [("2026-W10", 120, 480), ("2026-W11", 0, 600)]
    assert {each["day"]: each["remaining_minutes"] for each in found["prime_days"]}[
        "2026-03-04"] == 60
    theirs = api.as_(market.stranger.token).get(path).json
    assert [each["used_minutes"] for each in theirs["weeks"]] == [0, 0]


def test_a_listing_without_limits_has_no_weeks(api, market):
    """Zero hours means no quota: nothing is counted."""
    found = api.get(f"/listings/{market.listing.id}/quota").json

    assert (found["quota_hours"], found["weeks"], found["prime_days"]) == (0, [], [])


def test_a_refusal_carries_the_remainder(api, market):
    """The answer names the week and the hours that are left in it, for people and programs."""
    set_rules(market.listing.id, quota_hours=3)
    api.post("/bookings", wish(market))

    refused = api.post("/bookings", wish(market, day=3))

    assert refused.status_code == 422
    assert refused.json["errors"][0]["code"] == "quota"
    assert "2026-W10" in refused.json["errors"][0]["message"]
    assert refused.json["params"]["remaining"] == [
        {"hours": 3, "week": "2026-W10", "remaining": "1"}]


def test_qualifications_are_granted_listed_and_revoked(api, market):
    """By booking or by address and company; each side reads its own; every step is audited."""
    set_rules(market.listing.id, approval=True, qualification="CNC-3")
    seller = api.as_(market.seller.token)
    refused = api.post("/bookings", wish(market))
    assert [each["code"] for each in refused.json["errors"]] == ["not_qualified"]

    made = seller.post("/qualifications", {
        "code": "CNC-3", "email": market.buyer.member.email.upper(),
        "credit_code": market.buyer.company.credit_code})
    booking = api.post("/bookings", wish(market))
    again = seller.post("/qualifications", {"code": "EDM", "booking_id": booking.json["id"]})

    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json["member_id"] == again.json["member_id"] == market.buyer.member.id
    assert [each["code"] for each in seller.get("/qualifications").json["items"]] == [
        "EDM", "CNC-3"]
    assert [each["granted_by"] for each in api.get("/my/qualifications").json["items"]] == [
        market.seller.company.name] * 2
    assert api.get("/qualifications").json["items"] == []
    assert seller.call("DELETE", f"/qualifications/{made.json['id']}").status_code == 204
    assert seller.call("DELETE", f"/qualifications/{made.json['id']}").status_code == 404
    with place.context():
        steps = list(db.session.scalars(select(AuditEntry.action).where(
            AuditEntry.object_kind == "qualification").order_by(AuditEntry.id)))
    assert steps == ["qualification.grant", "qualification.grant", "qualification.revoke"]


@pytest.mark.parametrize(("changes", "field"), [
    ({"credit_code": "91370000MA0000000X"}, "email"), ({"email": "nobody@example.com"}, "email"),
    ({"valid_until": "2026-03-01T00:00:00Z"}, "valid_until"), ({"booking_id": 1}, "booking_id")])
def test_a_wrong_grant_names_its_field(api, market, changes, field):
    """An unknown person, an end that has passed, a booking beside an address."""
    body = {"code": "CNC-3", "email": market.buyer.member.email,
            "credit_code": market.buyer.company.credit_code} | changes

    answer = api.as_(market.seller.token).post("/qualifications", body)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json["errors"]] == [field]


def test_addresses_cannot_be_tried_out(api, market):
    """A try that is refused counts like one that is not: the eleventh of an address is one too
    many."""
    body = {"code": "CNC-3", "email": market.buyer.member.email,
            "credit_code": "91370000MA0000000X"}
    seller = api.as_(market.seller.token)

    answers = [seller.post("/qualifications", body).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


def test_only_the_sellers_workers_grant(api, market):
    """The buyer cannot grant itself the seller's machine, and a viewer grants nothing."""
    booking = api.post("/bookings", wish(market)).json["id"]
    body = {"code": "CNC-3", "booking_id": booking}

    assert api.post("/qualifications", body).status_code == 404
    viewer = join(market.seller.company, "viewer")
    assert api.as_(viewer.token).post("/qualifications", body).status_code == 403


def test_expired_certificates_drop_out_of_search(api, market):
    """From the end of its last day on a search by time does not offer the resource."""
    set_rules(market.listing.id, certificate="CNAS")
    create_certificate(market.resource, day_of(shanghai(2, 12)))

    def found(day: int) -> list[int]:
        return [each["id"] for each in api.get("/listings", **{
            "free_from": shanghai(day, 10).isoformat(),
            "free_to": shanghai(day, 12).isoformat()}).json["items"]]

    assert (found(2), found(3)) == ([market.listing.id], [])


def test_another_zone_moves_the_last_day(inside, market):
    """The site moves to Berlin: the certificate lasts to midnight there."""
    create_certificate(market.resource, day_of(shanghai(2, 12)))

    resources.edit_site(market.seller.actor, market.resource.site_id, {"zone": "Europe/Berlin"})

    assert db.session.get_one(Site, market.resource.site_id).zone == "Europe/Berlin"
    assert db.session.scalars(select(Certificate.lapses_at)).one() == shanghai(3, 7)


@pytest.mark.parametrize(("last", "used"), [(None, False), (1, False), (30, True)])
def test_plans_use_no_resource_without_its_certificate(app, market, last, used):
    """Planning takes the cheap machine only where its certificate lasts through the work."""
    cheap = create_resource(market.seller.company)
    create_capability(cheap)
    create_listing(cheap, {"time_slice": TIME_SLICE | {"rate_per_hour": "10.00"}},
                   certificate="CNAS")
    if last is not None:
        create_certificate(cheap, day_of(shanghai(last, 12)))
    create_job(market.buyer.actor, operation(), release=shanghai(2, 8))

    run = planned(app, market.buyer, seconds=1)

    assert [part.resource_id == cheap.id for part in parts(app, run)] == [used]
