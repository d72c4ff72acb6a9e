"""The booking desk: tabs of what waits, a button for every step, what it costs, what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.bookings import lifecycle, steps
from marketplace.bookings.changing import moment_of
from marketplace.bookings.models import Booking
from marketplace.catalogue.models import Listing
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.web.booking_desk import DEEDS, OWN_PAGE
from tests.factories import place
from tests.factories.companies import join
from tests.factories.market import create_claim
from tests.web.conftest import text_of
from tests.web.test_bookings_page import book


def rules(market, **values):
    """The seller sets rules of its listing."""
    with place.context(), transaction():
        row = db.session.get_one(Listing, market.listing.id)
        for name, value in values.items():
            setattr(row, name, value)


def state_of(number):
    """Where a booking is, by its row."""
    with place.context():
        return db.session.get_one(Booking, number).state


def put(number, state, **values):
    """Put a booking into a state, as if its steps had been made."""
    with place.context(), transaction():
        row = db.session.get_one(Booking, number)
        row.state = state
        for name, value in values.items():
            setattr(row, name, value)


def step(reader, number, action, **typed):
    """Open the question of a step and answer it; the page it leads to."""
    path = f"/bookings/{number}/{action}"
    page = reader.get(f"/bookings/{number}")
    assert f'href="{path}"' in page.text, f"no button for {action}"
    question = reader.get(path)
    assert question.status_code == 200
    answer = reader.send(path, reader.form(question, path, **typed))
    assert answer.status_code == 303, text_of(answer)
    return reader.get(answer.location)


STALE = {"zh": "所以什么都没有做", "en": "so nothing was done"}


@pytest.mark.parametrize("action", ["cancel", "check_in", "hand_over"])
def test_a_step_is_not_made_on_a_booking_that_changed_meanwhile(reader, market, clock, action):
    """The page was opened before somebody else's step: 412, the booking as it is, and no deed."""
    number, colleague = book(market), join(market.buyer.company, "owner")
    clock.to(market.start - timedelta(minutes=10))
    path = f"/bookings/{number}/{action}"
    typed = {"member_id": str(market.buyer.member.id)} if action == "hand_over" else {}
    fields = reader.log_in(market.buyer.member).form(reader.get(path), path, **typed)
    with place.context():
        steps.hand_over(market.buyer.actor, number, colleague.member.id)

    answer = reader.send(path, fields)

    assert (answer.status_code, state_of(number)) == (412, "confirmed")
    assert STALE[reader.lang] in text_of(answer)
    assert f'href="{path}"' in answer.text   # the same step, for the booking as it is now
    assert reader.send(path, fields | {"version": "x"}).status_code == 412


@pytest.mark.parametrize("late", [False, True])
def test_each_side_reads_who_pays_for_a_late_change(reader, market, clock, late):
    """The same note says "you" to the buyer, and to the seller that the buyer pays."""
    rules(market, free_hours=12, late_percent=50, check_in=True)
    number = book(market)
    clock.to(market.start - timedelta(hours=2 if late else 13))
    mine = text_of(reader.log_in(market.buyer.member).get(f"/bookings/{number}"))
    theirs = text_of(reader.log_in(market.seller.member).get(f"/bookings/{number}"))

    said = {"zh": ("你现在取消或改期", "用工方现在取消或改期"),
            "en": ("If you cancel or move now", "If the buyer cancels or moves now")}[reader.lang]
    free = {"zh": ("前取消或改期不付费", "供能方取消，不收费"),
            "en": ("you pay nothing", "If the provider cancels, nothing is due")}[reader.lang]
    for page, words in ((mine, (said if late else free)[0]), (theirs, (said if late else free)[1])):
        assert words in page
    assert {"zh": "你在", "en": "If you"}[reader.lang] not in theirs


def test_a_request_is_answered_from_the_waiting_tab(reader, market):
    """An approval listing: ask, find it under "needs an answer", accept; both read the clock."""
    rules(market, approval=True, reply_hours=6)
    number = book(market)
    asked = text_of(reader.log_in(market.buyer.member).get(f"/bookings/{number}"))
    assert ("待答复" if reader.lang == "zh" else "Asked for") in asked
    reader.log_in(market.seller.member)
    assert f'"/bookings/{number}"' in reader.get("/bookings", side="received",
                                                 when="waiting").text

    page = step(reader, number, "approve")

    assert state_of(number) == lifecycle.CONFIRMED
    assert ("接受请求" if reader.lang == "zh" else "Request accepted") in text_of(page)
    assert f'"/bookings/{number}"' not in reader.get("/bookings", side="received",
                                                     when="waiting").text


def test_declining_takes_a_reason_that_the_firm_reads(browser, market):
    """The reason stands in the history of both sides."""
    rules(market, approval=True)
    number = book(market)
    step(browser.log_in(market.seller.member), number, "decline", reason="这天要保养")
    assert "这天要保养" in text_of(browser.log_in(market.buyer.member).get(f"/bookings/{number}"))


def test_the_whole_way_from_check_in_to_a_closed_dispute(reader, market, clock):
    """Check in, start, deliver, dispute, close: each by its side, each with its words."""
    number = book(market)
    clock.to(market.start - timedelta(minutes=30))
    step(reader.log_in(market.buyer.member), number, "check_in")
    reader.log_in(market.seller.member)
    step(reader, number, "start")
    assert f'"/bookings/{number}"' in reader.get("/bookings", side="received",
                                                 when="running").text
    step(reader, number, "deliver")
    reader.log_in(market.buyer.member)
    assert f'"/bookings/{number}"' in reader.get("/bookings", when="waiting").text
    step(reader, number, "dispute", reason="H7 → H9")
    reader.log_in(market.operator)
    listed = reader.get("/disputes")
    assert "H7 → H9" in text_of(listed) and f'href="/bookings/{number}"' in listed.text

    page = step(reader, number, "resolve", reason="±0.02")

    assert state_of(number) == lifecycle.ACCEPTED
    assert "±0.02" in text_of(page)
    assert 'class="card empty"' in reader.get("/disputes").text


def test_a_step_without_its_reason_is_asked_again(browser, market, clock):
    """Breaking work off needs a reason: 422, the field named, nothing done."""
    number = book(market)
    put(number, lifecycle.RUNNING)
    browser.log_in(market.seller.member)
    path = f"/bookings/{number}/abort"
    answer = browser.send(path, browser.form(browser.get(path), path, reason=" "))
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert state_of(number) == lifecycle.RUNNING


def test_the_question_says_what_cancelling_costs_now(reader, market, clock):
    """Free until 24 hours before; half the price after; nothing when the seller cancels."""
    number = book(market, 48)
    reader.log_in(market.buyer.member)
    free = text_of(reader.get(f"/bookings/{number}/cancel"))
    assert ("现在不收费" if reader.lang == "zh" else "Costs nothing now") in free
    clock.to(market.start + timedelta(hours=47))
    assert "50%" in (late := text_of(reader.get(f"/bookings/{number}/cancel"))) and (
        "¥120.00" in late)
    reader.log_in(market.seller.member)
    assert "¥120.00" not in text_of(reader.get(f"/bookings/{number}/cancel"))

    page = text_of(step(reader.log_in(market.buyer.member), number, "cancel", reason="-"))

    assert ("临近取消，50%" if reader.lang == "zh" else "Late cancelling, 50%") in page
    assert page.count("¥120.00") >= 2   # the line of the fee, and the history


def test_a_colleague_takes_over(browser, market):
    """Only colleagues who may book are offered; alone, the page says whom to invite."""
    number = book(market)
    browser.log_in(market.buyer.member)
    assert "先邀请一位" in text_of(browser.get(f"/bookings/{number}/hand_over"))
    colleague = join(market.buyer.company, "planner")
    watcher = join(market.buyer.company, "viewer")
    question = browser.get(f"/bookings/{number}/hand_over").text
    assert colleague.member.name in question and f'value="{watcher.member.id}"' not in question

    step(browser, number, "hand_over", member_id=colleague.member.id)

    with place.context():
        assert db.session.get_one(Booking, number).member_id == colleague.member.id


def test_accepting_what_was_taken_meanwhile_offers_other_times(browser, market):
    """The slot of a request went: 409, the reason, what is free instead."""
    rules(market, approval=True)
    number = book(market)
    create_claim(market.resource, market.start, 2)
    browser.log_in(market.seller.member)
    path = f"/bookings/{number}/approve"
    answer = browser.send(path, browser.form(browser.get(path), path))
    assert answer.status_code == 409
    assert 'class="card refusal"' in answer.text and "start=2026-03-03T12:00" in answer.text
    assert state_of(number) == lifecycle.REQUESTED


@pytest.mark.parametrize("state", lifecycle.STATES)
def test_every_state_has_a_page_and_a_place_in_the_list(reader, market, state):
    """Badge, page and exactly one of the tabs for each of the twelve states."""
    number = book(market)
    put(number, state)
    for party, side in ((market.buyer, "made"), (market.seller, "received")):
        reader.log_in(party.member)
        assert reader.get(f"/bookings/{number}").status_code == 200
        found = [when for when in ("coming", "running", "past", "cancelled")
                 if f'"/bookings/{number}"' in reader.get("/bookings", side=side, when=when).text]
        assert len(found) == 1


@pytest.mark.parametrize("state", lifecycle.STATES)
def test_buttons_are_the_table(browser, market, state):
    """A page offers the steps that the table has for the reader's side now, and no other."""
    number = book(market)
    put(number, state)
    with place.context():
        moment = moment_of(db.session.get_one(Booking, number))
    for side, member in (("buyer", market.buyer.member), ("seller", market.seller.member),
                         ("operator", market.operator)):
        page = browser.log_in(member).get(f"/bookings/{number}").text
        shown = {action for action in DEEDS if f'href="/bookings/{number}/{action}"' in page}
        assert shown == set(lifecycle.actions(state, side, moment)) - set(OWN_PAGE), side


def test_a_held_slot_is_let_go(reader, market):
    """The booking card has a way back: the hold ends, its work stands in the form again."""
    address = f"/listings/{market.listing.id}"
    reader.log_in(market.buyer.member)
    page = reader.get(address, start="2026-03-03T10:00", end="2026-03-03T12:00")
    held = reader.send(f"{address}/holds",
                       reader.form(page, f"{address}/holds", mode="time_slice"))
    number = held.location.rpartition("hold=")[2]
    path = f"/holds/{number}/release"

    back = reader.send(path, reader.form(reader.get(held.location), path))

    assert back.status_code == 303 and "start=2026-03-03T10:00" in back.location
    again = reader.get(back.location)
    assert 'class="toast"' in again.text and "btn pri l" in again.text


def test_an_approval_listing_says_ask_and_until_when(reader, market):
    """Ask instead of book, with the seller's reply time, before and after holding."""
    rules(market, approval=True, reply_hours=6)
    address = f"/listings/{market.listing.id}"
    reader.log_in(market.buyer.member)
    page = reader.get(address, start="2026-03-03T10:00", end="2026-03-03T12:00")
    hours = "6 小时" if reader.lang == "zh" else "6 h"
    assert hours in text_of(page)
    held = reader.send(f"{address}/holds",
                       reader.form(page, f"{address}/holds", mode="time_slice"))
    card = reader.get(held.location)
    word = "提交请求" if reader.lang == "zh" else "Ask for it at ¥240.00"
    assert word in text_of(card) and hours in text_of(card)
    path = f"/holds/{held.location.rpartition('hold=')[2]}/book"
    number = reader.send(path, reader.form(card, path)).location.rpartition("/")[2]
    assert state_of(int(number)) == lifecycle.REQUESTED


def test_a_hold_that_is_over_shows_what_is_free_instead(browser, market, clock):
    """The ten minutes ran out and somebody else was quicker: the page offers other slots."""
    address = f"/listings/{market.listing.id}"
    browser.log_in(market.buyer.member)
    page = browser.get(address, start="2026-03-03T10:00", end="2026-03-03T12:00")
    held = browser.send(f"{address}/holds",
                        browser.form(page, f"{address}/holds", mode="time_slice"))
    clock.move(minutes=11)
    create_claim(market.resource, market.start, 2)
    over = browser.get(held.location)
    assert 'class="card refusal"' in over.text and "start=2026-03-03T12:00" in over.text


def test_a_no_show_is_noted_with_its_cost(browser, market, clock):
    """After the grace the seller notes it; the fee is a line that both sides read."""
    number = book(market)
    clock.to(market.start + timedelta(minutes=31))
    page = text_of(step(browser.log_in(market.seller.member), number, "no_show"))
    assert "未到场，100%" in page and "¥240.00" in page
    assert state_of(number) == lifecycle.NO_SHOW


def test_only_operators_read_disputes(browser, market):
    """A buyer and a seller are refused."""
    for party in (market.buyer, market.seller):
        assert browser.log_in(party.member).get("/disputes").status_code == 403
