"""The indicators as a registry, their price mode, their cost and who may read them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from marketplace.accounts.permissions import NotAllowed
from marketplace.bookings.services import book_wish
from marketplace.catalogue.services import Wish
from marketplace.core import i18n
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis import base, queries, rules
from tests.clocks import SHANGHAI, TestClock, shanghai
from tests.factories.companies import actor_for, create_member, create_party
from tests.factories.market import create_claim, create_market
from tests.factories.resources import create_resource

WEEK = TimeWindow(shanghai(0, 0), shanghai(7, 0))


def test_every_definition_says_what_it_is() -> None:
    """Each indicator has a name of its own, a unit, and words in both languages."""
    found = queries.indicators()
    assert [each.NAME for each in found] == [
        "open_hours", "listed_hours", "booked_hours", "booked_share", "used_hours", "held_hours"]
    for each in found:
        assert each.UNIT in ("hour", "share")
        for lang in i18n.LANGUAGES:
            assert i18n.has(lang, each.LABEL) and i18n.has(lang, each.FORMULA)


@pytest.mark.parametrize(("name", "first", "days"), [
    ("back-7", -7, 7), ("back-30", -30, 30), ("back-62", -62, 62), ("next-14", 0, 14),
    ("nonsense", -30, 30)])
def test_a_period_is_whole_local_days(name: str, first: int, days: int) -> None:
    """Back ends with yesterday, next begins today, in the zone and not in UTC."""
    late = shanghai(0, 23, 30)
    found = rules.period(name, late, "Asia/Shanghai")
    assert found.start == shanghai(first, 0)
    assert (found.end - found.start).days == days
    assert found.start.astimezone(SHANGHAI).hour == 0


@pytest.mark.parametrize("role", ["owner", "planner", "finance", "viewer"])
def test_no_company_reads_them(inside: Flask, role: str) -> None:
    """Indicators name companies: only the operator reads them."""
    actor = create_party(role).actor
    with pytest.raises(NotAllowed):
        queries.measure(actor, "open_hours", WEEK, base.COMPANY)
    with pytest.raises(NotAllowed):
        queries.export(actor, WEEK)
    with pytest.raises(NotAllowed):
        queries.company_names(actor)


def test_more_resources_cost_no_more_queries(
        inside: Flask, count_queries: Callable[[], AbstractContextManager[list[str]]]) -> None:
    """The export takes the same number of statements however much there is."""
    operator = actor_for(create_member())
    create_resource(create_party().company)
    with count_queries() as few:
        queries.export(operator, WEEK)
    for _ in range(4):
        create_claim(create_resource(create_party().company), shanghai(1, 9), 2)
    with count_queries() as many:
        rows = queries.export(operator, WEEK)
    assert len(few) == len(many) <= 48
    assert sum(by == base.COMPANY for by, _, _ in rows) == 5


def test_booked_hours_are_split_by_price_mode(inside: Flask, clock: TestClock) -> None:
    """Booked hours by mode add up to the booked hours; open hours have no mode."""
    market = create_market()
    operator = actor_for(create_member())
    listing = market.listing.id
    book_wish(market.buyer.actor, Wish(listing, market.start, market.end, None, "time_slice", 1))
    book_wish(market.buyer.actor, Wish(listing, shanghai(2, 8), None, 24, "piece", 1))

    by_mode = queries.measures(operator, WEEK, base.MODE)

    assert by_mode["booked_hours"] == {"time_slice": 7200, "piece": 7200}
    assert by_mode["open_hours"] == {} and by_mode["booked_share"] == {}
    assert queries.measure(operator, "booked_hours", WEEK, base.TOTAL) == {"": 14400}
