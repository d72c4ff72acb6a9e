"""Files on the pages of bookings and jobs: attach, fetch, take away, see who fetched."""

import io
import re

import pytest

from marketplace.bookings.models import Booking
from marketplace.bookings.services import book_wish
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.files import attachments
from marketplace.jobs.models import Operation
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.jobs import create_job
from tests.files.drawings import HTML, PDF, STEP, SVG
from tests.web.conftest import text_of


@pytest.fixture
def number(market):
    """A booking of the buyer."""
    with place.context():
        return book_wish(market.buyer.actor, Wish(
            market.listing.id, shanghai(1, 10), shanghai(1, 12), None, "time_slice")).id


def upload(browser, path, data=STEP, name="零件.stp"):
    """Send the page's form with a file."""
    page = browser.get(path)
    form = browser.form(page, f"{path}/files")
    return browser.client.post(f"{path}/files", data=form | {"file": (io.BytesIO(data), name)},
                               content_type="multipart/form-data", follow_redirects=True)


def fetch(browser, path):
    """Fetch a file whole."""
    return browser.client.get(path, buffered=True)


def first_file(page):
    """The address of the first file on a page."""
    return re.search(r'href="(/files/\d+)"', page.text)[1]


def test_a_drawing_goes_from_one_side_to_the_other(reader, market, number):
    """The buyer attaches it, the seller fetches it as a download and nothing else, the buyer sees
    who did."""
    path = f"/bookings/{number}"
    page = upload(reader.log_in(market.buyer.member), path)
    assert "零件.step" in text_of(page)

    page = reader.log_in(market.seller.member).get(path)
    answer = fetch(reader, first_file(page))

    assert answer.data == STEP
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"action=\"{first_file(page)}/remove\"" not in page.text
    page = reader.log_in(market.buyer.member).get(path)
    log = page.text[page.text.index("<details><summary>"):]
    assert market.seller.member.name in log and market.seller.company.name in log


@pytest.mark.parametrize(("data", "name"), [
    (HTML, "zeichnung.pdf"), (SVG, "teil.png"), (b"", "leer.pdf"), (PDF + b"<html>", "x.pdf")])
def test_what_is_not_taken_is_told_on_the_page(reader, market, number, data, name):
    """A page called .pdf, a picture with script, nothing at all: refused with the reason."""
    page = upload(reader.log_in(market.buyer.member), f"/bookings/{number}", data, name)

    assert page.status_code == 200
    assert 'class="note bad" role="alert"' in page.text
    assert "/files/1" not in page.text


def test_no_file_chosen_is_told(browser, market, number):
    """The button alone says what is missing."""
    path = f"/bookings/{number}"
    page = browser.log_in(market.buyer.member).get(path)
    answer = browser.client.post(f"{path}/files", data=browser.form(page, f"{path}/files"),
                                 content_type="multipart/form-data", follow_redirects=True)

    assert 'role="alert"' in answer.text


def test_more_than_a_request_may_have_is_refused(browser, market, number):
    """21 MB are refused before they are stored."""
    head = (b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
            b"\r\n")
    answer = browser.log_in(market.buyer.member).client.post(
        f"/bookings/{number}/files", data=head + b"x" * 21 * 2**20 + b"\r\n--edge--\r\n",
        content_type="multipart/form-data; boundary=edge")

    assert answer.status_code == 413
    with place.context():
        assert attachments.listed(market.buyer.actor, "booking", number) == []


def test_a_file_is_taken_away_from_its_page(browser, market, number):
    """The owner's button; then it is gone, and the log says so."""
    path = f"/bookings/{number}"
    page = upload(browser.log_in(market.buyer.member), path)
    file = first_file(page)
    fetch(browser.log_in(market.seller.member), file)
    page = browser.log_in(market.buyer.member).get(path)

    answer = browser.send(f"{file}/remove", browser.form(page, f"{file}/remove"))

    assert answer.headers["Location"] == f"{path}#files"
    page = browser.get(path)
    assert f'href="{file}"' not in page.text
    assert "已撤下" in text_of(page)
    assert browser.get(file).status_code == 404


def test_a_job_s_drawings_stand_on_the_seller_s_booking(reader, market, number):
    """The seller of a booking made for the job finds them on its booking page."""
    with place.context(), transaction():
        job = create_job(market.buyer.actor)
        operation = db.session.query(Operation).filter_by(job_id=job.id).first()
        db.session.get_one(Booking, number).operation_id = operation.id
    upload(reader.log_in(market.buyer.member), f"/jobs/{job.id}")

    page = reader.log_in(market.seller.member).get(f"/bookings/{number}")

    assert fetch(reader, first_file(page)).data == STEP
    assert f'action="/jobs/{job.id}/files"' not in page.text
    assert f'action="/bookings/{number}/files"' in page.text


def test_names_stay_text_in_pages_and_headers(browser, market, number):
    """Quotes, line breaks and markup in a name break neither the page nor the header."""
    with place.context():
        attachments.attach(market.buyer.actor, "booking", number,
                           '"><script>x<b>\r\nSet-Cookie: a=b.stp', io.BytesIO(STEP))
    page = browser.log_in(market.buyer.member).get(f"/bookings/{number}")

    assert "<script>x" not in page.text
    answer = fetch(browser, first_file(page))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "\n" not in answer.headers["Content-Disposition"]


def test_the_booking_leads_to_its_confirmation(browser, market, number):
    """To read, and to save."""
    page = browser.log_in(market.seller.member).get(f"/bookings/{number}")

    assert f'href="/bookings/{number}/confirmation"' in page.text
    assert f'href="/bookings/{number}/confirmation.html"' in page.text
