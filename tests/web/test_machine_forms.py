"""The forms of sites, resources, opening hours and listings."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.catalogue.models import Listing
from marketplace.core.db import db
from marketplace.pricing.quote import modes
from marketplace.resources.models import Capability, Resource, Site
from marketplace.resources.queries import exceptions_of, week_of
from tests.clocks import START
from tests.factories import place
from tests.factories.companies import Party, create_party, join
from tests.factories.market import Market
from tests.factories.resources import create_capability, create_resource, create_site
from tests.web.conftest import Browser, text_of

LATHE = {"code": "CK1", "name": "Lathe", "kind": "machine", "model": "CK6140", "lanes": "2",
         "buffer_before": "0", "buffer_after": "15", "holidays": "yes", "service_0": "3.2.1",
         "materials_0": "45 钢；铝合金", "x_0": "400", "y_0": "300", "z_0": "200",
         "tolerance_0": "10"}


def one(query: Any) -> Any:
    """One row of the database."""
    with place.context():
        row = db.session.scalars(query).one()
        db.session.expunge(row)
        return row


def machine(party: Party) -> Resource:
    """A machine with a capability."""
    resource = create_resource(party.company)
    create_capability(resource)
    return resource


def test_a_site_is_registered(browser: Browser, app: Any):
    """A form with mistakes names each and makes nothing; the corrected one makes the site."""
    party = create_party()
    page = browser.log_in(party.member).get("/sites")
    typed = {"code": "S9", "name": "Plant", "address": "Road 1", "region_code": "370100",
             "latitude": "36.65", "longitude": "117.12", "zone": "Asia/Shanghai"}

    wrong = browser.send("/sites", browser.form(page, "/sites", **typed | {
        "latitude": "north", "zone": "Moon/Base"}))
    made = browser.send("/sites", browser.form(page, "/sites", **typed))

    assert wrong.status_code == 422
    assert 'id="f-latitude-e"' in wrong.text and 'id="f-zone-e"' in wrong.text
    assert made.status_code == 303
    assert one(select(Site)).code == "S9"


def test_a_machine_is_registered_and_led_to_its_hours(browser: Browser, app: Any):
    """The form makes the resource with its capability; then its hours are asked for."""
    party = create_party()
    site = create_site(party.company)
    page = browser.log_in(party.member).get("/machines/new")

    made = browser.send("/machines/new", browser.form(
        page, "/machines/new", **LATHE | {"site_id": str(site.id)}))

    row = one(select(Resource))
    assert (made.status_code, made.location) == (303, f"/machines/{row.id}/hours")
    assert (row.lanes, row.buffer_after, row.holidays) == (2, 15, True)
    capability = one(select(Capability))
    assert (capability.envelope_z, capability.tolerance_um) == (200, 10)


def test_wrong_inputs_are_named_where_they_stand(browser: Browser, app: Any):
    """Each wrong input keeps what was typed and has its sentence, in every row of work."""
    party = create_party()
    site = create_site(party.company)
    page = browser.log_in(party.member).get("/machines/new")

    again = browser.send("/machines/new", browser.form(page, "/machines/new", **LATHE | {
        "site_id": str(site.id), "lanes": "many", "name": "", "service_1": "I.lab.metrology",
        "y_0": ""}))

    assert again.status_code == 422
    for name in ("lanes", "name", "service_1", "x_0"):
        assert f'id="f-{name}-e"' in again.text, name
    assert 'value="many"' in again.text


def test_an_edit_keeps_every_capability(browser: Browser, app: Any):
    """A form that is sent as it was shown changes nothing of what a machine can do."""
    party = create_party()
    resource = machine(party)
    create_capability(resource, "3.2.3", ("钛合金",))
    path = f"/machines/{resource.id}/edit"
    page = browser.log_in(party.member).get(path)
    shown = {"name": "New name", "model": "X", "lanes": "1", "buffer_before": "0",
             "buffer_after": "0", "service_0": "3.2.1", "materials_0": "45 钢",
             "service_1": "3.2.3", "materials_1": "钛合金"}

    saved = browser.send(path, browser.form(page, path, **shown))
    stale = browser.send(path, browser.form(page, path, **shown | {"name": "Old"}))

    assert (saved.status_code, stale.status_code) == (303, 412)
    assert one(select(Resource)).name == "New name"
    with place.context():
        assert list(db.session.scalars(select(Capability.service_code).order_by(
            Capability.service_code))) == ["3.2.1", "3.2.3"]


def test_the_week_is_typed_by_the_day(browser: Browser, app: Any):
    """Two shifts and a night are saved; a span that ends before it begins is named on its day."""
    party = create_party()
    resource = machine(party)
    path = f"/machines/{resource.id}/hours"
    page = browser.log_in(party.member).get(path)

    wrong = browser.send(path, browser.form(page, path, day_1="22:00-06:00", day_2="noon"))
    saved = browser.send(path, browser.form(
        page, path, day_1="8:00-12:00，13:00–17:30", day_2="20:00-24:00", day_3="00:00-04:00"))

    assert wrong.status_code == 422
    assert 'id="f-day_1-e"' in wrong.text or 'id="f-day_2-e"' in wrong.text
    assert saved.status_code == 303
    with place.context():
        week = [(row.weekday, row.opens, row.closes) for row in week_of(resource.id)]
    assert week == [(1, 480, 720), (1, 780, 1050), (2, 1200, 1440), (3, 0, 240)]


def test_a_day_differs_and_follows_again(browser: Browser, app: Any):
    """A day gets other hours on the page and loses them again; a wrong day is named."""
    party = create_party()
    resource = machine(party)
    path = f"/machines/{resource.id}/hours"
    days = f"{path}/days"
    browser.log_in(party.member)

    wrong = browser.send(days, browser.form(browser.get(path), days, day="", spans="x"))
    browser.send(days, browser.form(browser.get(path), days, day="2026-03-05",
                                    spans="10:00-12:00"))
    page = browser.get(path)

    assert wrong.status_code == 422 and 'id="f-day-e"' in wrong.text
    remove = f"{days}/2026-03-05/remove"
    assert "10:00-12:00" in page.text
    assert browser.send(remove, browser.form(page, remove)).status_code == 303
    with place.context():
        assert exceptions_of(resource.id, START.date()) == {}


def test_the_form_of_terms_is_made_from_the_schemas(browser: Browser, market: Market):
    """Every field of every mode's schema has an input, whatever modes there are."""
    browser.log_in(market.seller.member)

    page = browser.get(f"/machines/{market.resource.id}/offer").text

    for mode, module in modes().items():
        for name in module.Terms().fields:
            assert f'name="{mode}.{name}"' in page


def test_a_listing_is_published_changed_and_withdrawn(browser: Browser, app: Any):
    """The form publishes a listing, changes its price, and takes it off the market."""
    party = create_party()
    resource = machine(party)
    path = f"/machines/{resource.id}/offer"
    browser.log_in(party.member)
    rules = {"step": "30", "min_minutes": "60", "max_minutes": "600", "notice_minutes": "0",
             "horizon_days": "60", "show_company": "yes", "offer_time_slice": "yes"}

    wrong = browser.send(path, browser.form(browser.get(path), path, **rules | {
        "time_slice.rate_per_hour": "free", "max_minutes": "30"}))
    browser.send(path, browser.form(browser.get(path), path, **rules | {
        "time_slice.rate_per_hour": "120.00"}))
    page = browser.get(path)
    browser.send(path, browser.form(page, path, **rules | {"time_slice.rate_per_hour": "99.00"}))
    stale = browser.send(path, browser.form(page, path, **rules | {
        "time_slice.rate_per_hour": "1.00"}))

    assert wrong.status_code == 422
    assert 'id="f-time_slice.rate_per_hour-e"' in wrong.text
    assert 'id="f-max_minutes-e"' in wrong.text
    assert stale.status_code == 412
    assert 'value="99.00"' in browser.get(path).text
    withdraw = f"{path}/withdraw"
    browser.send(withdraw, browser.form(browser.get(path), withdraw))
    assert one(select(Listing)).state == "withdrawn"


def test_a_listing_needs_a_mode(browser: Browser, app: Any):
    """Without any way to charge nothing is published."""
    party = create_party()
    path = f"/machines/{machine(party).id}/offer"
    browser.log_in(party.member)

    refused = browser.send(path, browser.form(browser.get(path), path))

    assert refused.status_code == 422 and "至少填写一种计价方式" in refused.text


PAGES = ("/machines/new", "/machines/{id}/edit", "/machines/{id}/hours", "/machines/{id}/offer")


@pytest.mark.parametrize("path", ["/sites", *PAGES])
def test_pages_speak_the_readers_language(reader: Browser, market: Market, path: str):
    """No word of the other language stands on a page, and every page has one heading."""
    reader.log_in(market.seller.member)

    page = reader.get(path.format(id=market.resource.id))

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert ("登记" in text_of(page) or "保存" in text_of(page) or "发布" in text_of(page)) == (
        reader.lang == "zh")


@pytest.mark.parametrize("path", PAGES)
def test_strangers_owners_and_viewers_have_no_forms(browser: Browser, market: Market, path: str):
    """A stranger and the owner of a machine run by another get 404, a viewer 403."""
    lent = create_resource(market.buyer.company, operating_company_id=market.seller.company.id)
    path = path.format(id=lent.id)

    viewer = browser.log_in(join(market.seller.company, "viewer").member).get(path)
    assert viewer.status_code == 403
    if path != "/machines/new":
        for other in (market.stranger, market.buyer):
            assert browser.log_in(other.member).get(path).status_code == 404
