"""A resource's page: free time for all, prices for members, hold, confirm, refusals."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from marketplace.bookings.models import Booking, Hold
from marketplace.catalogue.models import ListingTerms
from marketplace.core import i18n
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.pricing.modes.value import METRICS
from marketplace.pricing.quote import Usage, quote
from marketplace.web.work import local
from tests.clocks import shanghai
from tests.factories.companies import create_party, join
from tests.factories.listings import ALL_TERMS
from tests.factories.market import create_claim
from tests.web.conftest import CHINESE, Browser, text_of

ZONE = "Asia/Shanghai"


@pytest.fixture
def address(market):
    """The listing's page."""
    return f"/listings/{market.listing.id}"


def work(market, **changes):
    """Tomorrow 10:00-12:00 as an address; None leaves a field out."""
    asked = {"start": local(market.start, ZONE), "end": local(market.end, ZONE)} | changes
    return {name: value for name, value in asked.items() if value is not None}


def hold(browser, address, market, mode="time_slice", **changes):
    """Read the prices and hold the slot in a mode."""
    page = browser.get(address, **work(market, **changes))
    return browser.send(f"{address}/holds", browser.form(page, f"{address}/holds", mode=mode))


def count(app, table):
    """Rows of a table."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table))


def test_a_visitor_sees_free_time_and_rules_but_no_price(reader, market, address):
    """Free time, facts and rules are public; the work's price asks for a log-in."""
    page = reader.get(address, **work(market))
    words = text_of(page)

    assert page.status_code == 200
    assert "08:00–20:00" in words
    assert "¥" not in words
    assert "/login?next=%2Flistings" in page.text
    assert f'action="{address}/holds"' not in page.text
    if reader.lang == "en":
        assert "In steps of 15 min, at least 1 h, at most 7 d." in words
        left = words.replace(market.resource.name, "").replace(market.seller.company.name, "")
        assert all(part in "中文45 钢厂区" for part in CHINESE.findall(left))
    else:
        assert "以 15 分钟为一格，最短 1 小时，最长 7 天。" in words


def test_a_free_stretch_leads_to_work_from_its_start(reader, market, address):
    """Every free stretch of the week grid is a link to this page with its start filled in."""
    page = reader.get(address)
    links = [unescape(link) for link in re.findall(r'<a href="([^"]*)" class="blk', page.text)]

    assert links
    for link in links:
        start = parse_qs(urlsplit(link).query)["start"][0]
        answer = reader.get(link.partition("#")[0])
        assert answer.status_code == 200
        assert f'name="start" type="datetime-local" value="{start}"' in answer.text
        assert 'aria-invalid="true"' not in answer.text
    assert "pieces=40#work" in unescape(reader.get(address, pieces="40").text)
    sent = reader.get(address, start=start, end="", pieces="")
    assert 'aria-invalid="true"' in sent.text


def test_a_member_compares_three_modes_for_the_same_pieces(reader, market, address):
    """100 pieces: 5 h 10 min at ¥120 is ¥620.00, ¥550.00 by piece, ¥500-¥9,000 by value."""
    reader.log_in(market.buyer.member)
    page = reader.get(address, **work(market, end=None, pieces=100))
    words = text_of(page)

    assert "¥620.00" in words and "¥550.00" in words and "¥500–¥9,000" in words
    assert page.text.count('name="mode"') == 3
    assert 'value="piece" checked' in page.text
    assert "15:10" in words


def test_hours_are_priced_by_time_only(browser, market, address):
    """A start and an end price the hours; nothing is said by piece."""
    page = browser.log_in(market.buyer.member).get(address, **work(market))
    assert "¥240.00" in text_of(page) and page.text.count('name="mode"') == 1


def test_hold_then_confirm_makes_one_booking(reader, market, address, app):
    """The held slot shows its clock and what happens at zero; confirming leads to the booking."""
    reader.log_in(market.buyer.member)
    answer = hold(reader, address, market)
    assert answer.status_code == 303

    card = reader.get(answer.location)
    assert 'data-left="600"' in card.text
    assert ("08:10" in text_of(card)) and "¥240.00" in text_of(card)
    confirm = f"/holds/{answer.location.rpartition('=')[2]}/book"
    done = reader.send(confirm, reader.form(card, confirm, reference="RZ-2609-0118"))

    assert done.status_code == 303
    page = text_of(reader.get(done.location))
    assert "RZ-2609-0118" in page and "¥240.00" in page
    assert count(app, Booking) == 1


def test_a_form_sent_twice_lands_on_the_same_page(browser, market, address, app):
    """The same hold form and the same booking form take effect once each."""
    browser.log_in(market.buyer.member)
    page = browser.get(address, **work(market))
    fields = browser.form(page, f"{address}/holds", mode="time_slice")
    first, again = (browser.send(f"{address}/holds", fields) for _ in range(2))
    assert first.location == again.location
    assert count(app, Hold) == 1

    confirm = f"/holds/{first.location.rpartition('=')[2]}/book"
    fields = browser.form(browser.get(first.location), confirm, reference="A")
    first, again = (browser.send(confirm, fields) for _ in range(2))
    assert first.location == again.location and first.location.startswith("/bookings/")
    assert count(app, Booking) == 1


def test_a_form_without_its_key_is_refused(browser, market, address, app):
    """Without the hidden key nothing is held."""
    browser.log_in(market.buyer.member)
    fields = browser.form(browser.get(address, **work(market)), f"{address}/holds",
                          mode="time_slice")
    del fields["once"]
    assert browser.send(f"{address}/holds", fields).status_code == 400
    assert count(app, Hold) == 0


def test_taken_time_is_refused_with_the_nearest_free_starts(reader, market, address):
    """What is in the way is named by time, and the same machine's nearest gaps are offered."""
    create_claim(market.resource, market.start)
    reader.log_in(market.buyer.member)
    page = reader.get(address, **work(market))

    assert 'class="card refusal"' in page.text
    assert "10:00–11:00" in text_of(page)
    assert f'href="{address}?start=2026-03-03T11:00&amp;' in page.text
    assert f'href="{address}?start=2026-03-03T08:00&amp;' in page.text
    assert 'name="mode"' in page.text and "btn pri l" not in page.text


def test_a_slot_lost_between_reading_and_holding_is_a_409(browser, market, address, app):
    """Somebody else was quicker: 409, the reason, the nearest starts; nothing is held."""
    browser.log_in(market.buyer.member)
    fields = browser.form(browser.get(address, **work(market)), f"{address}/holds",
                          mode="time_slice")
    create_claim(market.resource, market.start)

    answer = browser.send(f"{address}/holds", fields)

    assert answer.status_code == 409
    assert 'class="card refusal"' in answer.text and "start=2026-03-03T11:00" in answer.text
    assert count(app, Hold) == 0


def test_a_raised_price_is_shown_and_nothing_is_held(browser, market, address, app):
    """The price the reader saw is the ceiling: a higher one is told and asked again."""
    browser.log_in(market.buyer.member)
    fields = browser.form(browser.get(address, **work(market)), f"{address}/holds",
                          mode="time_slice")
    with app.app_context(), transaction():
        row = db.session.get_one(ListingTerms, (market.listing.id, "time_slice"))
        row.terms = row.terms | {"rate_per_hour": "150.00"}

    answer = browser.send(f"{address}/holds", fields)

    assert answer.status_code == 409
    assert "刚才是 ¥240.00，现在是 ¥300.00" in text_of(answer)
    assert count(app, Hold) == 0
    again = browser.form(answer, f"{address}/holds", mode="time_slice")
    assert browser.send(f"{address}/holds", again).status_code == 303


def test_broken_rules_are_named_at_their_fields(reader, market, address):
    """A start off the step and a length below the minimum: two sentences, values kept."""
    reader.log_in(market.buyer.member)
    page = reader.get(address, start="2026-03-03T10:07", end="2026-03-03T10:37")
    assert page.text.count('aria-invalid="true"') >= 2
    assert 'value="2026-03-03T10:07"' in page.text


def test_a_hold_that_ran_out_says_so_and_offers_itself_again(reader, market, address, clock):
    """At zero the card turns over, and confirming it books nothing."""
    reader.log_in(market.buyer.member)
    at = hold(reader, address, market).location
    confirm = f"/holds/{at.rpartition('=')[2]}/book"
    fields = reader.form(reader.get(at), confirm)
    clock.move(minutes=10)

    late = reader.send(confirm, fields)

    assert (late.status_code, late.location) == (303, at)
    card = reader.get(at)
    assert confirm not in card.text
    assert f'href="{address}?start=2026-03-03T10:00' in card.text


def test_a_hold_is_its_company_s_own(browser, market, address):
    """A stranger finds neither the hold nor its booking form; a visitor is asked to log in."""
    browser.log_in(market.buyer.member)
    at = hold(browser, address, market).location
    browser.log_in(market.stranger.member)
    assert browser.get(at).status_code == 404
    browser.leave()
    assert browser.get(at).status_code in (302, 401)


@pytest.mark.parametrize(("role", "state"), [("viewer", "verified"), ("owner", "pending")])
def test_who_may_not_book_reads_why(reader, market, address, role, state):
    """A viewer and an unverified company see prices and a reason instead of the button."""
    reader.log_in(create_party(role, state=state).member)
    page = reader.get(address, **work(market))
    assert "¥240.00" in text_of(page)
    assert 'class="note warn"' in page.text and "btn pri l" not in page.text


def test_a_planner_holds_what_an_owner_confirms(browser, market, address):
    """A hold belongs to the company, not to the member who made it."""
    browser.log_in(join(market.buyer.company, "planner").member)
    at = hold(browser, address, market).location
    confirm = f"/holds/{at.rpartition('=')[2]}/book"
    browser.log_in(market.buyer.member)
    page = browser.get(at)
    booked = browser.send(confirm, browser.form(page, confirm)).location
    assert booked.startswith("/bookings/") and browser.get(at).location == booked


def test_a_withdrawn_listing_is_not_found(browser, market):
    """No page for what is not there."""
    assert browser.get("/listings/999999").status_code == 404


def test_the_number_of_statements_does_not_grow_with_what_is_taken(client, market, address,
                                                                   count_queries):
    """A page over an empty book and over a full one cost the same number of statements."""
    browser = Browser(client).log_in(market.buyer.member)
    asked = work(market)
    browser.get(address, **asked)
    with count_queries() as empty:
        browser.get(address, **asked)
    for day in range(8):
        create_claim(market.resource, shanghai(day, 13), 1)
        create_claim(market.resource, shanghai(day, 15), 2)
    with count_queries() as full:
        browser.get(address, **asked)
    assert len(empty) == len(full) <= 26


def test_other_quantities_are_compared_for_members(reader, market, address):
    """53 pieces take 193 whole minutes: ¥386.00 by time, ¥385.50 by piece; 52 cost ¥380, ¥382."""
    assert 'id="even-data"' not in reader.get(address, **work(market, end=None, pieces=100)).text
    reader.log_in(market.buyer.member)
    page = reader.get(address, **work(market, end=None, pieces=100))
    assert 'id="even-data"' in page.text
    said = ("1–52 件分时最省、53–250 件计件最省" if reader.lang == "zh"
            else "By time for 1–52, By piece for 53–250")
    assert said in text_of(page)


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_mode_s_lines_and_metrics_have_words(lang):
    """A line or metric that a mode can produce is named in both languages."""
    for name, terms in ALL_TERMS.items():
        lines = quote(name, terms | {"minimum": "99999.00"} if "minimum" in terms else terms,
                      Usage(60, 1, 10)).lines
        for line in lines:
            assert i18n.has(lang, f"offer_line.{line.code}.name")
            assert i18n.has(lang, f"offer_line.{line.code}.why")
    assert all(i18n.has(lang, f"metric.{metric}") for metric in METRICS)
