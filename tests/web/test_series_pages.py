"""Pages of series: preview, book, fill again, cancel the rest (FIELD rank 8)."""

from __future__ import annotations

import re

from marketplace.bookings import services, steps
from marketplace.catalogue.models import Listing, ListingTerms
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories import place
from tests.web.conftest import CHINESE, TAGS, text_of

FORM = {"start": "2026-03-03T10:00", "end": "2026-03-03T12:00", "mode": "time_slice",
        "freq": "WEEKLY", "interval": "1", "count": "4"}


def preview(reader, market, **changes):
    """The form with its preview."""
    return reader.get(f"/listings/{market.listing.id}/series", **FORM | changes)


def block(market, day):
    """Somebody else books a part of it."""
    with place.context():
        return services.book_wish(market.stranger.actor, Wish(
            market.listing.id, shanghai(day, 11), shanghai(day, 13), mode="time_slice")).id


def book(reader, market, page, **typed):
    """Send the form of a preview."""
    return reader.send(f"/listings/{market.listing.id}/series", booking_form(page) | typed)


def booking_form(page):
    """The fields of the second form, which books what the first one asked."""
    found = re.search(r'<form method="post" action="/listings/\d+/series".*?</form>',
                      page.text, re.S)
    assert found
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))


def test_a_preview_shows_every_time_with_price_or_reason(reader, market):
    """Four Tuesdays, one taken: its reason, the others' price, the sum of three."""
    block(market, 8)
    reader.log_in(market.buyer.member)

    page = preview(reader, market)
    text = text_of(page)

    assert page.status_code == 200
    assert text.count("¥240.00") == 3 and "¥720.00" in text
    assert ("已被占用" if reader.lang == "zh" else "Taken") in text


def test_a_preview_is_booked_and_shown(reader, market):
    """Booked, the series page lists three bookings and the one that was skipped."""
    block(market, 8)
    reader.log_in(market.buyer.member)

    answer = book(reader, market, preview(reader, market), reference="WO-9")

    assert answer.status_code == 303
    page = reader.get(answer.location)
    assert len(re.findall(r'<a href="/bookings/\d+"', page.text)) == 3
    assert "WO-9" in text_of(page) and f"{answer.location}/refill" in page.text
    assert market.resource.name in text_of(reader.get("/series"))


def test_what_is_dearer_by_now_is_booked_when_one_agrees(reader, market):
    """The series says both prices; its button agrees to the new one, and books it."""
    taken = block(market, 8)
    reader.log_in(market.buyer.member)
    path = book(reader, market, preview(reader, market)).location
    with place.context(), transaction():
        steps.cancel(market.stranger.actor, taken)
        row = db.session.get_one(ListingTerms, (market.listing.id, "time_slice"))
        row.terms = row.terms | {"rate_per_hour": "150.00"}
    refill = f"{path}/refill"
    reader.send(refill, reader.form(reader.get(path), refill))
    page = reader.get(path)
    assert ("现价 ¥300.00，建系列时 ¥240.00" if reader.lang == "zh" else
            "Costs ¥300.00 by now, ¥240.00 when you made the series") in text_of(page)
    agree = page.text[page.text.index('name="max_each"') - 400:]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', agree))

    reader.send(refill, fields)

    page = reader.get(path)
    assert len(re.findall(r'<a href="/bookings/\d+"', page.text)) == 4
    assert "¥300.00" in text_of(page) and "max_each" not in page.text


def test_all_or_none_says_what_is_against_it(reader, market):
    """Asked for all: 409 with how many cannot be booked, and the form as it was."""
    block(market, 8)
    reader.log_in(market.buyer.member)

    answer = book(reader, market, preview(reader, market), all_or_none="yes")

    assert answer.status_code == 409
    assert ("4 次中有 1 次" if reader.lang == "zh" else "1 of 4") in text_of(answer)
    assert 'value="2026-03-03T10:00"' in answer.text


def test_the_rest_is_cancelled_after_a_question(reader, market, clock):
    """The question names bookings and cost; sent, the later ones are cancelled."""
    reader.log_in(market.buyer.member)
    url = book(reader, market, preview(reader, market)).location
    clock.to(shanghai(8, 0))
    ask = reader.get(f"{url}/cancel")
    assert "¥120.00" in text_of(ask)

    assert reader.send(f"{url}/cancel", reader.form(ask, f"{url}/cancel")).status_code == 303

    word = "已取消" if reader.lang == "zh" else "Cancelled"
    assert text_of(reader.get(url)).count(word) >= 3


def test_skipped_times_are_filled_by_a_button(reader, market):
    """The other's booking is gone: the button books that time."""
    theirs = block(market, 8)
    reader.log_in(market.buyer.member)
    url = book(reader, market, preview(reader, market)).location
    with place.context():
        steps.cancel(market.stranger.actor, theirs)

    page = reader.get(url)
    assert reader.send(f"{url}/refill", reader.form(page, f"{url}/refill")).status_code == 303

    assert len(re.findall(r'<a href="/bookings/\d+"', reader.get(url).text)) == 4


def test_wrong_inputs_are_named_where_they_are(reader, market):
    """300 times: a sentence at the field, and no preview."""
    reader.log_in(market.buyer.member)

    page = preview(reader, market, count="300")

    assert 'id="f-count-e"' in page.text and "¥240.00" not in text_of(page)


def test_chosen_days_are_followed(reader, market):
    """Tuesdays and Thursdays, four times: over two weeks; the first day need not be ticked."""
    reader.log_in(market.buyer.member)

    page = preview(reader, market, days="TH")

    rows = re.findall(r'<tr><td class="num">(.*?)</td>', page.text)
    assert len(rows) == 4
    assert ("3月12日" if reader.lang == "zh" else "12 Mar") in rows[3].replace(" ", " ")


def test_a_month_is_repeated_on_its_weekday(reader, market):
    """The first Tuesday of each month, in words on its page; a fifth weekday is the last."""
    with place.context(), transaction():
        db.session.get_one(Listing, market.listing.id).horizon_days = 120
    reader.log_in(market.buyer.member)

    page = preview(reader, market, freq="MONTHLY_DAY", count="3")
    rows = re.findall(r'<tr><td class="num">(.*?)</td>', page.text)
    days = ("3月3日", "4月7日", "5月5日") if reader.lang == "zh" else ("3 Mar", "7 Apr", "5 May")
    assert len(rows) == 3
    assert all(day in row.replace("\u2009", " ") for day, row in zip(days, rows, strict=True))

    shown = text_of(reader.get(book(reader, market, page).location))
    assert {"zh": "每月的第一个周二", "en": "Every month on the first Tue"}[reader.lang] in shown
    last = preview(reader, market, freq="MONTHLY_DAY", count="2", start="2026-03-31T10:00",
                   end="2026-03-31T12:00")
    assert ("4月28日" if reader.lang == "zh" else "28 Apr") in text_of(last)


def test_a_listing_without_series_says_so(reader, market):
    """The seller has said no: the page says it, without a form."""
    with place.context(), transaction():
        db.session.get_one(Listing, market.listing.id).series = False
    reader.log_in(market.buyer.member)

    page = preview(reader, market)

    assert page.status_code == 200 and 'name="freq"' not in page.text


def main_of(page, *names):
    """What stands in the main part, without names."""
    text = TAGS.sub(" ", page.text[page.text.index("<main"):page.text.index("</main>")])
    for name in names:
        text = text.replace(name, "")
    return text


def test_pages_are_in_the_readers_language(reader, market):
    """Empty list, form and preview hold no Chinese in English but names."""
    reader.log_in(market.buyer.member)

    found = [bool(CHINESE.search(main_of(page, market.resource.name)))
             for page in (reader.get("/series"), preview(reader, market))]

    assert found == [reader.lang == "zh"] * 2
