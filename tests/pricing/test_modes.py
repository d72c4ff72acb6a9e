"""What work costs in each mode: worked examples."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from marketplace.core.money import Money
from marketplace.pricing.modes import value
from marketplace.pricing.quote import Timing, Usage, load_terms, modes, quote
from tests.factories.listings import ALL_TERMS, PIECE, TIME_SLICE, VALUE

HOURLY = [
    # (rate, setup fee, minimum), (minutes, lanes) -> lines (code, amount), total
    (("120.00", "0.00", "0.00"), (120, 1), [("machine_hours", "240.00")], "240.00"),
    (("120.00", "80.00", "0.00"), (90, 1), [("machine_hours", "180.00"), ("setup_fee", "80.00")],
     "260.00"),
    (("120.00", "80.00", "300.00"), (60, 1),
     [("machine_hours", "120.00"), ("setup_fee", "80.00"), ("minimum", "100.00")], "300.00"),
    (("99.99", "0.00", "0.00"), (20, 1), [("machine_hours", "33.33")], "33.33"),
    (("0.01", "0.00", "0.00"), (30, 1), [("machine_hours", "0.01")], "0.01"),
    (("45.50", "10.00", "0.00"), (60, 3), [("machine_hours", "136.50"), ("setup_fee", "10.00")],
     "146.50"),
    (("200.00", "0.00", "200.00"), (60, 1), [("machine_hours", "200.00")], "200.00"),
]
PIECES = [
    # price, setup fee, minimum, pieces -> lines, total
    ("3.5000", "200.00", "0.00", 100, [("pieces", "350.00"), ("setup_fee", "200.00")], "550.00"),
    ("0.0035", "0.00", "0.00", 1000, [("pieces", "3.50")], "3.50"),
    ("0.003333", "0.00", "5.00", 1000, [("pieces", "3.33"), ("minimum", "1.67")], "5.00"),
    ("12.345678", "1.00", "0.00", 7, [("pieces", "86.42"), ("setup_fee", "1.00")], "87.42"),
]
GAINS = [
    # direction, measured, pieces -> fee; base 500, share 0.15, unit value 40, floor 500, cap 9000
    ("lower", "32.00", 100, "500.00"),      # no gain: the floor
    ("lower", "30.50", 100, "1400.00"),     # 500 + 0.15 x 1.5 x 100 x 40
    ("lower", "33.00", 100, "500.00"),      # worse than the baseline costs no more
    ("lower", "0.00", 1000, "9000.00"),     # the cap
    ("higher", "33.25", 100, "1250.00"),    # 500 + 0.15 x 1.25 x 100 x 40
    ("higher", "30.00", 100, "500.00"),
]


def lines(priced):
    """Codes and amounts of the lines."""
    return [(line.code, line.amount.amount) for line in priced.lines]


@pytest.mark.parametrize(("rate", "used", "wanted", "total"), HOURLY)
def test_time_is_charged_by_the_lane_hour(rate, used, wanted, total):
    """Hours times rate, a setup fee once, lifted to the minimum by a line of its own."""
    terms = dict(zip(("rate_per_hour", "setup_fee", "minimum"), rate, strict=True))

    priced = quote("time_slice", terms, Usage(*used))

    assert lines(priced) == wanted
    assert priced.total == Money.parse(total)


@pytest.mark.parametrize(("price", "fee", "minimum", "pieces", "wanted", "total"), PIECES)
def test_pieces_are_charged_by_number(price, fee, minimum, pieces, wanted, total):
    """Pieces times price, rounded once, a setup fee once, lifted to the minimum."""
    terms = PIECE | {"price_per_piece": price, "setup_fee": fee, "minimum": minimum}

    priced = quote("piece", terms, Usage(60, pieces=pieces))

    assert lines(priced) == wanted
    assert priced.total == Money.parse(total)


@pytest.mark.parametrize(("direction", "measured", "pieces", "fee"), GAINS)
def test_value_is_a_share_of_the_measured_gain(direction, measured, pieces, fee):
    """Base plus share of the gain in the metric's own direction, between floor and cap."""
    terms = load_terms("value", VALUE | {"direction": direction})

    assert value.fee(terms, Decimal(measured), pieces) == Money.parse(fee)


def test_a_value_quote_says_a_range():
    """Nothing is measured yet: the quote runs from the floor to the cap and has no total."""
    priced = quote("value", VALUE | {"base": "200.00"}, Usage(60, pieces=100))

    assert (priced.total, priced.total_min, priced.total_max) == (
        None, Money(50000), Money(900000))


@given(st.decimals(0, 1000, places=2), st.integers(1, 10**5), st.sampled_from(["lower", "higher"]))
def test_a_value_fee_stays_in_its_quoted_range(measured, pieces, direction):
    """Whatever is measured later, the fee lies within what the quote said."""
    terms = VALUE | {"direction": direction}
    priced = quote("value", terms, Usage(60, pieces=pieces))

    fee = value.fee(load_terms("value", terms), measured, pieces)

    assert priced.total_min <= fee <= priced.total_max


@pytest.mark.parametrize("mode", sorted(ALL_TERMS))
def test_lines_add_up_to_the_total(mode):
    """The lines of a quote sum to its total, or to both ends of its range."""
    priced = quote(mode, ALL_TERMS[mode], Usage(185, lanes=2, pieces=333))

    least = sum((line.amount for line in priced.lines), Money(0))
    most = sum((line.amount_max or line.amount for line in priced.lines), Money(0))

    assert least == (priced.total or priced.total_min)
    assert most == priced.most


@pytest.mark.parametrize(("mode", "change", "field", "code"), [
    ("time_slice", {"rate_per_hour": "0"}, "rate_per_hour", "!range"),
    ("time_slice", {"rate_per_hour": 120}, "rate_per_hour", "!not_decimal"),
    ("time_slice", {"setup_fee": "1.005"}, "setup_fee", "!places"),
    ("time_slice", {"colour": "red"}, "colour", "Unknown"),
    ("piece", {"price_per_piece": "0.0000001"}, "price_per_piece", "!places"),
    ("piece", {"setup_minutes": 10081}, "setup_minutes", "!range"),
    ("piece", {"minutes_per_piece": "0"}, "minutes_per_piece", "!range"),
    ("value", {"share": "1.5"}, "share", "!range"),
    ("value", {"floor": "9000.01"}, "floor", "!floor_above_cap"),
    ("value", {"direction": "sideways"}, "direction", "!choice"),
    ("value", {"metric": "mood"}, "metric", "!choice"),
    ("value", {"base": "-1.00"}, "base", "!range"),
])
def test_wrong_terms_name_their_field(mode, change, field, code):
    """Terms out of range, too fine or unknown are refused by name."""
    with pytest.raises(ValidationError) as caught:
        load_terms(mode, ALL_TERMS[mode] | change)

    assert caught.value.messages[field][0].startswith(code)


@pytest.mark.parametrize(("pieces", "lanes", "minutes"), [
    (100, 1, 310), (1, 1, 63), (100, 2, 185), (3, 2, 65), (101, 2, 188)])
def test_pieces_take_setup_and_their_time_rounded_up(pieces, lanes, minutes):
    """60 minutes of setup and 2.5 a piece; lanes share the pieces, a part minute counts whole."""
    assert Timing(60, Decimal("2.5")).minutes(pieces, lanes) == minutes


def test_the_headline_orders_lists():
    """The unit price that lists order by: the hour, the piece, the floor."""
    headlines = {mode: str(modes()[mode].headline(load_terms(mode, terms)).value)
                 for mode, terms in ALL_TERMS.items()}

    assert headlines == {"time_slice": TIME_SLICE["rate_per_hour"],
                         "piece": PIECE["price_per_piece"], "value": VALUE["floor"]}
