"""Days that are not 24 hours, days that the state moves, days that only some years have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from marketplace import verify
from marketplace.bookings import services as bookings
from marketplace.capacity.errors import SlotTaken
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.money import Money
from marketplace.resources import holidays
from marketplace.resources.models import OpeningInterval
from tests.api import Api
from tests.factories.companies import Party, create_party
from tests.factories.listings import PIECE, TIME_SLICE, create_listing
from tests.factories.resources import ALWAYS, create_resource, create_site

RATE = 12_000   # fen an hour


@dataclass(frozen=True)
class Abroad:
    """A zone, the days its clocks change, the hour that is missing and the one that is doubled."""

    zone: str
    spring: date
    missing: int
    autumn: date
    doubled: int

    def at(self, day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
        """A reading of the clock on the wall; `fold` 1 is the second time it is shown."""
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(self.zone),
                        fold=fold).astimezone(UTC)

    def wish(self, listing: int, start: datetime, hours: float) -> Wish:
        """Work of so many hours of real time."""
        return Wish(listing, start, start + timedelta(hours=hours), mode="time_slice")


BERLIN = Abroad("Europe/Berlin", date(2026, 3, 29), 2, date(2026, 10, 25), 2)
NEW_YORK = Abroad("America/New_York", date(2026, 3, 8), 2, date(2026, 11, 1), 1)
everywhere = pytest.mark.parametrize("place", (BERLIN, NEW_YORK), ids=("berlin", "new_york"))


def machine(zone: str, hours, holidays_kept: bool = False, **listing):
    """The number of a listing on a machine at a site in a zone, and who wants to book it."""
    seller = create_party()
    site = create_site(seller.company, zone=zone)
    resource = create_resource(seller.company, hours, site=site, holidays=holidays_kept)
    terms = {"time_slice": TIME_SLICE, "piece": PIECE}
    return create_listing(resource, terms, **listing), create_party()


def go_to(clock, day: date) -> None:
    """Ten days before a day; machines made now know their hours around it."""
    clock.to(datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=10))


def opened(listing, day: date, zone: str) -> list[tuple[datetime, datetime]]:
    """The opening intervals that begin on a local day."""
    first = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    after = day + timedelta(days=1)
    last = datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    rows = db.session.scalars(select(OpeningInterval).where(
        OpeningInterval.resource_id == listing.resource_id, OpeningInterval.starts >= first,
        OpeningInterval.starts < last).order_by(OpeningInterval.starts))
    return [(row.starts, row.ends) for row in rows]


def codes(refusal) -> list[str]:
    """What a refusal names."""
    return [each.code for each in refusal.value.errors]


def book(party: Party, wish: Wish):
    """Quote and take."""
    return bookings.book_wish(party.actor, wish)


@everywhere
def test_an_hour_that_is_missing_is_not_open(inside, clock, place):
    """Open from 02:00 to 03:00: on the day without that hour it is closed; the day after, open."""
    go_to(clock, place.spring)
    listing, buyer = machine(place.zone, [(day, place.missing * 60, place.missing * 60 + 60)
                                          for day in range(1, 8)])
    before, after = place.spring - timedelta(days=1), place.spring + timedelta(days=1)

    assert opened(listing, place.spring, place.zone) == []
    for day in (before, after):
        (start, end), = opened(listing, day, place.zone)
        assert (start, end - start) == (place.at(day, place.missing), timedelta(hours=1))
        assert book(buyer, place.wish(listing.id, start, 1)).total == Money(RATE)
    with pytest.raises(RuleBroken) as refusal:
        book(buyer, place.wish(listing.id, place.at(place.spring, place.missing), 1))
    assert codes(refusal) == ["outside_opening"]
    assert verify.run().clean


@everywhere
def test_an_hour_that_comes_twice_is_open_and_paid_twice(inside, clock, place):
    """Open from 02:00 to 03:00: on the day that has it twice, two hours can be sold, not three."""
    go_to(clock, place.autumn)
    listing, buyer = machine(place.zone, [(day, place.doubled * 60, place.doubled * 60 + 60)
                                          for day in range(1, 8)])
    first = place.at(place.autumn, place.doubled)
    second = place.at(place.autumn, place.doubled, fold=1)

    assert opened(listing, place.autumn, place.zone) == [
        (first, first + timedelta(hours=2))]
    quote, = catalogue.quote(buyer.actor, place.wish(listing.id, first, 2))
    assert (quote.work_minutes, quote.total) == (120, Money(2 * RATE))
    for start in (first, second):
        row = book(buyer, place.wish(listing.id, start, 1))
        assert (row.total, row.ends - row.starts) == (Money(RATE), timedelta(hours=1))
    for start in (first, second):
        with pytest.raises(SlotTaken):
            book(buyer, place.wish(listing.id, start, 1))
    assert verify.run().clean


@everywhere
def test_a_shift_over_the_change_is_as_long_as_it_really_is(inside, clock, place):
    """From 22:00 to 06:00 is seven hours in the spring night and nine in autumn, priced so."""
    for day, hours in ((place.spring, 7), (place.autumn, 9)):
        go_to(clock, day)
        listing, buyer = machine(place.zone, ALWAYS)
        start, end = place.at(day - timedelta(days=1), 22), place.at(day, 6)

        row = book(buyer, Wish(listing.id, start, end, mode="time_slice"))

        assert (row.ends - row.starts, row.total) == (timedelta(hours=hours), Money(hours * RATE))


@everywhere
def test_pieces_take_real_minutes_over_the_change(inside, clock, place):
    """Six hours of pieces from 23:00 end at 06:00 on the wall in spring, at 04:00 in autumn."""
    for day, wall in ((place.spring, 6), (place.autumn, 4)):
        go_to(clock, day)
        listing, buyer = machine(place.zone, ALWAYS)
        start = place.at(day - timedelta(days=1), 23)

        for given in (start, start.astimezone(ZoneInfo(place.zone))):
            quote, = catalogue.quote(buyer.actor, Wish(listing.id, given, pieces=120,
                                                       mode="piece"))
            assert (quote.work_minutes, quote.ends) == (360, place.at(day, wall))


@everywhere
def test_steps_are_those_of_the_wall_clock_on_both_sides(inside, clock, place):
    """Steps of two hours: 04:00 is on the step after the change as before it, 05:00 is not."""
    for day in (place.spring, place.autumn):
        go_to(clock, day)
        listing, buyer = machine(place.zone, ALWAYS, step=120, min_minutes=120)
        midnight = place.at(day, 0)
        noon = place.at(day, 12)

        row = book(buyer, Wish(listing.id, midnight, place.at(day, 4), mode="time_slice"))
        assert row.ends == place.at(day, 4)
        assert book(buyer, Wish(listing.id, place.at(day, 4), noon, mode="time_slice"))
        with pytest.raises(RuleBroken) as refusal:
            book(buyer, Wish(listing.id, noon, place.at(day, 15), mode="time_slice"))
        assert codes(refusal) == ["step"]
        with pytest.raises(RuleBroken) as refusal:
            book(buyer, Wish(listing.id, place.at(day, 13), place.at(day, 15), mode="time_slice"))
        assert codes(refusal) == ["step"]


@everywhere
def test_a_day_is_a_day_however_many_hours_it_has(inside, clock, place):
    """Sold by the day, the day of 23 and that of 25 hours can be booked, at their real length."""
    for day, hours in ((place.spring, 23), (place.autumn, 25)):
        go_to(clock, day)
        listing, buyer = machine(place.zone, ALWAYS, step=1440, min_minutes=1440,
                                 max_minutes=1440)
        start, end = place.at(day, 0), place.at(day + timedelta(days=1), 0)

        row = book(buyer, Wish(listing.id, start, end, mode="time_slice"))

        assert (row.ends - row.starts, row.total) == (timedelta(hours=hours), Money(hours * RATE))
        with pytest.raises(RuleBroken) as refusal:   # 24 hours from midnight are no day here
            book(buyer, place.wish(listing.id, start, 24))
        assert "step" in codes(refusal)
        assert verify.run().clean


@everywhere
def test_the_shortest_length_is_real_time(inside, clock, place):
    """From 01:30 to 03:30 on the wall is one hour in spring: too short for two hours of work."""
    go_to(clock, place.spring)
    listing, buyer = machine(place.zone, ALWAYS, step=30, min_minutes=120)

    with pytest.raises(RuleBroken) as refusal:
        book(buyer, Wish(listing.id, place.at(place.spring, 1, 30), place.at(place.spring, 3, 30),
                         mode="time_slice"))

    assert codes(refusal) == ["too_short"]


def test_a_program_may_name_either_of_two_equal_readings(market, api: Api, clock):
    """Offsets tell the two 02:00s of Berlin apart; the answer is in UTC, the lines priced so."""
    go_to(clock, BERLIN.autumn)
    listing, buyer = machine(BERLIN.zone, ALWAYS)
    program = api.as_(buyer.token)

    def booked(start, end):
        return program.post("/bookings", {"listing_id": listing.id, "start": start, "end": end,
                                          "mode": "time_slice"})

    both = booked("2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00")
    between = booked("2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00")
    assert (both.status_code, between.status_code) == (201, 409)
    assert (both.json["start"], both.json["end"]) == ("2026-10-25T00:00:00Z",
                                                      "2026-10-25T02:00:00Z")
    assert both.json["quote"]["total"]["amount"] == "240.00"


def test_make_up_days_can_be_booked_and_holidays_cannot(inside, clock):
    """Saturday 10 October 2026 works like a Monday, Thursday 1 October does not (调休)."""
    go_to(clock, date(2026, 10, 1))
    holidays.load([2026])
    listing, buyer = machine("Asia/Shanghai", [(day, 480, 1020) for day in range(1, 6)],
                             holidays_kept=True)
    china = Abroad("Asia/Shanghai", date.min, 0, date.min, 0)

    row = book(buyer, china.wish(listing.id, china.at(date(2026, 10, 10), 8), 9))

    assert row.total == Money(9 * RATE)
    for day in (date(2026, 10, 1), date(2026, 10, 11), date(2026, 10, 17)):
        with pytest.raises(RuleBroken) as refusal:
            book(buyer, china.wish(listing.id, china.at(day, 8), 9))
        assert codes(refusal) == ["outside_opening"]


@pytest.mark.parametrize(("year", "hours"), [(2027, 12), (2028, 36)])
def test_a_leap_day_is_worked_and_paid(inside, clock, year, hours):
    """From 28 February 20:00 to 1 March 08:00 is a day longer where there is a 29 February."""
    go_to(clock, date(year, 2, 28))
    listing, buyer = machine("Asia/Shanghai", ALWAYS)
    china = Abroad("Asia/Shanghai", date.min, 0, date.min, 0)

    row = book(buyer, Wish(listing.id, china.at(date(year, 2, 28), 20),
                           china.at(date(year, 3, 1), 8), mode="time_slice"))

    assert (row.ends - row.starts, row.total) == (timedelta(hours=hours), Money(hours * RATE))
    assert verify.run().clean


def test_work_goes_on_over_the_end_of_the_year(inside, clock):
    """New Year's Eve 22:00 to 02:00 is four hours; whoever keeps the holiday closes at midnight."""
    go_to(clock, date(2026, 12, 31))
    holidays.load([2026, 2027])
    china = Abroad("Asia/Shanghai", date.min, 0, date.min, 0)
    start, end = china.at(date(2026, 12, 31), 22), china.at(date(2027, 1, 1), 2)
    works_on, buyer = machine("Asia/Shanghai", ALWAYS)
    closes, _ = machine("Asia/Shanghai", ALWAYS, holidays_kept=True)

    assert book(buyer, Wish(works_on.id, start, end, mode="time_slice")).total == Money(4 * RATE)
    with pytest.raises(RuleBroken) as refusal:
        book(buyer, Wish(closes.id, start, end, mode="time_slice"))
    assert codes(refusal) == ["outside_opening"]
    until_midnight = Wish(closes.id, start, china.at(date(2027, 1, 1), 0), mode="time_slice")
    assert book(buyer, until_midnight).total == Money(2 * RATE)
    assert verify.run().clean
