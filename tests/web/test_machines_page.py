"""A company's machines: who sees what of their time, and reporting that one cannot work."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from marketplace.bookings import services
from marketplace.capacity.models import Unavailability
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.telemetry.services import load_days
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.companies import create_party, join
from tests.factories.listings import create_listing
from tests.factories.market import create_claim
from tests.factories.resources import create_resource
from tests.web.conftest import CHINESE, text_of

DATA = re.compile(r'<script type="application/json" id="(?:machines|machine)-data">(.*?)</script>',
                  re.S)
DAY = {"machine": "Mazak01", "date": "2016-10-04", "cutting": "60",
       "connected_not_cutting": "180", "fault": "0", "unknown": "1200"}


def bars(page) -> list[dict]:
    """The bars of the page's Gantt."""
    return json.loads(DATA.search(page.text)[1])["bars"]


def book(market):
    """The buyer books tomorrow 10:00-12:00; returns the id."""
    with place.context():
        return services.book_wish(market.buyer.actor, Wish(
            market.listing.id, market.start, market.end, None, "time_slice")).id


def lent(market):
    """A machine of the buyer that the seller operates: a shared factory."""
    return create_resource(market.buyer.company,
                           operating_company_id=market.seller.company.id)


def test_the_operating_company_reads_who_booked(reader, market):
    """The seller sees the buyer's name on the bar, with the way to the booking."""
    number = book(market)
    page = reader.log_in(market.seller.member).get("/machines")
    assert page.status_code == 200
    found = bars(page)
    assert [(each["k"], each["a"], each["url"]) for each in found] == [
        ("booked", market.buyer.company.name, f"/bookings/{number}")]
    words = text_of(page)
    assert market.resource.name in words
    if reader.lang == "en":
        for name in (market.resource.name, market.seller.company.name,
                     market.buyer.company.name, market.seller.member.name):
            words = words.replace(name, " ").replace(name[0] + " ", " ")
        assert set(CHINESE.findall(words)) <= {"中文", "厂区"}


def test_the_owner_of_a_shared_machine_sees_busy_and_no_name(browser, market):
    """What stands on a machine that somebody else runs has neither a name nor an address."""
    resource = lent(market)
    create_claim(resource, market.start, 2)
    create_claim(resource, market.start + timedelta(hours=4), 1, kind="hold",
                 expires_at=market.start)
    for path in ("/machines", f"/machines/{resource.id}"):
        found = bars(browser.log_in(market.buyer.member).get(path))
        assert [(each["k"], each["url"]) for each in found] == [("busy", ""), ("busy", "")]
        assert market.stranger.company.name not in str(found)


def test_a_hold_shows_its_clock_and_no_name(browser, market):
    """The operating company sees until when its machine is held; a hold is not yet a contract."""
    create_claim(market.resource, market.start, 1, kind="hold",
                 expires_at=market.start - timedelta(hours=20))
    found = bars(browser.log_in(market.seller.member).get("/machines"))
    assert [(each["k"], each["b"]) for each in found] == [("held", "至 14:00")]


def test_own_work_on_own_machines_is_told_apart(browser, market):
    """A booking of the operating company itself is its own job."""
    with place.context():
        services.book_wish(market.seller.actor, Wish(
            market.listing.id, market.start, market.end, None, "time_slice"), reference="WO-7")
    found = bars(browser.log_in(market.seller.member).get("/machines"))
    assert [(each["a"], each["b"]) for each in found] == [("我方工单", "WO-7")]


def test_many_lanes_share_one_line(browser, market):
    """A store of forty bays is one line that says how many are taken at most."""
    store = create_resource(market.seller.company, kind="warehouse", lanes=40)
    create_claim(store, market.start, 3, lanes=2)
    create_claim(store, market.start + timedelta(hours=1), 4, lanes=3)
    page = browser.log_in(market.seller.member).get("/machines")
    data = json.loads(DATA.search(page.text)[1])
    assert len(data["rows"]) == len({row["name"] for row in data["rows"]})
    assert len([bar for bar in data["bars"] if bar["line"] == store.name]) == 1


@pytest.mark.parametrize("role", ["owner", "planner", "finance", "viewer"])
def test_every_role_reads_and_some_may_report(browser, market, role):
    """The form to report is there for owners and planners only."""
    member = join(market.seller.company, role).member
    page = browser.log_in(member).get(f"/machines/{market.resource.id}")
    assert page.status_code == 200
    assert ("/down" in page.text) == (role in ("owner", "planner"))


def test_strangers_and_visitors_learn_nothing(browser, market):
    """Another company's machine does not exist; a visitor is asked to log in."""
    path = f"/machines/{market.resource.id}"
    assert browser.get(path).status_code in (302, 401)
    assert browser.get("/machines").status_code in (302, 401)
    browser.log_in(market.stranger.member)
    assert browser.get(path).status_code == 404
    assert market.resource.name not in browser.get("/machines").text
    assert browser.log_in(market.operator).get("/machines").status_code == 403


def test_a_breakdown_is_reported_and_ended(reader, market, app):
    """A report keeps the time from being sold and names how many bookings it hits."""
    book(market)
    reader.log_in(market.seller.member)
    path = f"/machines/{market.resource.id}"
    action = f"{path}/down"
    fields = reader.form(reader.get(path), action, reason="breakdown",
                         starts="2026-03-03T09:00", ends="2026-03-03T15:00")
    assert reader.send(action, fields).status_code == 303
    page = reader.get(path)
    assert "1" in text_of(page) and [bar["k"] for bar in bars(page)] == ["booked", "down"]
    with app.app_context():
        row = db.session.query(Unavailability).one()
        assert (row.starts, row.ends) == (shanghai(1, 9), shanghai(1, 15))
        fact = row.id
    ended = reader.send(f"{action}/{fact}/end", reader.form(page, f"{action}/{fact}/end"))
    assert ended.status_code == 303
    assert [bar["k"] for bar in bars(reader.get(path))] == ["booked"]


@pytest.mark.parametrize(("typed", "wrong"), [
    ({"reason": "breakdown", "starts": "", "ends": "2026-03-03T15:00"}, {"starts"}),
    ({"reason": "rust", "starts": "soon", "ends": ""}, {"reason", "starts", "ends"}),
    ({"reason": "other", "starts": "2026-03-03T15:00", "ends": "2026-03-03T15:00"}, {"ends"})])
def test_every_wrong_field_is_named_and_kept(reader, market, typed, wrong):
    """What was typed stays; each wrong field has its own sentence."""
    reader.log_in(market.seller.member)
    action = f"/machines/{market.resource.id}/down"
    fields = reader.form(reader.get(f"/machines/{market.resource.id}"), action, **typed)
    page = reader.send(action, fields)
    assert page.status_code == 422
    assert set(re.findall(r'id="f-(\w+)-e"', page.text)) == wrong


def reported(reader, machine, **typed):
    """Report through the page; the facts there are then, and the page of the machine."""
    path = f"/machines/{machine.id}"
    fields = reader.form(reader.get(path), f"{path}/down", reason="breakdown",
                         starts="2026-03-03T09:00", ends="2026-03-03T15:00", **typed)
    assert reader.send(f"{path}/down", fields).status_code == 303
    with place.context():
        return [(row.id, row.resource_id) for row in db.session.query(Unavailability).order_by(
            Unavailability.id)], reader.get(path)


def fact_of(number):
    """When and why, of a fact."""
    with place.context():
        row = db.session.get_one(Unavailability, number)
        return row.reason, row.starts, row.ends


def test_what_was_reported_is_changed_on_a_page_of_its_own(reader, market):
    """Other times and another reason, with how many bookings it hits now (FIELD rank 6)."""
    book(market)
    reader.log_in(market.seller.member)
    [(fact, _)], page = reported(reader, market.resource)
    path = f"/machines/{market.resource.id}/down/{fact}"
    assert f'href="{path}"' in page.text
    form = reader.get(path)
    assert 'value="2026-03-03T09:00"' in form.text
    fields = reader.form(form, path, reason="maintenance", starts="2026-03-03T13:00",
                         ends="2026-03-03T17:30")

    assert reader.send(path, fields).status_code == 303

    assert fact_of(fact) == ("maintenance", shanghai(1, 13), shanghai(1, 17, 30))
    shown = text_of(reader.get(f"/machines/{market.resource.id}"))
    assert {"zh": "涉及的预订与占位：0", "en": "Bookings and holds hit: 0"}[reader.lang] in shown
    wrong = reader.send(path, fields | {"ends": "2026-03-03T12:00"})
    assert (wrong.status_code, re.findall(r'id="f-(\w+)-e"', wrong.text)) == (422, ["ends"])


def test_only_the_end_of_what_has_begun_is_asked_for(reader, market, clock):
    """A start that is sent all the same changes nothing; an end in the past is refused by name."""
    reader.log_in(market.seller.member)
    [(fact, _)], _page = reported(reader, market.resource)
    clock.to(shanghai(1, 10))
    path = f"/machines/{market.resource.id}/down/{fact}"
    form = reader.get(path)
    assert 'name="starts"' not in form.text

    fields = reader.form(form, path, reason="breakdown", starts="2026-03-03T11:00",
                         ends="2026-03-03T16:00")
    assert reader.send(path, fields).status_code == 303
    refused = reader.send(path, fields | {"ends": "2026-03-03T09:30"})

    assert fact_of(fact) == ("breakdown", shanghai(1, 9), shanghai(1, 16))
    assert refused.status_code == 409 and 'value="2026-03-03T09:30"' in refused.text
    clock.to(shanghai(1, 16))
    assert reader.get(path).status_code == 409


def test_a_fact_is_changed_by_its_operating_company_and_not_against_a_calendar(browser, market):
    """Strangers, another machine's address and what a foreign calendar says: not there."""
    browser.log_in(market.seller.member)
    [(fact, _)], _page = reported(browser, market.resource)
    other = create_resource(market.seller.company)
    path = f"/machines/{market.resource.id}/down/{fact}"
    assert browser.get(f"/machines/{other.id}/down/{fact}").status_code == 404
    assert browser.log_in(market.stranger.member).get(path).status_code == 404
    browser.log_in(market.seller.member)
    with place.context(), transaction():
        db.session.get_one(Unavailability, fact).source_id = 1
    assert browser.get(path).status_code == 404
    assert f'href="{path}"' not in browser.get(f"/machines/{market.resource.id}").text


def test_a_whole_site_closes_from_the_page_of_one_of_its_machines(reader, market):
    """One tick reports all that the company runs there, and says how many (FIELD rank 6)."""
    reader.log_in(market.seller.member)
    page = f"/machines/{market.resource.id}"
    assert 'name="site"' not in reader.get(page).text   # it is alone there
    site = SimpleNamespace(id=market.resource.site_id)
    beside = create_resource(market.seller.company, site=site)
    others = create_resource(market.buyer.company, site=site)
    create_resource(market.seller.company)
    book(market)

    facts, shown = reported(reader, market.resource, site="yes")

    assert {resource for _, resource in facts} == {market.resource.id, beside.id}
    assert others.id not in {resource for _, resource in facts}
    assert {"zh": "已记录 2 台停用。涉及的预订与占位：1。",
            "en": "Reported for 2 machines. They hit 1 booking or hold"}[reader.lang] in text_of(
        shown)


def test_the_owner_and_strangers_cannot_report(browser, market):
    """Only the operating company says that a machine cannot work."""
    resource = lent(market)
    fields = {"reason": "breakdown", "starts": "2026-03-03T09:00", "ends": "2026-03-03T15:00"}
    for party in (market.buyer, market.stranger):
        browser.log_in(party.member)
        token = browser.form(browser.get("/search"), "/logout")
        assert browser.send(f"/machines/{resource.id}/down", token | fields).status_code == 404
    with place.context():
        assert db.session.query(Unavailability).count() == 0


def test_a_recording_stands_beside_its_machine_only(reader, market):
    """As recorded in October 2016: hours known, share idle, source; other machines say nothing."""
    recorded = create_resource(market.seller.company, code="NIST-Mazak01")
    with place.context():
        load_days([DAY])
    reader.log_in(market.seller.member)
    words = text_of(reader.get(f"/machines/{recorded.id}"))
    assert ("2016年10月" if reader.lang == "zh" else "October 2016") in words
    assert "75.0%" in words and "NIST" in words and "20" in words
    assert "NIST Smart" not in text_of(reader.get(f"/machines/{market.resource.id}"))


def test_the_public_page_of_a_listing_shows_the_recording(reader, market):
    """Whoever looks at a recorded machine on the market reads what was recorded, and no more."""
    recorded = create_resource(market.seller.company, code="NIST-Mazak01")
    listing = create_listing(recorded)
    with place.context():
        load_days([DAY])
    words = text_of(reader.get(f"/listings/{listing.id}"))
    assert "75.0%" in words and "NIST Smart" in words
    assert "NIST Smart" not in text_of(reader.get(f"/listings/{market.listing.id}"))


def test_more_machines_cost_no_more_queries(browser, market, count_queries):
    """The number of statements does not grow with machines and bookings."""
    browser.log_in(market.seller.member)
    browser.get("/machines")
    with count_queries() as few:
        browser.get("/machines")
    for _ in range(6):
        create_claim(create_resource(market.seller.company), market.start, 2)
    with count_queries() as many:
        browser.get("/machines")
    assert len(few) == len(many) <= 16


@pytest.mark.parametrize("query", [{"days": "14"}, {"from": "2026-03-09"}, {"from": "never"},
                                   {"from": "1900-01-01"}, {"page": "0"}, {"page": "999"}])
def test_any_address_answers(browser, market, query):
    """Spans, other weeks and nonsense in the address are a page, never an error."""
    assert browser.log_in(market.seller.member).get("/machines", **query).status_code == 200


def test_a_company_without_machines_is_told_what_will_be_here(reader, market):
    """An empty page is a sentence."""
    page = reader.log_in(create_party().member).get("/machines")
    assert page.status_code == 200 and 'class="card empty"' in page.text
