"""The pure rules of plans: prices, steps, pauses, transport, values."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.catalogue.rules import ListingRules, Offer
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.planning import rules
from marketplace.planning.rules import Way
from tests.clocks import START, shanghai
from tests.factories.listings import PIECE, TIME_SLICE, VALUE

SHANGHAI = "Asia/Shanghai"


def offer(terms, **changes):
    """A listing with steps of 15 minutes, from 1 to 24 hours."""
    values = {"step": 15, "min_minutes": 60, "max_minutes": 1440, "notice_minutes": 0,
              "horizon_days": 30, "may_pause": False, "zone": SHANGHAI}
    return Offer(1, 1, 1, 1, "M", 1, ListingRules(**values | changes), terms)


@pytest.mark.parametrize(("terms", "minutes", "quantity", "expected"), [
    ({"time_slice": TIME_SLICE}, 120, 1, Way("time_slice", 120, Money(24000))),
    ({"time_slice": TIME_SLICE}, 20, 1, Way("time_slice", 60, Money(12000))),
    ({"time_slice": TIME_SLICE}, 121, 1, Way("time_slice", 135, Money(27000))),
    ({"piece": PIECE}, 999, 20, Way("piece", 110, Money(27000), 20)),
    ({"time_slice": TIME_SLICE, "piece": PIECE}, 600, 20, Way("piece", 110, Money(27000), 20)),
    ({"time_slice": TIME_SLICE, "piece": PIECE}, 60, 20, Way("time_slice", 60, Money(12000))),
    ({"value": VALUE}, 120, 20, None),
    ({"time_slice": TIME_SLICE, "value": VALUE}, 1441, 20, None),
    ({}, 120, 1, None),
])
def test_an_operation_is_priced_in_the_cheapest_firm_mode(terms, minutes, quantity, expected):
    """By the hour its own minutes count, by the piece the terms'; value is never firm."""
    assert rules.cheapest_way(offer(terms), minutes, quantity) == expected


@pytest.mark.parametrize(("steps", "tick"), [
    ({15}, 15), ({15, 30}, 30), ({15, 60}, 60), ({20, 15}, 60), ({1}, 1), (set(), 1),
    ({15, 45}, 15), ({120}, 120), ({7}, 1), ({90, 120}, 360),
])
def test_the_tick_holds_the_steps(steps, tick):
    """The unit is the least common multiple of the steps that divide an hour, else a day."""
    assert rules.tick_minutes(steps) == tick


@pytest.mark.parametrize(("step", "tick", "pad"), [
    (15, 60, 0), (60, 60, 0), (45, 15, 44), (60, 15, 59)])
def test_a_step_that_the_tick_does_not_serve_is_padded(step, tick, pad):
    """Only where every tick is a possible start may an operation go without spare minutes."""
    midnight = shanghai(0, 0)
    assert rules.padding(offer({}, step=step).rules, midnight, tick) == pad


def test_the_next_start_lies_on_the_step_of_the_site():
    """Steps are counted from local midnight, not from UTC's."""
    terms = offer({}, step=45, zone=SHANGHAI).rules
    assert rules.next_start(terms, shanghai(0, 8)) == shanghai(0, 8, 15)
    assert rules.next_start(terms, shanghai(0, 8, 15)) == shanghai(0, 8, 15)


@pytest.mark.parametrize(("wanted", "allowed", "longest", "expected"), [
    (False, (True, True), (60, 60), (False, [0, 1])),
    (True, (True, True), (60, 60), (True, [0, 1])),
    (True, (True, False), (60, 600), (False, [0, 1])),
    (True, (True, False), (60, 60), (True, [0])),
    (True, (False, False), (60, 60), (False, [0, 1])),
])
def test_an_operation_pauses_only_where_it_and_the_listing_may(wanted, allowed, longest,
                                                               expected):
    """Mixed listings are used in one piece where that fits, else those that allow a pause."""
    ways = [(offer({}, may_pause=may), Way("time_slice", 480, Money(1)), most)
            for may, most in zip(allowed, longest, strict=True)]
    assert rules.pauses(wanted, ways) == expected


def test_a_pausing_end_needs_closings_of_whole_steps():
    """A night of fifteen hours fits steps of an hour; one of 14:30 does not."""
    def day(number, opens, closes):
        return TimeWindow(shanghai(number, opens), shanghai(number, closes))
    assert rules.pause_fits([day(0, 8, 17), day(1, 8, 17)], 60)
    odd = [day(0, 8, 17), TimeWindow(shanghai(1, 7, 30), shanghai(1, 17))]
    assert not rules.pause_fits(odd, 60)
    assert rules.pause_fits(odd, 30)


def test_transport_is_road_time_and_handling():
    """Jinan to Qingdao, 300 km as the crow flies: 6 and a half hours and an hour of handling."""
    minutes = rules.transport_minutes((36.65, 117.12), (36.07, 120.38))
    assert 420 <= minutes <= 475
    assert rules.transport_minutes((36.65, 117.12), (36.65, 117.12)) == rules.HANDLING_MINUTES


def test_lateness_costs_by_the_minute():
    """Before the due date nothing, after it ten fen a minute."""
    assert rules.late_cost(START, START - timedelta(days=1)) == 0
    assert rules.late_cost(START, START + timedelta(hours=1)) == 600


def test_a_job_without_budget_outweighs_all_costs_together():
    """Leaving such a job out can never pay, whatever the others would save."""
    assert rules.reference_value([100, 250]) > 350


def test_a_way_is_never_longer_than_the_listing_allows():
    """Rounding up to the step may not lift a length over the longest booking."""
    odd = offer({"time_slice": TIME_SLICE}, max_minutes=100, step=30)
    assert rules.cheapest_way(odd, 90, 1) is not None
    assert rules.cheapest_way(odd, 95, 1) is None


def test_origin_may_be_any_midnight():
    """A grid from UTC's midnight serves steps of an hour in Shandong as well."""
    assert rules.padding(offer({}, step=60).rules, datetime(2026, 3, 2, tzinfo=UTC), 60) == 0


def test_the_assumed_worth_of_unpriced_jobs_moves_value_and_bound_alike():
    """What is told differs from what was solved by one sum, so the proven difference stays."""
    value, bound = rules.told(10**9 - 500, 10**9), rules.told(10**9 - 400, 10**9)

    assert (value, bound) == (-500, -400)
    assert rules.gap(-500, bound) == 0.25
    assert rules.told(None, 7) is None
    assert rules.gap(5, None) is None
