"""Amounts are never rounded on their way in."""

from __future__ import annotations

import pytest

from marketplace.core.money import Money


@pytest.mark.parametrize("text", ["12.5" + "0" * 40 + "1", "12.50000000000000000000000000001"])
def test_places_beyond_what_arithmetic_keeps_are_refused(text):
    """A crumb in the thirtieth place is more than two places, not twelve yuan fifty."""
    with pytest.raises(ValueError, match=r"decimal places|finite"):
        Money.parse(text)


def test_the_largest_amount_is_read_to_the_fen():
    """Nine thousand billion yuan and one fen."""
    assert Money.parse("9000000000000.01").minor == 900000000000001
