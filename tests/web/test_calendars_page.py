"""The pages of calendars: addresses of one's own, foreign calendars of a machine."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from marketplace.calendars import sources
from marketplace.calendars.models import CalendarSource
from marketplace.capacity.models import Unavailability
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.calendars.files import event, file_of
from tests.factories.companies import join
from tests.factories.resources import create_resource
from tests.web.conftest import CHINESE, text_of

TIMES = ("DTSTART;TZID=Asia/Shanghai:20260303T100000", "DURATION:PT2H")
OURS = "/account/calendars"


def address_in(page) -> str:
    """The calendar address that a page shows."""
    found = re.search(r'value="(http[^"]+\.ics)"', page.text)
    return found[1] if found else ""


def test_an_address_is_made_shown_once_and_ended(reader, market):
    """The account page leads to calendars; a new address stands there once and works."""
    reader.log_in(market.buyer.member)
    assert OURS in reader.get("/account").text
    made = reader.send(OURS, reader.form(reader.get(OURS), OURS, scope="company"))
    address = address_in(made)
    later = reader.get(OURS)

    assert made.status_code == 200
    assert reader.client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert address not in later.text
    assert market.buyer.company.name in text_of(later)
    path = re.search(rf'action="({OURS}/\d+/revoke)"', later.text)[1]
    assert reader.send(path, reader.form(later, path)).status_code == 303
    assert reader.client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 404


def test_a_machine_has_to_be_named_when_one_is_meant(reader, market):
    """Choosing one machine without saying which is told at the field."""
    reader.log_in(market.seller.member)
    page = reader.get(OURS)

    wrong = reader.send(OURS, reader.form(page, OURS, scope="resource", resource_id=""))
    right = reader.send(OURS, reader.form(page, OURS, scope="resource",
                                          resource_id=str(market.resource.id)))

    assert wrong.status_code == 422
    assert 'id="f-resource_id-e"' in wrong.text
    assert address_in(right)


def machine_page(market) -> str:
    """The calendars of the market's machine."""
    return f"/machines/{market.resource.id}/calendars"


def upload(reader, market, data: bytes, name: str = "erp.ics"):
    """Send a file from the page."""
    path = machine_page(market) + "/file"
    fields = reader.form(reader.get(machine_page(market)), path, ics=(io.BytesIO(data), name))
    return reader.client.post(path, data=fields, content_type="multipart/form-data")


def test_a_file_is_taken_replaced_and_given_up(app, reader, market):
    """The machine page leads there; what the file says blocks the machine until it goes."""
    reader.log_in(market.seller.member)
    assert machine_page(market) in reader.get(f"/machines/{market.resource.id}").text

    assert upload(reader, market, file_of(event(*TIMES))).status_code == 303
    page = reader.get(machine_page(market))
    assert "erp.ics" in text_of(page)
    read = re.search(r'action="([^"]+/\d+)/read"', page.text)[1]
    newer = reader.form(page, read + "/read", ics=(io.BytesIO(file_of()), "b.ics"))
    done = reader.client.post(read + "/read", data=newer, content_type="multipart/form-data")
    assert done.status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Unavailability)).all() == []
    assert reader.send(read + "/remove", reader.form(page, read + "/remove")).status_code == 303
    assert "erp.ics" not in text_of(reader.get(machine_page(market)))


@pytest.mark.parametrize(("data", "place"), [
    (b"", ""), (b"\x00", "1"), (file_of(event(*TIMES), event("SUMMARY:night")), "9")])
def test_a_bad_file_is_told_at_its_field(reader, market, data, place):
    """422, the reason with its line in the reader's language, and nothing was added."""
    reader.log_in(market.seller.member)

    page = upload(reader, market, data)

    assert page.status_code == 422
    sentence = re.search(r'id="f-ics-e">.*?<span>(.*?)</span>', page.text)[1]
    assert place in sentence
    assert bool(CHINESE.search(sentence)) is (reader.lang == "zh")


def test_an_address_that_may_not_be_reached_is_told(reader, market):
    """A private address is refused at its field."""
    reader.log_in(market.seller.member)
    path = machine_page(market) + "/address"

    page = reader.send(path, reader.form(reader.get(machine_page(market)), path,
                                         url="http://192.168.1.7/machine.ics"))

    assert page.status_code == 422
    assert "192.168.1.7" in re.search(r'id="f-url-e">.*?<span>(.*?)</span>', page.text)[1]


def failed(app, market) -> None:
    """A calendar by address whose last look failed."""
    with app.app_context(), transaction():
        db.session.add(CalendarSource(
            resource_id=market.resource.id, name="ERP", state="failed", failures=1,
            url="https://erp.example/secret/token.ics", created_at=market.start,
            tried_at=market.start, next_at=market.end,
            error={"code": "calendar_status", "params": {"status": 503}}))


def test_why_a_calendar_could_not_be_read_stands_there(app, reader, market):
    """The kept reason in the reader's language; of the address the host alone is shown."""
    failed(app, market)
    reader.log_in(market.seller.member)

    page = reader.get(machine_page(market))

    assert "503" in text_of(page)
    assert "erp.example" in text_of(page)
    assert "secret" not in page.text


def test_who_may_not_change_sees_no_form(app, reader, market):
    """A viewer reads the list; a stranger finds no page."""
    failed(app, market)
    viewer = join(market.seller.company, "viewer")
    page = reader.log_in(viewer.member).get(machine_page(market))

    assert page.status_code == 200
    assert "/file" not in page.text
    assert "/remove" not in page.text
    assert reader.log_in(market.stranger.member).get(machine_page(market)).status_code == 404


def test_what_it_hits_is_said(app, reader, market):
    """A calendar over a booking is taken, and the page warns that somebody must be asked."""
    reader.client.post("/api/v1/bookings", json=market.wish(), headers={
        "Authorization": f"Bearer {market.buyer.token}", "Idempotency-Key": "k"})
    reader.log_in(market.seller.member)
    upload(reader, market, file_of(event(*TIMES)))

    assert "1" in text_of(reader.get(machine_page(market)))
    with app.app_context():
        assert len(db.session.scalars(select(Unavailability)).all()) == 1


def test_calendars_of_a_machine_are_few(app, reader, market):
    """The twenty-first is refused on the page."""
    other = create_resource(market.seller.company)
    with app.app_context(), transaction():
        db.session.add_all(CalendarSource(
            resource_id=each, name=f"{n}", created_at=market.start, next_at=market.end)
            for n in range(sources.MOST) for each in (market.resource.id, other.id))
    reader.log_in(market.seller.member)

    assert upload(reader, market, file_of()).status_code == 409
