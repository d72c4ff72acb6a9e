"""Money in whole fen, unit prices that round once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import Money, UnitPrice

FEN = st.integers(-10**12, 10**12)


@pytest.mark.parametrize(("text", "fen"), [
    ("12.50", 1250), ("12.5", 1250), ("0", 0), ("0.01", 1), ("-3.10", -310), ("1e2", 10000)])
def test_an_amount_is_read_exactly(text, fen):
    """Text of at most two decimals becomes whole fen."""
    assert Money.parse(text) == Money(fen)


@pytest.mark.parametrize("text", ["1.005", "", "abc", "NaN", "Infinity", "1e20", "1,5"])
def test_an_amount_that_is_none_or_too_fine_is_refused(text):
    """Nothing is rounded when money is read."""
    with pytest.raises(ValueError, match=r"."):
        Money.parse(text)


@given(FEN)
def test_an_amount_survives_writing_and_reading(fen):
    """Writing an amount and reading it gives the same fen."""
    assert Money.parse(Money(fen).amount) == Money(fen)


@given(FEN, st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_a_split_loses_no_fen(fen, weights):
    """The parts sum to the whole and each is within a fen of its share."""
    parts = Money(fen).split(weights)

    assert sum(part.minor for part in parts) == fen
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Decimal(fen) * weight / sum(weights)) < 1


@pytest.mark.parametrize("weights", [[0, 0], [], [2, -1]])
def test_a_split_needs_weights(weights):
    """Weights that are negative, missing or all zero are refused."""
    with pytest.raises(ValueError, match=r"."):
        Money(100).split(weights)


@pytest.mark.parametrize(("price", "quantity", "fen"), [
    ("0.0035", 1000, 350), ("0.0035", 1, 0), ("0.005", 1, 1), ("0.0149", 1, 1),
    ("120.00", Decimal("0.5"), 6000), ("33.333333", 3, 10000)])
def test_a_unit_price_rounds_once_half_up(price, quantity, fen):
    """Price times quantity is rounded to whole fen at the end, half up."""
    assert UnitPrice.parse(price).times(quantity) == Money(fen)


def test_a_unit_price_has_at_most_six_places():
    """A seventh decimal is refused, not rounded."""
    with pytest.raises(ValueError, match="six"):
        UnitPrice.parse("0.0000001")


@pytest.mark.parametrize("times", [1.5, True, Decimal("2")])
def test_money_is_multiplied_by_whole_numbers_only(times):
    """Floats, decimals and truth values are no factors of money."""
    with pytest.raises(TypeError):
        Money(100) * times


@pytest.mark.parametrize("minor", [1.0, True, "5"])
def test_money_is_made_of_whole_fen_only(minor):
    """A float never gets in."""
    with pytest.raises(TypeError):
        Money(minor)


def test_currencies_do_not_mix():
    """Adding dollars to yuan is an error."""
    with pytest.raises(TypeError):
        Money(1) + Money(1, "USD")
