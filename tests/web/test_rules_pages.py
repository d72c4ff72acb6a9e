"""The rules of a listing on screen: edited by the factory, read by the buyer before booking."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.bookings import services
from marketplace.bookings.qualification_models import Qualification
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.resources.models import Certificate
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.access import create_certificate, create_qualification, day_of, set_rules
from tests.factories.companies import join
from tests.factories.market import Market
from tests.web.conftest import CHINESE, Browser, text_of

RULES = {"quota_hours": 12, "quota_group": "mills", "prime_days": "12345", "prime_from": 540,
         "prime_until": 1080, "prime_minutes": 240, "qualification": "CNC-3",
         "certificate": "CNAS", "check_in": True}
TYPED = {"step": "30", "min_minutes": "60", "max_minutes": "600", "notice_minutes": "0",
         "horizon_days": "60", "show_company": "yes", "offer_time_slice": "yes",
         "time_slice.rate_per_hour": "120.00", "approval": "yes", "reply_hours": "8",
         "check_in": "yes", "grace_minutes": "15", "free_hours": "48", "late_percent": "30",
         "no_show_percent": "80", "accept_days": "5", "quota_hours": "12",
         "quota_group": "mills", "prime_day_1": "yes", "prime_day_3": "yes",
         "prime_from": "540", "prime_until": "1080", "prime_minutes": "", "qualification": "",
         "certificate": "CNAS"}


def stored(table: Any) -> list[Any]:
    """The rows of a table."""
    with place.context():
        rows = list(db.session.scalars(select(table)))
        db.session.expunge_all()
        return rows


def test_the_form_edits_every_rule(browser: Browser, market: Market):
    """What is typed is stored and shown again; a switch left out is off, an empty limit none."""
    path = f"/machines/{market.resource.id}/offer"
    browser.log_in(market.seller.member)

    saved = browser.send(path, browser.form(browser.get(path), path, **TYPED))

    assert saved.status_code == 303
    row = stored(Listing)[0]
    assert (row.approval, row.reply_hours, row.series, row.check_in) == (True, 8, False, True)
    assert (row.free_hours, row.late_percent, row.no_show_percent) == (48, 30, 80)
    assert (row.quota_hours, row.quota_group, row.last_day_free) == (12, "mills", False)
    assert (row.prime_days, row.prime_from, row.prime_until, row.prime_minutes) == (
        "13", 540, 1080, 0)
    page = browser.get(path).text
    assert 'name="prime_day_3" value="yes" checked' in page
    assert '<option value="540" selected>09:00' in page
    assert "没有有效的证书「CNAS」" in page   # nobody could book: the factory is told


def test_a_mistake_opens_what_was_folded(browser: Browser, market: Market):
    """A prime time that ends before it begins is named, and its group stands open."""
    path = f"/machines/{market.resource.id}/offer"
    page = browser.log_in(market.seller.member).get(path)

    refused = browser.send(path, browser.form(page, path, **TYPED | {
        "prime_from": "1080", "prime_until": "540", "late_percent": "101"}))

    assert refused.status_code == 422
    assert 'id="f-prime_until-e"' in refused.text and 'id="f-late_percent-e"' in refused.text
    assert refused.text.count('<details class="card fold" open>') == 2
    assert page.text.count('<details class="card fold" open>') == 0


def test_all_terms_stand_on_the_page_before_booking(reader: Browser, market: Market):
    """Who looks at a listing reads its rules and what cancelling costs, in plain sentences."""
    set_rules(market.listing.id, **RULES)

    said = text_of(reader.get(f"/listings/{market.listing.id}"))

    wanted = {
        "en": ("Cancelling or moving is free until 24 h before the start, then 50% of the price; "
               "waived when somebody else takes the slot.", "Check in within 30 min of the start",
               "Not coming costs 100% of the price.", "At most 12 h a company and week",
               "Prime time is Mon to Fri 09:00–18:00: at most 4 h a company and day.",
               "Who books needs the qualification “CNC-3”", "certificate “CNAS”",
               "within 7 days; silence is acceptance"),
        "zh": ("开工前 24 小时以外取消或改期不收费；之后收价格的 50%，时段又被别家订走就免收。",
               "开工后 30 分钟内要签到", "未到场收价格的 100%。", "每家企业每周最多 12 小时",
               "黄金时段周一至周五 09:00–18:00：每家企业每天最多 4 小时。", "上岗资格「CNC-3」",
               "证书「CNAS」", "交付后 7 天内验收")}[reader.lang]
    assert [each for each in wanted if each not in said] == []


def test_what_is_left_stands_beside_the_price(reader: Browser, market: Market):
    """A member sees what its company has left of quota and prime time (FIELD rank 9)."""
    set_rules(market.listing.id, quota_hours=12, prime_days="12345", prime_minutes=240)
    with place.context():
        services.book_wish(market.buyer.actor, Wish(
            market.listing.id, shanghai(2, 10), shanghai(2, 13), mode="time_slice"))

    path = f"/listings/{market.listing.id}"
    mine = text_of(reader.log_in(market.buyer.member).get(path))
    theirs = text_of(reader.log_in(market.stranger.member).get(path))
    nobodys = text_of(reader.leave().get(path))

    left = {"en": ("9 h left this week, 12 h next week", "1 h of prime time left on"),
            "zh": ("本周还剩 9 小时，下周还剩 12 小时", "的黄金时段还剩 1 小时")}[reader.lang]
    assert all(each in mine for each in left)
    whole = {"en": "12 h left this week", "zh": "本周还剩 12 小时"}[reader.lang]
    assert whole in theirs and left[1] not in theirs
    assert whole not in nobodys and left[0] not in nobodys


def test_who_lacks_the_qualification_is_told_before_booking(reader: Browser, market: Market):
    """The page says so beside the price, until the seller grants it."""
    set_rules(market.listing.id, qualification="CNC-3")
    path, lack = f"/listings/{market.listing.id}", {
        "en": "You do not have this seller’s qualification “CNC-3”",
        "zh": "你现在没有这家供能方的上岗资格「CNC-3」"}[reader.lang]

    before = text_of(reader.log_in(market.buyer.member).get(path))
    create_qualification(market.seller.company, market.buyer.member)

    assert lack in before and lack not in text_of(reader.get(path))


def test_the_booking_keeps_the_terms_it_was_made_under(reader: Browser, market: Market):
    """The seller doubles the fee: the page of the booking still says what was shown before."""
    with place.context():
        booking = services.book_wish(market.buyer.actor, Wish(
            market.listing.id, shanghai(2, 10), shanghai(2, 12), mode="time_slice")).id
    set_rules(market.listing.id, late_percent=100)

    said = text_of(reader.log_in(market.buyer.member).get(f"/bookings/{booking}"))

    assert ("then 50% of the price" if reader.lang == "en" else "收价格的 50%") in said


def test_the_factory_says_who_may_operate(browser: Browser, market: Market):
    """A person is granted a code by address and company; with another company's code nobody is."""
    path = "/machines/operators"
    browser.log_in(market.seller.member)
    typed = {"code": "CNC-3", "email": market.buyer.member.email,
             "credit_code": market.buyer.company.credit_code, "valid_until": "2026-03-31"}

    wrong = browser.send(path, browser.form(browser.get(path), path, **typed | {
        "credit_code": market.stranger.company.credit_code}))
    made = browser.send(path, browser.form(browser.get(path), path, **typed))
    page = browser.get(path)

    assert wrong.status_code == 422 and 'id="f-email-e"' in wrong.text
    assert made.status_code == 303
    row = stored(Qualification)[0]
    assert (row.member_id, row.valid_until) == (market.buyer.member.id, shanghai(30, 0))
    assert market.buyer.member.name in page.text and "3月31日" in text_of(page)
    revoke = f"{path}/{row.id}/revoke"
    assert browser.send(revoke, browser.form(page, revoke)).status_code == 303
    assert market.buyer.member.name not in browser.get(path).text


def test_whoever_booked_is_granted_from_the_booking(browser: Browser, market: Market):
    """The form that comes from a booking needs neither address nor company."""
    with place.context():
        booking = services.book_wish(market.buyer.actor, Wish(
            market.listing.id, shanghai(2, 10), shanghai(2, 12), mode="time_slice")).id
    path = "/machines/operators"
    link = f"{path}?booking_id={booking}"
    assert link in browser.log_in(market.seller.member).get(f"/bookings/{booking}").text
    page = browser.get(link)

    made = browser.send(path, browser.form(page, path, code="CNC-3"))

    assert made.status_code == 303
    assert stored(Qualification)[0].member_id == market.buyer.member.id


def test_certificates_are_noted_and_removed(browser: Browser, market: Market):
    """A certificate with a last day to come is stored; one that has expired is refused."""
    path = f"/machines/{market.resource.id}/certificates"
    browser.log_in(market.seller.member)
    typed = {"kind": "CNAS", "number": "L0001", "issuer": "CNAS", "valid_until": "2026-06-30"}

    wrong = browser.send(path, browser.form(browser.get(path), path, **typed | {
        "valid_until": "2026-03-01"}))
    browser.send(path, browser.form(browser.get(path), path, **typed))

    assert wrong.status_code == 422 and 'id="f-valid_until-e"' in wrong.text
    row = stored(Certificate)[0]
    assert (row.kind, row.lapses_at) == ("CNAS", shanghai(121, 0))
    remove = f"{path}/{row.id}/remove"
    browser.send(remove, browser.form(browser.get(path), remove))
    assert stored(Certificate) == []


@pytest.mark.parametrize("path", ["/machines/operators", "/machines/{}/certificates"])
def test_the_pages_speak_the_readers_language(reader: Browser, market: Market, path: str):
    """No word of the other language stands on a page; viewers read, strangers do not."""
    create_qualification(market.seller.company, market.buyer.member)
    create_certificate(market.resource, day_of(shanghai(30, 0)))
    page = reader.log_in(market.seller.member).get(path.format(market.resource.id))

    assert page.status_code == 200 and page.text.count("<h1") == 1
    if reader.lang == "en":
        names = " ".join((market.resource.name, market.seller.company.name, "成员 中文",
                          market.buyer.company.name))
        assert [part for part in CHINESE.findall(text_of(page)) if part not in names] == []
    viewer = reader.log_in(join(market.seller.company, "viewer").member).get(
        path.format(market.resource.id))
    assert "<form" not in viewer.text.partition("<main")[2] or viewer.status_code == 403
