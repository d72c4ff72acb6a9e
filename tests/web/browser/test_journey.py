"""The smoke journey, once per language and width: find, quote, hold, book, see the booking."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from marketplace.web.work import local
from tests.web.browser.conftest import Watch, signed_in

ZONE = "Asia/Shanghai"
WORDS = {"zh": {"hold": "占住 10 分钟", "booked": "已订", "buyer": "用工方"},
         "en": {"hold": "Hold it for 10 minutes", "booked": "Booked", "buyer": "Buyer"}}


def names_of(market):
    """What may stand on any page as it was entered: names, addresses, materials, contacts."""
    companies = (market.buyer.company, market.seller.company)
    return (*(each.name for each in companies), *(each.contact_name for each in companies),
            *(each.contact_email for each in companies), market.buyer.member.name,
            market.buyer.member.name[0], market.resource.name, market.resource.model,
            "45 钢", "工业路 1 号", "厂区", "RZ-2609-0118")


def site_names(app, market):
    """The name of the site, as it was entered."""
    from marketplace.core.db import db
    from marketplace.resources.models import Site
    with app.app_context():
        return (db.session.get_one(Site, market.resource.site_id).name,)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_firm_finds_quotes_books_and_sees_its_booking(app, market, live, chrome, lang, width):
    """From the search to the booking, without an error, a foreign request or a foreign word."""
    context = chrome.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    signed_in(context, app, live, market.buyer.member)
    words = WORDS[lang]
    page = context.new_page()
    watch = Watch(page, live, lang, names_of(market) + site_names(app, market)).start()

    page.goto(f"{live}/search?pieces=100&lang={lang}")
    watch.settled()
    expect(page.locator(".res")).to_have_count(1)
    expect(page.locator(".res .price")).to_have_text("¥550.00")

    page.locator(".res h3 a").click()
    watch.settled()
    page.fill("#f-start", local(market.start, ZONE))
    page.locator(".workform button").click()
    watch.settled()
    expect(page.locator(".opt")).to_have_count(3)
    page.locator(".opt", has_text="¥620.00").click()
    page.get_by_role("button", name=words["hold"]).click()

    page.wait_for_url(re.compile(r"hold=\d+$"))
    watch.settled()
    clock = page.locator(".hold .clock")
    expect(clock).to_have_text(re.compile(r"^09:5\d$"))
    page.fill("#f-reference", "RZ-2609-0118")
    page.locator(".stick button" if width == 390 else "#book button").click()

    page.wait_for_url(re.compile(r"/bookings/\d+$"))
    watch.settled()
    expect(page.locator("h1")).to_contain_text("#")
    expect(page.locator("main")).to_contain_text(words["booked"])
    expect(page.locator("main")).to_contain_text(words["buyer"])
    expect(page.locator("main")).to_contain_text("RZ-2609-0118")

    page.goto(f"{live}/bookings")
    watch.settled()
    expect(page.locator("tbody tr")).to_have_count(1)
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_visitor_comes_in_by_the_front_door(app, market, live, chrome, lang):
    """The front page, a search from it, and a resource's free time, in the dark and by keyboard."""
    context = chrome.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN",
                                 color_scheme="dark")
    page = context.new_page()
    watch = Watch(page, live, lang, names_of(market) + site_names(app, market)).start()

    page.goto(f"{live}/?lang={lang}")
    watch.settled()
    page.locator("main input[name=q]").press("Enter")
    watch.settled()
    page.locator(".res h3 a").press("Enter")
    watch.settled()
    expect(page.locator(".week .blk.listed").first).to_be_visible()
    expect(page.locator("form.choose")).to_have_count(0)
    context.close()
