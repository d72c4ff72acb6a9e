"""Waiting for a slot from its page, and the page of the lines (FIELD rank 4)."""

from __future__ import annotations

from marketplace.bookings import services, steps, waitlist
from marketplace.catalogue.services import Wish
from marketplace.core import outbox
from tests.factories import place
from tests.web.conftest import CHINESE, TAGS, text_of


def wish(market) -> Wish:
    """Tomorrow 10:00-12:00 by the hour."""
    return Wish(market.listing.id, market.start, market.end, mode="time_slice")


def taken(market) -> int:
    """The stranger books it."""
    with place.context():
        return services.book_wish(market.stranger.actor, wish(market)).id


def typed(market) -> dict[str, str]:
    """The work as the page's form sends it."""
    return {"start": "2026-03-03T10:00", "end": "2026-03-03T12:00"}


def join(reader, market):
    """Send the form that a taken slot shows."""
    page = reader.get(f"/listings/{market.listing.id}", **typed(market))
    action = f"/listings/{market.listing.id}/waitlist"
    return reader.send(action, reader.form(page, action, mode="time_slice"))


def test_a_taken_slot_lets_one_stand_in_line(reader, market):
    """The page of a taken slot has the form; sent, the line shows place, machine and price mode."""
    taken(market)
    reader.log_in(market.buyer.member)

    answer = join(reader, market)

    assert (answer.status_code, answer.location) == (303, "/waitlist")
    page = reader.get("/waitlist")
    text = text_of(page)
    assert market.resource.name in text
    assert ("排第 1 位" if reader.lang == "zh" else "No. 1 in line") in text
    if reader.lang == "en":
        main = TAGS.sub(" ", page.text[page.text.index("<main"):page.text.index("</main>")])
        assert CHINESE.findall(main.replace(market.resource.name, "")) == []


def test_a_free_slot_has_no_line(reader, market):
    """Where nothing is in the way there is no form to wait."""
    reader.log_in(market.buyer.member)

    page = reader.get(f"/listings/{market.listing.id}", **typed(market))

    assert f"/listings/{market.listing.id}/waitlist" not in page.text


def test_a_slot_that_got_free_meanwhile_is_shown(reader, market):
    """Freed before the form is sent: back to its page, to book it."""
    booking = taken(market)
    reader.log_in(market.buyer.member)
    page = reader.get(f"/listings/{market.listing.id}", **typed(market))
    with place.context():
        steps.cancel(market.stranger.actor, booking)
    action = f"/listings/{market.listing.id}/waitlist"

    answer = reader.send(action, reader.form(page, action, mode="time_slice"))

    assert answer.status_code == 303 and answer.location.startswith(
        f"/listings/{market.listing.id}?")


def test_who_waits_already_is_shown_what_is_free_instead(reader, market):
    """Sent once more: back to the page of the slot, which says so and offers later ones."""
    taken(market)
    reader.log_in(market.buyer.member)
    join(reader, market)
    answer = join(reader, market)

    assert (answer.status_code, answer.location.partition("?")[0]) == (
        303, f"/listings/{market.listing.id}")
    page = reader.get(answer.location.partition("#")[0])
    text = text_of(page)
    assert ("你已经在候补" if reader.lang == "zh" else "You wait for this already") in text
    assert "start=2026-03-03T12" in page.text


def test_an_offer_leads_to_its_hold(reader, market):
    """When it is one's turn the page links to the hold, which is booked like any."""
    booking = taken(market)
    reader.log_in(market.buyer.member)
    join(reader, market)
    with place.context():
        steps.cancel(market.stranger.actor, booking)
        outbox.carry_out()

    page = reader.get("/waitlist")

    assert f"/listings/{market.listing.id}?hold=" in page.text
    assert ("轮到你了" if reader.lang == "zh" else "Your turn") in text_of(page)


def test_one_leaves_by_a_button(reader, market):
    """Left, the entry stays in the list without a button."""
    taken(market)
    reader.log_in(market.buyer.member)
    join(reader, market)
    page = reader.get("/waitlist")
    with place.context():
        entry = next(waitlist.waitlist_queries.line(market.resource.id))[0].id
    action = f"/waitlist/{entry}/leave"

    assert reader.send(action, reader.form(page, action)).status_code == 303

    assert action not in reader.get("/waitlist").text


def test_the_seller_reads_who_waits(reader, market):
    """Machine, count, hours and names."""
    taken(market)
    with place.context():
        waitlist.join(market.buyer.actor, wish(market))
    reader.log_in(market.seller.member)

    text = text_of(reader.get("/waitlist"))

    assert market.buyer.company.name in text and market.resource.name in text


def test_a_visitor_is_asked_to_log_in(browser):
    """The line is nobody else's business."""
    assert browser.get("/waitlist").status_code == 302
