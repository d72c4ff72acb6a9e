"""Opening hours in the derived table: zones, summer time, holidays, nights."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from marketplace import verify
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.resources import holidays, hours, services
from marketplace.resources.errors import NoSuchException, ResourceInvalid
from marketplace.resources.models import OpeningInterval, Resource
from marketplace.resources.values import SpecialDay, WeekRow
from tests.clocks import TestClock, shanghai
from tests.factories.companies import Party, create_party
from tests.factories.resources import create_resource, create_site

pytestmark = pytest.mark.usefixtures("inside")
WEEKDAYS = [WeekRow(day, 480, 1020) for day in range(1, 6)]


def machine(party: Party, **overrides: object) -> Resource:
    """A machine without any hours."""
    return create_resource(party.company, (), **overrides)  # type: ignore[arg-type]


def opened(resource: Resource, start: datetime, days: int = 1) -> list[tuple[datetime, datetime]]:
    """What the derived table holds in some days from a moment."""
    rows = db.session.scalars(select(OpeningInterval).where(
        OpeningInterval.resource_id == resource.id, OpeningInterval.starts >= start,
        OpeningInterval.starts < start + timedelta(days=days)).order_by(OpeningInterval.starts))
    return [(row.starts, row.ends) for row in rows]


def test_the_week_is_set_at_once():
    """Setting the week replaces the old one and rebuilds the intervals in the transaction."""
    party = create_party()
    resource = create_resource(party.company)

    hours.set_week(party.actor, resource.id, [WeekRow(1, 480, 720), WeekRow(1, 720, 1020)])

    assert opened(resource, shanghai(0, 0), 7) == [(shanghai(0, 8), shanghai(0, 17))]
    assert verify.wrong_openings() == []


def test_an_empty_week_is_closed():
    """Without hours nothing is open, and nothing old is left."""
    party = create_party()
    resource = create_resource(party.company)

    hours.set_week(party.actor, resource.id, [])

    assert opened(resource, shanghai(-60, 0), 200) == []


def test_a_night_shift_is_two_rows_and_one_interval():
    """Up to 24:00 and from 00:00 is one stretch over midnight."""
    party = create_party()
    resource = machine(party)

    hours.set_week(party.actor, resource.id, [WeekRow(1, 1200, 1440), WeekRow(2, 0, 240)])

    assert opened(resource, shanghai(0, 0), 7) == [(shanghai(0, 20), shanghai(1, 4))]


def test_wrong_rows_change_nothing():
    """Overlapping rows are refused by row, and the week stays."""
    party = create_party()
    resource = create_resource(party.company)
    before = opened(resource, shanghai(0, 0), 7)

    with pytest.raises(ResourceInvalid):
        hours.set_week(party.actor, resource.id, [WeekRow(1, 0, 600), WeekRow(1, 500, 700)])

    assert opened(resource, shanghai(0, 0), 7) == before


def test_strangers_and_owners_do_not_set_hours():
    """Only the operating company sets hours; for a stranger the resource does not exist."""
    factory, owner = create_party(), create_party()
    site = create_site(factory.company, shared_factory=True)
    resource = create_resource(owner.company, site=site,
                               operating_company_id=factory.company.id)

    for party in (owner, create_party()):
        with pytest.raises(NotFound):
            hours.set_week(party.actor, resource.id, WEEKDAYS)
    assert hours.set_week(factory.actor, resource.id, WEEKDAYS).version == 2


def test_summer_time_abroad_keeps_the_wall_clock():
    """A site in Stuttgart opens at 08:00 on the wall before and after 29 March 2026."""
    party = create_party()
    site = create_site(party.company, zone="Europe/Berlin", region_code="000000",
                       latitude=48.78, longitude=9.18)
    resource = machine(party, site=site)

    hours.set_week(party.actor, resource.id, [WeekRow(day, 480, 1020) for day in range(1, 8)])

    winter, summer = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC)
    assert opened(resource, winter) == [(winter.replace(hour=7), winter.replace(hour=16))]
    assert opened(resource, summer) == [(summer.replace(hour=6), summer.replace(hour=15))]


def test_the_day_of_23_hours_is_open_23_hours():
    """Open all day, the night of the change is an hour shorter and leaves no gap."""
    party = create_party()
    resource = machine(party, site=create_site(party.company, zone="Europe/Berlin"))

    hours.set_week(party.actor, resource.id, [WeekRow(7, 0, 1440)])

    start, end = opened(resource, datetime(2026, 3, 28, 12, tzinfo=UTC))[0]
    assert end - start == timedelta(hours=23)


def test_moving_a_site_to_another_zone_moves_its_hours():
    """After a site's zone is corrected its machines open by the new wall clock."""
    party = create_party()
    site = create_site(party.company)
    resource = create_resource(party.company, [(1, 480, 1020)], site=site)

    services.edit_site(party.actor, site.id, {"zone": "Asia/Tokyo"})

    assert opened(resource, shanghai(-1, 12)) == [(shanghai(0, 7), shanghai(0, 16))]


def test_holidays_close_and_make_up_days_open(clock: TestClock):
    """Qingming 2026 closes a Monday; Saturday 9 May 2026 works like a Monday."""
    party = create_party()
    keeps, ignores = machine(party, holidays=True), machine(party)
    holidays.load([2026])

    for resource in (keeps, ignores):
        hours.set_week(party.actor, resource.id, WEEKDAYS)

    qingming, make_up = shanghai(35, 0), shanghai(68, 0)   # 6 April, 9 May
    assert opened(keeps, qingming) == []
    assert len(opened(ignores, qingming)) == 1
    assert opened(keeps, make_up) == [(shanghai(68, 8), shanghai(68, 17))]
    assert opened(ignores, make_up) == []


def test_an_exception_wins_over_a_holiday_and_ends():
    """A day with hours of its own is open on a holiday, until it follows the rules again."""
    party = create_party()
    resource = machine(party, holidays=True)
    holidays.load([2026])
    hours.set_week(party.actor, resource.id, WEEKDAYS)
    day = date(2026, 4, 6)

    hours.set_exception(party.actor, resource.id, SpecialDay(day, ((600, 720), (780, 900))))
    assert opened(resource, shanghai(35, 0)) == [(shanghai(35, 10), shanghai(35, 12)),
                                                 (shanghai(35, 13), shanghai(35, 15))]

    hours.remove_exception(party.actor, resource.id, day)
    assert opened(resource, shanghai(35, 0)) == []
    with pytest.raises(NoSuchException):
        hours.remove_exception(party.actor, resource.id, day)


def test_a_closed_day_is_an_exception_without_hours():
    """A day without hours is closed, and the last word on a day counts."""
    party = create_party()
    resource = create_resource(party.company)
    day = date(2026, 3, 3)
    hours.set_exception(party.actor, resource.id, SpecialDay(day, ((0, 60),)))

    hours.set_exception(party.actor, resource.id, SpecialDay(day))

    assert opened(resource, shanghai(1, 0)) == []
    assert verify.wrong_openings() == []


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2030, 1, 1)])
def test_far_days_have_no_exceptions(day: date):
    """A day long ago or years ahead is refused."""
    party = create_party()
    resource = create_resource(party.company)

    with pytest.raises(ResourceInvalid) as refusal:
        hours.set_exception(party.actor, resource.id, SpecialDay(day))

    assert refusal.value.errors[0].code == "day_out_of_range"


def test_ceasing_to_keep_holidays_rebuilds():
    """A resource that no longer keeps holidays is open on them at once."""
    party = create_party()
    resource = machine(party, holidays=True)
    holidays.load([2026])
    hours.set_week(party.actor, resource.id, WEEKDAYS)

    services.edit_resource(party.actor, resource.id, None, {"holidays": False})

    assert len(opened(resource, shanghai(35, 0))) == 1
