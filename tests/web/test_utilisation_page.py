"""The operator's page of utilisation, and its CSV."""

from __future__ import annotations

import csv
import io

import pytest

from marketplace.bookings import services
from marketplace.catalogue.services import Wish
from marketplace.web.use_view import wrapped
from tests.factories import place
from tests.factories.companies import create_party, join
from tests.factories.market import create_claim
from tests.factories.resources import create_capability, create_resource
from tests.web.conftest import CHINESE, text_of

PATHS = ("/utilisation", "/utilisation.csv")


def rows_of(answer) -> list[dict[str, str]]:
    """The CSV as rows."""
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def book(market, start, end):
    """The buyer books by the hour."""
    with place.context():
        services.book_wish(market.buyer.actor, Wish(market.listing.id, start, end, None,
                                                    "time_slice"))


def test_the_page_shows_figures_with_their_formulas(reader, market):
    """Two booked hours of 14 days of twelve: hours, share, formula, city and company."""
    book(market, market.start, market.end)
    page = reader.log_in(market.operator).get("/utilisation", period="next-14")
    words = text_of(page)
    assert page.status_code == 200
    assert "168" in words and "1.2 %" in words.replace("1.2%", "1.2 %")
    assert market.seller.company.name in words
    assert ("已订 ÷ 开放小时" if reader.lang == "zh" else "booked ÷ open hours") in words
    if reader.lang == "en":
        plain = words.replace(market.seller.company.name, "").replace(market.operator.name, "")
        assert set(CHINESE.findall(plain)) <= {"中文", market.operator.name[0]}


@pytest.mark.parametrize("period", ["back-7", "back-30", "back-62", "next-14", "nonsense"])
def test_every_period_answers_on_an_empty_market(reader, app, market, period):
    """No booking is a sentence, not an error; an unknown period is the default."""
    assert reader.log_in(market.operator).get("/utilisation", period=period).status_code == 200


def test_the_csv_has_every_dimension_once(browser, market):
    """Hours and shares by every dimension, the resource too, with the period."""
    book(market, market.start, market.end)
    answer = browser.log_in(market.operator).get("/utilisation.csv", period="next-14")
    assert "next-14" in answer.headers["Content-Disposition"]
    rows = rows_of(answer)
    total = next(row for row in rows if row["by"] == "total")
    assert (total["open_hours"], total["booked_hours"]) == ("168.00", "2.00")
    assert float(total["booked_share"]) == pytest.approx(2 / 168, abs=1e-6)
    assert {row["by"] for row in rows} == {"total", "city", "service", "top_type", "kind",
                                          "company", "resource", "mode"}
    mode = next(row for row in rows if row["by"] == "mode")
    assert (mode["key"], mode["booked_hours"], mode["open_hours"]) == ("time_slice", "2.00", "")


def test_a_company_name_is_no_formula_in_a_spreadsheet(browser, market):
    """A name that begins like a formula is exported as text."""
    create_resource(create_party(name="=1+1 机械厂").company)
    rows = rows_of(browser.log_in(market.operator).get("/utilisation.csv", period="next-14"))
    assert "'=1+1 机械厂" in {row["name"] for row in rows}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["owner", "planner", "finance", "viewer"])
def test_no_company_sees_it(browser, market, path, role):
    """Figures of other companies are the operator's alone."""
    member = join(market.seller.company, role).member
    answer = browser.log_in(member).get(path)
    assert answer.status_code == 403
    assert market.buyer.company.name not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_a_visitor_is_asked_to_log_in(browser, market, path):
    """Nobody reads it without a name."""
    assert browser.get(path).status_code in (302, 401)


def test_more_machines_cost_no_more_queries(browser, market, count_queries):
    """The number of statements does not grow with the market."""
    browser.log_in(market.operator)
    browser.get("/utilisation")
    with count_queries() as few:
        browser.get("/utilisation", period="next-14")
    for _ in range(5):
        resource = create_resource(create_party().company)
        create_capability(resource, "3.2.3")
        create_claim(resource, market.start, 2)
    with count_queries() as many:
        browser.get("/utilisation", period="next-14")
    assert len(few) == len(many) <= 40


@pytest.mark.parametrize(("name", "lines"), [
    ("Turning", "Turning"), ("车削", "车削"), ("车铣复合加工中心", "车铣复合\n加工中心"),
    ("Electrical discharge machining", "Electrical\ndischarge\nmachining")])
def test_heads_of_columns_are_short_lines(name, lines):
    """Long names break between their words, into three lines at most."""
    assert wrapped(name) == lines
