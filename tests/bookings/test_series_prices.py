"""What is filled into a series later costs no more than its firm has seen (FIELD rank 8)."""

from __future__ import annotations

import pytest

from marketplace.bookings.models import Booking
from marketplace.bookings.series_models import SeriesItem
from marketplace.catalogue.models import ListingTerms
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.access import set_rules


def made(api, market, **changes):
    """Four Tuesdays from tomorrow 10:00-12:00, at 240 yuan each."""
    answer = api.post("/series", market.wish(rrule="FREQ=WEEKLY;COUNT=4", **changes))
    assert answer.status_code == 201, answer.json
    return answer.json


def reprice(market, rate: str) -> None:
    """The seller asks for another price an hour from now on."""
    with place.context(), transaction():
        row = db.session.get_one(ListingTerms, (market.listing.id, "time_slice"))
        row.terms = row.terms | {"rate_per_hour": rate}


def refilled(api, series, amount: str = ""):
    """The series after its skipped times were tried again."""
    body = {"max_each": {"amount": amount, "currency": "CNY"}} if amount else {}
    answer = api.post(f"/series/{series['id']}/refill", body)
    assert answer.status_code == 200, answer.json
    return answer.json


def told(series):
    """Reason, price then and price now of each time."""
    return [(each["reason"], *(each[name] and each[name]["amount"]
                               for name in ("price_seen", "price_now")))
            for each in series["items"]]


def totals() -> list[int]:
    """What the bookings cost, in fen."""
    with place.context():
        return [row.total.minor for row in db.session.query(Booking).order_by(Booking.id)]


@pytest.fixture
def skipped(api, market):
    """A series whose second time was taken when it was made, and got free after it."""
    theirs = api.as_(market.stranger.token).post("/bookings", market.wish(
        start=shanghai(8, 10), end=shanghai(8, 12))).json["id"]
    found = made(api, market)
    api.as_(market.stranger.token).post(f"/bookings/{theirs}/cancel")
    return found


def test_what_costs_more_by_now_is_not_booked(api, market, skipped):
    """Made at 240, tried again at 300: skipped as dearer, with both prices."""
    assert told(skipped)[1] == ("slot_taken", "240.00", None)
    reprice(market, "150.00")

    again = refilled(api, skipped)

    assert told(again)[1] == ("dearer", "240.00", "300.00")
    assert again["booked"] == 3
    assert 30000 not in totals()


def test_what_is_agreed_to_is_booked(api, market, skipped):
    """299.99 is not enough, 300 is; the price of then stays written."""
    reprice(market, "150.00")
    assert refilled(api, skipped, "299.99")["booked"] == 3

    again = refilled(api, skipped, "300.00")

    assert (again["booked"], told(again)[1]) == (4, ("", "240.00", None))
    assert totals()[-1] == 30000


def test_what_costs_less_is_booked_at_less(api, market, skipped):
    """A ceiling is no price: the seller asks for 200 by now, and whoever agrees to less pays it."""
    reprice(market, "100.00")

    assert refilled(api, skipped, "1.00")["booked"] == 4
    assert totals()[-1] == 20000


def test_a_price_that_went_up_and_down_again_is_forgotten(api, market, skipped):
    """Dearer once, then at the old price: booked, and nothing is said of the price between."""
    reprice(market, "150.00")
    refilled(api, skipped)
    reprice(market, "120.00")

    assert told(refilled(api, skipped))[1] == ("", "240.00", None)


def test_a_time_without_a_price_keeps_to_the_dearest_of_the_others(api, market, clock):
    """Beyond the horizon nothing was priced: at 240 it is filled, at 300 it is not."""
    set_rules(market.listing.id, horizon_days=15)
    found = made(api, market)
    assert told(found)[2] == ("horizon", None, None)
    clock.move(days=7)
    reprice(market, "150.00")
    assert told(refilled(api, found))[2] == ("dearer", None, "300.00")
    reprice(market, "120.00")

    assert refilled(api, found)["booked"] == 3


def test_a_measured_price_is_held_to_its_most(api, market):
    """Where the price depends on what is measured, the most that it can cost is what counts."""
    found = made(api, market, end=None, pieces=24, mode="value")

    with place.context():
        items = db.session.query(SeriesItem).filter_by(series_id=found["id"]).all()
        bookings = {row.id: row for row in db.session.query(Booking)}
        assert [each.price_seen for each in items] == [
            bookings[each.booking_id].total_max for each in items]
