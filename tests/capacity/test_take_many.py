"""Many wants at once on identical lanes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from flask import Flask

from marketplace.capacity.services import Want, take
from marketplace.core.timewindow import TimeWindow
from tests.factories.market import Market, create_market

LANES = 3


def crowd(start: datetime, seed: int) -> list[TimeWindow]:
    """Random windows of 1-9 hours of which never more than LANES are on at once."""
    draw = random.Random(seed)
    chosen: list[TimeWindow] = []
    for _ in range(400):
        begin = start + timedelta(hours=draw.randint(0, 60))
        window = TimeWindow(begin, begin + timedelta(hours=draw.randint(1, 9)))
        edges = [each.start for each in chosen if each.overlaps(window)] + [window.start]
        if all(sum(each.start <= edge < each.end for each in chosen) < LANES for edge in edges
               if window.start <= edge < window.end):
            chosen.append(window)
    draw.shuffle(chosen)
    return chosen


def test_whatever_fits_by_count_is_placed_in_any_order(inside: Flask) -> None:
    """On empty identical lanes, wants that never exceed the lanes are all placed."""
    for seed in range(5):
        market: Market = create_market(lanes=LANES)
        windows = crowd(market.start, seed)

        claims = take([Want(market.resource.id, window, "booking", number)
                       for number, window in enumerate(windows, 1)])

        assert len(windows) > 20
        assert [each[0].starts for each in claims] == [window.start for window in windows]


def test_the_lane_a_plan_meant_is_taken_where_it_is_free(inside: Flask) -> None:
    """A want that names a lane gets it; when it is taken, another one serves."""
    market = create_market(lanes=2)
    window = TimeWindow(market.start, market.end)
    lanes = sorted(claim.lane_id for claim in take(
        [Want(market.resource.id, TimeWindow(market.start - timedelta(hours=2), market.start),
              "booking", 1, lanes=2)])[0])

    first = take([Want(market.resource.id, window, "booking", 2, lane_id=lanes[1])])
    second = take([Want(market.resource.id, window, "booking", 3, lane_id=lanes[1])])

    assert first[0][0].lane_id == lanes[1]
    assert second[0][0].lane_id == lanes[0]
