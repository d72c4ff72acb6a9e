"""Bookings on both sides: the list, one booking, cancelling it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.bookings import services
from marketplace.catalogue.services import Wish
from tests.factories import place
from tests.web.conftest import CHINESE, text_of


def book(market, hours=0, reference=""):
    """The buyer books two hours, `hours` after tomorrow 10:00; returns the id."""
    shift = timedelta(hours=hours)
    with place.context():
        return services.book_wish(market.buyer.actor, Wish(
            market.listing.id, market.start + shift, market.end + shift, None, "time_slice"),
            reference=reference).id


def test_a_visitor_is_asked_to_log_in(browser):
    """Bookings are nobody else's business."""
    assert browser.get("/bookings").status_code in (302, 401)


def test_an_empty_list_says_what_will_be_here(reader, market):
    """One sentence and a way on, for each side and time."""
    reader.log_in(market.buyer.member)
    for side in ("made", "received"):
        for when in ("coming", "past", "cancelled"):
            page = reader.get("/bookings", side=side, when=when)
            assert page.status_code == 200 and 'class="card empty"' in page.text


def test_both_sides_list_it_under_their_own_tab(reader, market):
    """The buyer made it, the seller received it; each reads the other's name."""
    book(market, reference="RZ-1")
    made = text_of(reader.log_in(market.buyer.member).get("/bookings"))
    assert market.seller.company.name in made and "¥240.00" in made and "RZ-1" in made
    reader.log_in(market.seller.member)
    assert market.resource.name not in text_of(reader.get("/bookings"))
    received = text_of(reader.get("/bookings", side="received"))
    assert market.buyer.company.name in received and market.resource.name in received


def test_the_next_one_is_first_and_what_is_over_moves(browser, market, clock):
    """Coming bookings by start; one that has ended is past."""
    later, sooner = book(market, 24), book(market)
    page = browser.log_in(market.buyer.member).get("/bookings").text
    assert page.index(f'"/bookings/{sooner}"') < page.index(f'"/bookings/{later}"')

    clock.to(market.end)

    assert f'"/bookings/{sooner}"' not in browser.get("/bookings").text
    assert f'"/bookings/{sooner}"' in browser.get("/bookings", when="past").text


def test_a_booking_shows_lines_rules_address_and_both_parties(reader, market):
    """Both sides read the same contract: price with its rule, where, who to call."""
    number = book(market)
    for party in (market.buyer, market.seller):
        words = text_of(reader.log_in(party.member).get(f"/bookings/{number}"))
        hours = "2 小时" if reader.lang == "zh" else "2 h"
        assert f"{hours} × ¥120.00" in words and "¥240.00" in words
        assert "工业路 1 号" in words
        assert market.buyer.company.contact_email in words
        assert market.seller.company.contact_phone in words
        if reader.lang == "en":
            assert "Booking #" in words and "Machine hours" in words


@pytest.mark.parametrize("path", ["/bookings/{}", "/bookings/{}/cancel"])
def test_a_stranger_learns_nothing(browser, market, path):
    """A booking of others is not found, whatever is asked of it."""
    browser.log_in(market.stranger.member)
    assert browser.get(path.format(book(market))).status_code == 404
    assert browser.get(path.format(999999)).status_code == 404


def test_either_side_cancels_after_being_asked(reader, market):
    """The question says what it means; the answer frees the time and shows it cancelled."""
    for hours, party in ((0, market.buyer), (24, market.seller)):
        number = book(market, hours)
        reader.log_in(party.member)
        assert f'href="/bookings/{number}/cancel"' in reader.get(f"/bookings/{number}").text
        question = reader.get(f"/bookings/{number}/cancel")
        action = f"/bookings/{number}/cancel"
        answer = reader.send(action, reader.form(question, action))
        assert (answer.status_code, answer.location) == (303, f"/bookings/{number}")
        page = reader.get(f"/bookings/{number}").text
        assert 'class="toast"' in page and f'href="{action}"' not in page


def test_cancelling_twice_lands_on_the_same_page(browser, market):
    """The same form again is the same deed; a new one is refused."""
    number = book(market)
    browser.log_in(market.buyer.member)
    action = f"/bookings/{number}/cancel"
    fields = browser.form(browser.get(action), action)
    assert [browser.send(action, fields).status_code for _ in range(2)] == [303, 303]
    assert browser.send(action, fields | {"once": "another-key-1"}).status_code == 412


def test_actions_come_from_the_lifecycle(browser, market, clock):
    """After the start nothing may be cancelled: no button, and asking is refused."""
    number = book(market)
    clock.to(market.start)
    browser.log_in(market.buyer.member)
    assert "/cancel" not in browser.get(f"/bookings/{number}").text
    assert browser.get(f"/bookings/{number}/cancel").status_code == 409
    assert browser.get(f"/bookings/{number}/explode").status_code == 404


def test_a_held_slot_waits_above_the_list(browser, market):
    """A hold shows with its clock, and counts in the navigation, until it is booked."""
    with place.context():
        from marketplace.catalogue.services import quote
        wish = Wish(market.listing.id, market.start, market.end, None, "time_slice")
        hold = services.hold(market.buyer.actor, quote(market.buyer.actor, wish)[0].id).id
    page = browser.log_in(market.buyer.member).get("/bookings").text
    assert 'data-left="600"' in page and f"hold={hold}" in page
    assert 'class="count hot">1<' in page


def test_an_english_booking_has_only_names_in_chinese(client, market):
    """What is not a name or an address is English."""
    from tests.web.conftest import Browser
    browser = Browser(client, "en").log_in(market.buyer.member)
    words = text_of(browser.get(f"/bookings/{book(market)}"))
    for name in (market.resource.name, market.seller.company.name, market.buyer.company.name,
                 market.buyer.member.name, "工业路 1 号", "王工"):
        words = words.replace(name, "")
    allowed = {"中文", "厂区", market.buyer.member.name[0]}
    assert set(CHINESE.findall(words)) <= allowed


def test_the_number_of_statements_does_not_grow_with_the_list(browser, market, count_queries):
    """One booking and nine cost the same number of statements."""
    book(market)
    browser.log_in(market.buyer.member)
    with count_queries() as one:
        browser.get("/bookings")
    for day in range(1, 9):
        book(market, 24 * day)
    with count_queries() as nine:
        browser.get("/bookings")
    assert len(one) == len(nine) <= 8
