"""Column types and the SQL that goes with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import literal, select

from marketplace.core.db import db
from marketplace.core.types import UtcDateTime, shifted

MOMENTS = (datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2024, 2, 28, 23, 59, 59, tzinfo=UTC),
           datetime(2026, 12, 31, 16, 0, 0, 125000, tzinfo=UTC))


@pytest.mark.parametrize("minutes", [0, 15, -15, 1440, -100_000])
def test_the_database_moves_an_instant_as_python_does(inside, minutes):
    """Both engines move instants by minutes over days, leap days and years, to the millisecond."""
    for moment in MOMENTS:
        found = db.session.scalar(select(shifted(literal(moment, UtcDateTime()), minutes)))

        assert found == moment + timedelta(minutes=minutes)


def test_a_moved_instant_compares_with_stored_ones(inside):
    """In the database it sorts among instants as they are stored."""
    before, after = (literal(MOMENTS[0] + timedelta(minutes=each), UtcDateTime())
                     for each in (14, 16))
    moved = shifted(literal(MOMENTS[0], UtcDateTime()), 15)

    assert db.session.execute(select(before < moved, moved < after, moved <= before)
                              ).one() == (True, True, False)
