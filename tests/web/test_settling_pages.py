"""Pages by which two sides move a booking, answer proposals and settle a breakdown."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from marketplace.bookings import moves, services, steps
from marketplace.bookings.models import Booking, BookingFee
from marketplace.bookings.proposal_models import Proposal
from marketplace.bookings.proposals import Offered, counter, propose_move
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.money import Money
from marketplace.core.transaction import transaction
from tests.factories import place
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource, create_unavailability
from tests.web.conftest import CHINESE, text_of

HOUR = timedelta(hours=1)
AFTERNOON = "2026-03-03T15:00"   # of tomorrow, in Shandong


def book(market, hours: float = 0) -> int:
    """Two hours for 240 yuan, so many hours after tomorrow 10:00; returns the number."""
    start = market.start + hours * HOUR
    with place.context():
        return services.book_wish(market.buyer.actor, Wish(
            market.listing.id, start, start + 2 * HOUR, mode="time_slice")).id


def ask(market) -> int:
    """The same as a request."""
    with place.context(), transaction():
        db.session.get_one(Listing, market.listing.id).approval = True
    return book(market)


@pytest.mark.parametrize("action", ["move", "propose_move"])
def test_a_move_of_a_booking_that_changed_meanwhile_is_refused(reader, market, action):
    """The price and slot that were looked at are another booking's by now: nothing is done."""
    number = book(market)
    party = market.buyer if action == "move" else market.seller
    path = f"/bookings/{number}/{action}"
    reader.log_in(party.member)
    page = reader.get(path, start=AFTERNOON)
    fields = reader.form(page, path) if action == "propose_move" else post_fields(page)
    with place.context():
        moves.move(market.buyer.actor, number, moves.Target(start=market.start - HOUR))

    answer = reader.send(path, fields | {"start": AFTERNOON})

    assert answer.status_code == 412
    assert {"zh": "什么都没有做", "en": "nothing was done"}[reader.lang] in text_of(answer)
    assert (row(number).starts, row(number).version) == (market.start - HOUR, 2)


def post_fields(page) -> dict[str, str]:
    """The hidden fields of the form that moves; the one that looks goes to the same address."""
    found = re.search(r'<form[^>]*method="post".*?</form>', page.text.partition("<main")[2], re.S)
    assert found is not None
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', found[0]))


def row(number: int) -> Booking:
    """The booking as it stands now."""
    with place.context():
        found = db.session.get_one(Booking, number, populate_existing=True)
        db.session.expunge(found)
        return found


def english(page, market, *more: str) -> None:
    """No Chinese is left on an English page but names."""
    words = text_of(page)
    names = (market.resource.name, market.seller.company.name, market.buyer.company.name,
             market.seller.member.name, market.buyer.member.name, "厂区", "工业路 1 号", "王工",
             "中文", "成", *more)
    for name in sorted(names, key=len, reverse=True):
        words = words.replace(name, "")
    assert CHINESE.findall(words) == []


def post_form(page, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to an address."""
    form = re.findall(rf'<form[^>]*method="post" action="{action}".*?</form>', page.text, re.S)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def forged(page, action: str) -> dict[str, str]:
    """Fields that no page has shown, with the secret of this browser."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    return {"csrf_token": token[1], "once": "k" * 12, "to": action}


def test_a_firm_sees_price_and_fee_before_it_moves(reader, market, clock):
    """Choose, look, move: three hours later costs the same, one day before it costs nothing."""
    number = book(market)
    path = f"/bookings/{number}/move"
    reader.log_in(market.buyer.member)
    page = reader.get(path, start=AFTERNOON)
    assert page.status_code == 200
    assert "240.00" in text_of(page)
    if reader.lang == "en":
        english(page, market)

    fields = post_form(page, path)
    sent = reader.send(path, fields)

    assert (sent.status_code, sent.location) == (303, f"/bookings/{number}")
    assert row(number).starts == market.start + 5 * HOUR
    assert reader.send(path, fields).location == f"/bookings/{number}"   # sent twice: once
    assert row(number).version == 2


def test_a_late_move_names_its_fee(reader, market, clock):
    """23 hours before the start: 120 yuan, said before the deed (FIELD rank 5)."""
    number = book(market)
    clock.to(market.start - 23 * HOUR)

    page = reader.log_in(market.buyer.member).get(f"/bookings/{number}/move", start=AFTERNOON)

    assert "120.00" in text_of(page)


def test_a_taken_slot_offers_others_of_the_seller(reader, market):
    """The refusal says why and links to free slots; the old one is kept."""
    number = book(market)
    book(market, 4)
    spare = create_listing(create_resource(market.seller.company))
    reader.log_in(market.buyer.member)
    path = f"/bookings/{number}/move"
    fields = post_form(reader.get(path, start=AFTERNOON), path) | {"start": "2026-03-03T14:00"}

    refused = reader.send(path, fields)

    assert refused.status_code == 409
    assert f"listing_id={spare.id}" in refused.text or "2026-03-03T16" in refused.text
    assert row(number).starts == market.start


def test_what_is_no_time_is_said(reader, market):
    """A wrong time and an impossible one are named at the field or above the page."""
    number = book(market)
    reader.log_in(market.buyer.member)

    assert reader.get(f"/bookings/{number}/move", start="soon").status_code == 200
    page = reader.get(f"/bookings/{number}/move", start="2026-03-03T15:07")

    assert 'role="alert"' in page.text


def test_a_seller_makes_a_counter_offer_and_the_firm_accepts(reader, market):
    """The form writes a proposal; the firm finds it on its booking and accepts."""
    number = ask(market)
    path = f"/bookings/{number}/counter"
    reader.log_in(market.seller.member)
    page = reader.get(path)
    assert page.status_code == 200
    if reader.lang == "en":
        english(page, market)

    sent = reader.send(path, reader.form(page, path) | {"total": "200.00", "note": "ok"})
    assert sent.location == f"/bookings/{number}"
    reader.log_in(market.buyer.member)
    shown = reader.get(f"/bookings/{number}")
    assert "200.00" in text_of(shown)
    with place.context():
        made = db.session.query(Proposal).one().id
    accept = f"/proposals/{made}/accept"
    assert reader.send(accept, reader.form(shown, accept)).location == f"/bookings/{number}"

    assert (row(number).state, row(number).total) == ("confirmed", Money(20000))


@pytest.mark.parametrize("typed", [{"total": "240.00"}, {"total": "much"},
                                   {"start": "2026-03-03T23:00", "end": ""}, {}])
def test_a_wrong_counter_offer_comes_back_with_its_reason(reader, market, typed):
    """The same price, no number, closed time, nothing at all: 422 and what was typed."""
    number = ask(market)
    path = f"/bookings/{number}/counter"
    reader.log_in(market.seller.member)

    sent = reader.send(path, reader.form(reader.get(path), path) | {
        "start": "", "end": "", "total": "", "note": "hello"} | typed)

    assert sent.status_code == 422
    assert "hello" in sent.text


def test_a_breakdown_shows_what_it_hits_and_how_to_settle_it(reader, market):
    """On the machine's page: the booking, a free slot to propose, and cancelling."""
    number = book(market)
    create_unavailability(market.resource, market.start - HOUR, market.end + HOUR)
    reader.log_in(market.seller.member)

    page = reader.get(f"/machines/{market.resource.id}")

    links = re.findall(rf'href="(/bookings/{number}/[^"]+)"', page.text)
    assert f"/bookings/{number}/cancel" in links
    ways = [each for each in links if "start=" in each]
    assert ways
    offered = reader.get(ways[0].replace("&amp;", "&"))
    assert offered.status_code == 200
    form = reader.form(offered, f"/bookings/{number}/propose_move")
    start = re.search(r'name="start"[^>]*value="([^"]+)"', offered.text)
    sent = reader.send(f"/bookings/{number}/propose_move", form | {
        "start": start[1], "listing_id": market.listing.id, "end": "", "total": "", "note": ""})
    assert sent.status_code == 303
    again = reader.get(f"/machines/{market.resource.id}")
    assert not re.findall(rf'href="/bookings/{number}/cancel"', again.text)   # an answer is due
    if reader.lang == "en":
        english(again, market)


def test_the_machine_page_of_the_owner_who_does_not_operate_is_silent(reader, market):
    """Conflicts are the operating company's business."""
    lent = create_resource(market.buyer.company, operating_company_id=market.seller.company.id)

    assert reader.log_in(market.buyer.member).get(f"/machines/{lent.id}").status_code == 200


def test_a_firm_declines_and_a_seller_takes_back(reader, market):
    """Both buttons lead back to the booking, which stays where it is."""
    number = book(market)
    for who, name in ((market.buyer, "decline"), (market.seller, "withdraw")):
        with place.context():
            propose_move(market.seller.actor, number, Offered(start=market.start + 5 * HOUR))
            made = db.session.query(Proposal).filter_by(state="open").one().id
        path = f"/proposals/{made}/{name}"
        page = reader.log_in(who.member).get(f"/bookings/{number}")
        assert reader.send(path, reader.form(page, path)).status_code == 303
        if reader.lang == "en":
            english(reader.get(f"/bookings/{number}"), market)

    assert row(number).starts == market.start
    burn = f"/proposals/{made}/burn"
    assert reader.send(burn, forged(page, burn)).status_code == 404


def test_a_seller_waives_a_fee_on_the_page(reader, market, clock):
    """The reason is asked for; the form is gone afterwards, and a firm never has it."""
    number = book(market)
    clock.to(market.start - 2 * HOUR)
    with place.context():
        steps.cancel(market.buyer.actor, number)
        fee = db.session.query(BookingFee).one().id
    path = f"/bookings/{number}/fees/{fee}/waive"
    assert path not in reader.log_in(market.buyer.member).get(f"/bookings/{number}").text
    page = reader.log_in(market.seller.member).get(f"/bookings/{number}")

    assert reader.send(path, reader.form(page, path) | {"reason": "老客户"}).status_code == 303

    assert path not in reader.get(f"/bookings/{number}").text
    with place.context():
        assert db.session.get_one(BookingFee, fee).waived_for == "老客户"


def test_a_stranger_finds_none_of_these_pages(reader, market):
    """404, as for a booking that does not exist."""
    number = ask(market)
    with place.context():
        counter(market.seller.actor, number, Offered(total=Money(1)))
        made = db.session.query(Proposal).one().id
    reader.log_in(market.stranger.member)

    for path in (f"/bookings/{number}/move", f"/bookings/{number}/counter"):
        assert reader.get(path).status_code == 404
    accept = f"/proposals/{made}/accept"
    page = reader.get(f"/listings/{market.listing.id}")
    assert reader.send(accept, forged(page, accept)).status_code == 404
