"""The inbox page, the dot of what is new, and the choice of ways."""

import re

import pytest

from marketplace.bookings.services import book_wish
from marketplace.catalogue.services import Wish
from marketplace.core import outbox
from marketplace.core.transaction import transaction
from marketplace.notifications import queries
from marketplace.notifications.news import News, tell
from marketplace.notifications.rules import EVENTS, Ways
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.companies import actor_for
from tests.web.conftest import text_of


def book(market):
    """The buyer books, and the worker tells the seller."""
    with place.context():
        row = book_wish(market.buyer.actor, Wish(
            market.listing.id, shanghai(1, 10), shanghai(1, 12), None, "time_slice"))
        outbox.carry_out()
        return row.id


def say(market, count):
    """The seller is told so many things."""
    with place.context(), transaction():
        for number in range(count):
            tell([market.seller.member.id], News("fee", {
                "say": "fee", "number": number, "fee": 100, "todo": ""}, "/bookings"))


def dots(page):
    """How many marks of new notices the shell shows."""
    return page.text.count('<span class="dot">')


def test_a_visitor_is_asked_to_log_in(browser):
    """An inbox is somebody's."""
    assert browser.get("/inbox").status_code == 302
    assert dots(browser.get("/search")) == 0


def test_an_empty_inbox_says_what_will_be_here(reader, market):
    """One sentence, and no mark of anything new."""
    page = reader.log_in(market.seller.member).get("/inbox")

    assert page.status_code == 200
    assert 'class="card empty"' in page.text
    assert dots(page) == 0


def test_a_notice_is_new_until_it_is_opened(reader, market):
    """Its line names who did what and when; the dot is on every page; opening it reads it."""
    number = book(market)
    page = reader.log_in(market.seller.member).get("/inbox")
    text = text_of(page)
    assert market.buyer.company.name in text and market.resource.name in text
    assert "10:00–12:00" in text and "¥240.00" in text
    assert dots(reader.get("/bookings")) == 1

    link = re.search(r'href="(/inbox/\d+)"', page.text)[1]
    opened = reader.get(link)

    assert (opened.status_code, opened.headers["Location"]) == (303, f"/bookings/{number}")
    assert dots(reader.get("/inbox")) == 0
    assert market.resource.name in text_of(reader.get("/inbox"))


def test_one_and_all_are_marked_as_read(browser, market):
    """A line's button takes one, the page's button the rest; read ones sink below new ones."""
    say(market, 3)
    page = browser.log_in(market.seller.member).get("/inbox")
    newest = re.search(r'action="(/inbox/\d+/read)"', page.text)[1]
    browser.send(newest, browser.form(page, newest))
    page = browser.get("/inbox")
    order = re.findall(r'href="/inbox/(\d+)"', page.text)
    assert order[-1] == newest.split("/")[2]

    browser.send("/inbox/read", browser.form(page, "/inbox/read"))

    assert dots(browser.get("/inbox")) == 0


def test_a_long_inbox_has_pages_of_the_wished_size(browser, market):
    """Twenty on a page, or fifty; every notice is on one of them."""
    say(market, 45)
    browser.log_in(market.seller.member)

    def on(**query):
        return re.findall(r'href="/inbox/(\d+)"', browser.get("/inbox", **query).text)

    pages = [on(page=number) for number in (1, 2, 3)]
    assert [len(each) for each in pages] == [20, 20, 5]
    assert len({each for page in pages for each in page}) == 45
    assert len(on(size=50)) == 45
    assert len(on(size=7, page="x")) == 20


def test_somebody_elses_notice_is_not_there(browser, market):
    """Its number leads nowhere, and marks nothing as read."""
    book(market)
    page = browser.log_in(market.seller.member).get("/inbox")
    link = re.search(r'href="(/inbox/\d+)"', page.text)[1]

    assert browser.log_in(market.buyer.member).get(link).status_code == 404
    with place.context():
        assert queries.unread(market.seller.actor) == 1


def test_ways_are_chosen_for_each_event(reader, market):
    """The page shows the defaults; what is unticked stays unticked."""
    reader.log_in(market.seller.member)
    page = reader.get("/account/notices")
    ticked = set(re.findall(r'name="([a-z_]+-(?:inbox|mail))" value="yes" checked', page.text))
    assert "made-mail" in ticked and "started-mail" not in ticked
    form = reader.form(page, "/account/notices") | {each: "yes" for each in ticked - {"made-mail"}}

    assert reader.send("/account/notices", form).status_code == 303

    with place.context():
        chosen = queries.choices_of(market.seller.actor)
    assert chosen["made"] == Ways(inbox=True, mail=False)
    assert {event for event in EVENTS if chosen[event] != EVENTS[event]} == {"made"}
    assert 'name="made-mail" value="yes" checked' not in reader.get("/account/notices").text
    assert "/account/notices" in reader.get("/account").text


def test_an_operator_chooses_what_operators_hear_of(reader, market):
    """Disputes alone stand on its page; saving them touches nothing else."""
    reader.log_in(market.operator)
    page = reader.get("/account/notices")
    boxes = re.findall(r'name="([a-z_]+-(?:inbox|mail))" value="yes" checked', page.text)
    assert boxes == ["disputed-inbox", "disputed-mail"]

    form = reader.form(page, "/account/notices") | {"disputed-inbox": "yes"}
    assert reader.send("/account/notices", form).status_code == 303

    with place.context():
        assert queries.choices_of(actor_for(market.operator)) == {"disputed": Ways(True, False)}
    assert "/account/notices" in reader.get("/account").text
    assert 'href="/disputes"' in reader.get("/inbox").text.partition("<main")[2]


@pytest.mark.parametrize("path", ["/bookings", "/inbox"])
def test_a_page_asks_once_how_much_is_new(browser, market, count_queries, path):
    """One statement on the index of what is unread, however much there is."""
    say(market, 30)
    browser.log_in(market.seller.member).get(path)

    with count_queries() as statements:
        browser.get(path)

    counts = [each for each in statements if "notice.read_at IS NULL" in each and "count" in each]
    assert len(counts) == 1
