"""The planner's journey, once per language: two jobs, a plan, the search, the bookings."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import expect

from marketplace.core.db import db
from marketplace.worker import solve_one
from tests.factories.companies import join
from tests.factories.listings import TIME_SLICE
from tests.factories.market import create_market
from tests.web.browser.conftest import Watch, signed_in

WORDS = {"zh": {"save": "建立工单", "plan": "为未安排工单排产", "waits": "排队中",
                "book": "全部预订 ¥", "accepted": "每道工序都已预订", "turning": "3.2.1"},
         "en": {"save": "Write the job down", "plan": "Plan my open jobs",
                "waits": "Waiting for its turn", "book": "Book it all, ¥",
                "accepted": "every operation is booked", "turning": "3.2.1"}}


@pytest.fixture
def market(app):
    """A seller whose machine is listed by the hour, and a buyer."""
    return create_market(terms={"time_slice": TIME_SLICE})


def names_of(market, planner, site):
    """What may stand on a page as it was entered."""
    companies = (market.buyer.company, market.seller.company)
    return (*(each.name for each in companies), *(each.contact_name for each in companies),
            *(each.contact_email for each in companies), planner.name, planner.name[0],
            market.resource.name, market.resource.model, site, "45 钢", "工业路 1 号",
            "RZ-2609-0124", "RZ-2609-0001", "RZ-2609-0002", "Shafts 1", "Shafts 2")


def site_name(app, market):
    """The name of the seller's site."""
    from marketplace.resources.models import Site
    with app.app_context():
        return db.session.get_one(Site, market.resource.site_id).name


def write_down(page, live, watch, words, number):
    """Write one job down in the form."""
    page.goto(f"{live}/jobs/new")
    watch.settled()
    page.fill("#f-code", f"RZ-2609-000{number}")
    page.fill("#f-title", f"Shafts {number}")
    page.fill("#f-release", "2026-03-02T08:00")
    page.fill("#f-due", "2026-03-07T17:00")
    page.fill("#f-budget", "2000")
    page.select_option("[name='operations.0.service_code']", words["turning"])
    page.fill("[name='operations.0.material']", "45 钢")
    page.fill("[name='operations.0.minutes']", "180")
    page.get_by_role("button", name=words["save"]).last.click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    watch.settled()


def work(app):
    """A worker in a thread of its own that makes one plan."""
    def run():
        with app.app_context():
            assert solve_one(app, threading.Event())
            db.session.remove()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_planner_writes_jobs_plans_accepts_and_sees_bookings(app, market, live, chrome, lang):
    """From two jobs to their bookings, without an error, a broken policy or a foreign word."""
    planner = join(market.buyer.company, "planner").member
    context = chrome.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    signed_in(context, app, live, planner)
    words = WORDS[lang]
    page = context.new_page()
    watch = Watch(page, live, lang, names_of(market, planner, site_name(app, market))).start()
    page.goto(f"{live}/jobs?lang={lang}")
    watch.settled()
    for number in (1, 2):
        write_down(page, live, watch, words, number)

    page.goto(f"{live}/plans")
    watch.settled()
    page.get_by_role("button", name=words["plan"]).click()
    page.wait_for_url(re.compile(r"/plans/\d+$"))
    expect(page.locator("[data-poll]")).to_contain_text(words["waits"])
    thread = work(app)
    accept = page.get_by_role("button", name=words["book"])
    expect(accept).to_be_visible(timeout=60_000)   # the page found out by itself
    thread.join(timeout=60)
    watch.settled()
    expect(page.locator("#jobs tbody tr")).to_have_count(2)
    expect(page.locator("#gantt canvas")).to_have_count(1)

    accept.click()
    expect(page.locator("main")).to_contain_text(words["accepted"])
    watch.settled()
    page.locator("#jobs tbody tr").first.locator("td").last.locator("a").first.click()
    page.wait_for_url(re.compile(r"/bookings/\d+$"))
    watch.settled()
    page.goto(f"{live}/bookings")
    watch.settled()
    expect(page.locator("tbody tr")).to_have_count(2)
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_fit_both_widths(app, market, live, chrome, lang, width):
    """Machines, jobs and plans of a company and the operator's figures never scroll sideways."""
    seller = market.seller.member
    names = (*names_of(market, seller, site_name(app, market)), market.operator.name,
             market.operator.name[0], market.resource.code)
    context = chrome.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    page = context.new_page()
    watch = Watch(page, live, lang, names).start()
    signed_in(context, app, live, seller)
    for path in ("/machines", f"/machines/{market.resource.id}", "/jobs", "/jobs/new", "/plans"):
        page.goto(f"{live}{path}?lang={lang}")
        watch.settled()
        expect(page.locator("h1")).to_have_count(1)
    signed_in(context, app, live, market.operator)
    page.goto(f"{live}/utilisation?period=next-14&lang={lang}")
    watch.settled()
    context.close()
