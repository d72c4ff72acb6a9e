"""The printable confirmation: one sheet for both sides, the same bytes for the same version."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from sqlalchemy import select, update

from marketplace.accounts.models import Company
from marketplace.bookings import paper, steps
from marketplace.bookings.models import Booking
from marketplace.bookings.paper_models import BookingPaper
from marketplace.bookings.services import book_wish
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.resources.models import Resource, Site
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.companies import join
from tests.web.conftest import Browser, text_of


@pytest.fixture
def number(market):
    """A booking of tomorrow 10:00-12:00 with the buyer's work-order number."""
    with place.context():
        return book_wish(market.buyer.actor, Wish(
            market.listing.id, shanghai(1, 10), shanghai(1, 12), None, "time_slice"),
            reference="GD-2026-7").id


def read(app, member, number, lang="zh", path="confirmation", **headers):
    """The sheet as a member's browser gets it."""
    browser = Browser(app.test_client(), lang).log_in(member)
    return browser.client.get(f"/bookings/{number}/{path}", headers=headers)


def test_both_sides_get_the_same_bytes(app, market, number, clock):
    """Buyer, seller, a colleague and the operator; in zh and in en; today and next year; read or
    saved: one sheet, byte for byte."""
    colleague = join(market.seller.company, "viewer").member
    sheets = set()
    for year in (0, 365):
        clock.move(days=year)
        for member in (market.buyer.member, market.seller.member, colleague, market.operator):
            for lang in ("zh", "en"):
                for path in ("confirmation", "confirmation.html"):
                    answer = read(app, member, number, lang, path)
                    assert answer.status_code == 200
                    sheets.add(answer.data)

    assert len(sheets) == 1


def test_the_sheet_says_all_of_the_contract(app, market, number):
    """Parties with credit codes, work, place, window by both clocks, lanes, lines with their
    rules, total, terms, state and version, each in both languages."""
    text = text_of(read(app, market.buyer.member, number))

    for party in (market.buyer.company, market.seller.company):
        assert party.name in text and party.credit_code in text
    for fact in (market.resource.name, market.resource.code, "GD-2026-7", f"#{number}",
                 "2026-03-03 10:00 UTC+08:00 – 2026-03-03 12:00 UTC+08:00",
                 "2026-03-03 02:00 UTC – 2026-03-03 04:00 UTC", "Asia/Shanghai", "¥240.00",
                 "已确认", "Confirmed", "用工方", "Buyer", "供能方", "Provider", "50%", "7 days",
                 "7 天", "济南", "Jinan"):
        assert fact in text, fact
    assert "2 小时" in text and "2 h" in text


def test_a_renamed_party_does_not_change_what_was_printed(app, market, number):
    """The facts of a version are kept when they are first read; the next version has the new."""
    before = read(app, market.buyer.member, number).data
    with place.context(), transaction():
        db.session.execute(update(Company).values(name="改名后的企业"))
        db.session.execute(update(Resource).values(name="改名后的机床"))
        db.session.execute(update(Site).values(address="新路 1 号"))
    assert read(app, market.seller.member, number).data == before

    with place.context():
        steps.hand_over(market.buyer.actor, number,
                        join(market.buyer.company, "planner").member.id)

    assert "改名后的企业" in text_of(read(app, market.seller.member, number))


def test_a_change_is_a_new_version_with_its_fee(app, market, number, clock):
    """A late cancelling raises the version, names the state and what it costs; bytes differ."""
    before = read(app, market.buyer.member, number)
    clock.to(market.start)
    clock.move(hours=-2)
    with place.context():
        steps.cancel(market.buyer.actor, number)

    after = read(app, market.buyer.member, number)

    text = text_of(after)
    assert after.data == read(app, market.seller.member, number).data != before.data
    assert after.headers["ETag"] != before.headers["ETag"]
    assert "已取消" in text and "¥120.00" in text and "Late cancelling" in text
    with place.context():
        kept = db.session.scalars(select(BookingPaper.version).order_by(BookingPaper.version))
        assert list(kept) == [1, 2]


def test_a_waived_fee_is_a_new_version(app, market, number, clock):
    """The slot is sold again: the sheet of who cancelled late says that the fee is waived."""
    clock.to(market.start)
    clock.move(hours=-2)
    with place.context():
        steps.cancel(market.buyer.actor, number)
    due = read(app, market.buyer.member, number)
    with place.context():
        book_wish(market.stranger.actor, Wish(
            market.listing.id, shanghai(1, 10), shanghai(1, 12), None, "time_slice"))

    waived = read(app, market.buyer.member, number)

    assert "应付" in text_of(due) and "免收" not in text_of(due).replace("免收。", "")
    assert "免收 waived" in text_of(waived)


def test_an_unchanged_sheet_is_not_sent_again(app, market, number):
    """The ETag comes from the content alone: the other side's browser is told 304 by it."""
    tag = read(app, market.buyer.member, number).headers["ETag"]

    again = read(app, market.seller.member, number, "en", **{"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


def test_nothing_but_its_own_style_may_be_loaded(app, market, number):
    """No script, no picture, no address: the policy names the hash of the one style in it."""
    answer = read(app, market.buyer.member, number)
    style = re.search(r"<style>(.*?)</style>", answer.text, re.S)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()

    assert answer.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'")
    assert not re.search(r"<(script|img|link|form|a) |style=|nonce|csrf", answer.text)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "inline" in answer.headers["Content-Disposition"]
    saved = read(app, market.buyer.member, number, path="confirmation.html")
    assert saved.headers["Content-Disposition"] == (
        f'attachment; filename="gongfang-{number}-v1.html"')


def test_names_are_text_and_never_markup(app, market, number):
    """A company called like a script stays a name on paper."""
    with place.context(), transaction():
        db.session.execute(update(Company).values(name="<script>alert(1)</script>"))

    assert "<script" not in read(app, market.buyer.member, number).text


def test_strangers_and_visitors_get_nothing(app, market, number):
    """Another company is told 404, nobody is asked to log in, an unknown number is 404."""
    assert read(app, market.stranger.member, number).status_code == 404
    assert read(app, market.buyer.member, number + 999).status_code == 404
    assert app.test_client().get(f"/bookings/{number}/confirmation").status_code == 302


def test_no_person_is_kept_on_paper(inside, market, number):
    """The facts name companies and places; neither the member nor a contact is in them."""
    facts = str(paper.of(market.seller.actor, number))

    booking = db.session.get_one(Booking, number)
    assert booking.member_id == market.buyer.member.id
    for word in (market.buyer.member.name, market.buyer.company.contact_name,
                 market.buyer.company.contact_email):
        assert word not in facts
