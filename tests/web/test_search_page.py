"""The search page: who sees what, filters in the address, prices for this work, bounded reads."""

from __future__ import annotations

import re

import pytest

from tests.clocks import shanghai
from tests.factories.listings import PIECE, TIME_SLICE, create_listing
from tests.factories.market import create_claim
from tests.factories.resources import create_capability, create_resource, create_site
from tests.web.conftest import CHINESE, text_of


def add(market, count=1, *, region="370200", terms=None, **resource):
    """More listed machines of the seller, in a city of their own."""
    site = create_site(market.seller.company, region_code=region)
    made = []
    for _ in range(count):
        row = create_resource(market.seller.company, site=site, **resource)
        create_capability(row)
        made.append(create_listing(row, terms))
    return made


def local(moment):
    """A moment as a browser's time field sends it."""
    from marketplace.web.work import local as written
    return written(moment, "Asia/Shanghai")


def test_a_visitor_sees_what_is_free_but_no_price(reader, market):
    """Free days and modes are public; instead of prices stands the way to log in."""
    page = reader.get("/search", pieces=100)
    words = text_of(page)

    assert page.status_code == 200
    assert market.resource.name in words
    assert "¥" not in words
    assert "/login?next=" in page.text
    assert page.text.count('class="strip"') == 1


@pytest.mark.parametrize("who", ["buyer", "stranger", "seller"])
def test_every_member_sees_the_price_of_this_work(browser, market, who):
    """100 pieces take 60 + 250 min: 310/60 h × ¥120 = ¥620.00 by time, ¥550.00 by piece."""
    browser.log_in(getattr(market, who).member)
    page = text_of(browser.get("/search", pieces=100))

    assert "¥550.00" in page and "¥620" in page
    assert "1 项产能符合条件" in page


def test_a_window_is_priced_and_filters_what_is_not_free(browser, market):
    """From and to price the hours; a machine that is taken then is not found."""
    browser.log_in(market.buyer.member)
    asked = {"free_from": local(market.start), "free_to": local(market.end)}
    assert "¥240.00" in text_of(browser.get("/search", **asked))

    create_claim(market.resource, market.start)

    page = text_of(browser.get("/search", **asked))
    assert "¥240.00" not in page
    assert "没有全部符合的产能" in page and "去掉“从”这一条，有 1 项" in page


def test_the_earliest_finish_counts_over_what_is_taken(browser, market):
    """Tomorrow until noon is taken and today is nearly over: 310 minutes end at 17:10."""
    browser.log_in(market.buyer.member)
    create_claim(market.resource, shanghai(0, 8), 12)
    create_claim(market.resource, shanghai(1, 8), 4)
    assert "最早完工 3月3日 周二 17:10" in text_of(browser.get("/search", pieces=100))


def test_a_city_is_counted_as_if_it_were_ticked_too(browser, market):
    """With Jinan ticked the list holds one, and Qingdao still says how many it would add."""
    add(market, 2)
    page = browser.get("/search", region="370100")
    assert "1 项产能在挂牌" in text_of(page)
    assert re.search(r"青岛</span><span class=\"n\">2</span>", page.text)
    both = browser.get("/search?region=370100&region=370200")
    assert "3 项产能在挂牌" in text_of(both)


def test_every_filter_is_in_the_address_and_can_be_dropped(browser, market):
    """A filter shows as a pill whose link is the same address without it."""
    page = browser.get("/search", material="45 钢", kind="machine", service_code="3.2.1").text
    assert 'href="/search?kind=machine&amp;service_code=3.2.1"' in page
    assert 'value="45 钢"' in page


def test_filters_find_by_capability(browser, market):
    """Service, material, size and tolerance must fit one capability."""
    fits = {"service_code": "3.2", "material": "45 钢", "envelope": "800×500×500",
            "tolerance_um": "10"}
    assert "1 项产能" in text_of(browser.get("/search", **fits))
    assert "没有全部符合" in text_of(browser.get("/search", **fits | {"tolerance_um": "9"}))


def test_a_wrong_filter_is_named_and_nothing_is_lost(reader, market):
    """Every wrong field has its sentence, what was typed stays, the status says so."""
    page = reader.get("/search", envelope="wide", pieces="many", tolerance_um="fine")
    assert page.status_code == 422
    assert page.text.count('aria-invalid="true"') == 3
    half = reader.get("/search", free_from="2026-03-03T10:00")
    assert half.status_code == 422 and 'aria-invalid="true"' in half.text
    assert 'value="wide"' in page.text and 'value="many"' in page.text


def test_asking_about_prices_needs_a_log_in(browser, market):
    """A ceiling and the price order send a visitor to log in; a member gets them."""
    cheap = add(market, terms={"time_slice": TIME_SLICE | {"rate_per_hour": "80.00"}})[0]
    asked = {"mode": "time_slice", "order": "price"}
    assert browser.get("/search", **asked).status_code in (302, 401)

    browser.log_in(market.buyer.member)
    page = browser.get("/search", **asked).text
    assert page.index(f"/listings/{cheap.id}?") < page.index(f"/listings/{market.listing.id}?")
    assert "1 项产能" in text_of(browser.get("/search", mode="time_slice", price_max="100"))


def test_a_mode_that_cannot_price_says_what_it_needs(browser, market):
    """Pieces on a machine that is charged by the hour only: give from and to."""
    add(market, terms={"time_slice": TIME_SLICE}, region="370300")
    browser.log_in(market.buyer.member)
    page = text_of(browser.get("/search", pieces=10, region="370300"))
    assert "只按时间计价" in page


def test_the_company_s_name_is_shown_as_its_listing_chose(browser, market):
    """A listing that hides its company shows no name, not even to members."""
    create_listing(create_resource(market.seller.company), {"piece": PIECE}, show_company=False)
    page = text_of(browser.log_in(market.buyer.member).get("/search"))
    assert page.count(market.seller.company.name) == 1
    assert "企业名称订后可见" in page


def test_pages_hold_twenty_and_lead_on(browser, market):
    """The 21st result is on the second page, and the filters go with the link."""
    add(market, 20)
    first = browser.get("/search", kind="machine")
    assert "第 1–20 条，共 21 条" in text_of(first)
    assert 'href="/search?kind=machine&amp;page=2"' in first.text
    assert "第 21–21 条" in text_of(browser.get("/search", kind="machine", page=2))


def test_the_number_of_statements_does_not_grow_with_the_results(browser, market, count_queries):
    """One result and eleven cost the same number of statements."""
    browser.log_in(market.buyer.member)
    with count_queries() as one:
        browser.get("/search", pieces=100)
    add(market, 10, lanes=2)
    with count_queries() as eleven:
        browser.get("/search", pieces=100)
    assert len(one) == len(eleven) <= 24


def test_an_english_page_has_only_names_in_chinese(client, market):
    """What is not a name of somebody or something is English."""
    from tests.web.conftest import Browser
    page = text_of(Browser(client, "en").log_in(market.buyer.member).get("/search", pieces=9))
    names = (market.resource.name, market.seller.company.name, market.buyer.company.name,
             market.buyer.member.name)
    for name in names:
        page = page.replace(name, "")
    assert set(CHINESE.findall(page)) <= {"中文", market.buyer.member.name[0]}
