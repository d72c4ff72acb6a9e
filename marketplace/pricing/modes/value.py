"""按价值: a share of the measured gain, between a floor and a cap.

fee = clamp(base + share × gain × quantity × unit value, floor, cap), where the gain is
max(0, measured − baseline) for a metric that should rise and max(0, baseline − measured) for one
that should fall. Nothing is measured when a quote is made: it says the range, never one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from marketplace.core.money import Money, UnitPrice
from marketplace.pricing.quote import Priced, QuoteLine, Timing, Usage
from marketplace.pricing.terms import Minutes, Number, TermsSchema, yuan

NAME = "value"
NEEDS_PIECES = True
METRICS = ("value_added_per_piece", "saving_per_piece", "yield_percent", "lead_time_days")


class Terms(TermsSchema):
    """Base, floor and cap in yuan; share from 0 to 1; unit value in yuan per unit of gain."""

    base = Number(2, required=True)
    share = Number(4, most="1", required=True)
    unit_value = Number(6, required=True)
    floor = Number(2, required=True)
    cap = Number(2, required=True)
    metric = fields.String(required=True, validate=validate.OneOf(
        METRICS, error="!choice:choices=" + "/".join(METRICS)))
    baseline = Number(6, required=True)
    direction = fields.String(required=True, validate=validate.OneOf(
        ("higher", "lower"), error="!choice:choices=higher/lower"))
    setup_minutes = Minutes(required=True, strict=True)
    minutes_per_piece = Number(4, least="0.0001", most="10080", required=True)

    @validates_schema
    def floor_below_cap(self, data: dict[str, Any], **_: Any) -> None:
        """A floor above the cap would leave no price."""
        if data["floor"] > data["cap"]:
            raise ValidationError("!floor_above_cap", "floor")


def gain(terms: Mapping[str, Any], measured: Decimal) -> Decimal:
    """The gain in the metric's own direction, never negative."""
    difference = measured - terms["baseline"]
    return max(Decimal(0), difference if terms["direction"] == "higher" else -difference)


def fee(terms: Mapping[str, Any], measured: Decimal, pieces: int) -> Money:
    """What is owed for a measured value; the one rounding is in UnitPrice.times."""
    worth = UnitPrice(terms["unit_value"]).times(
        terms["share"] * gain(terms, measured) * pieces)
    return clamp(terms, yuan(terms["base"]) + worth)


def clamp(terms: Mapping[str, Any], amount: Money) -> Money:
    """Between floor and cap."""
    return min(max(amount, yuan(terms["floor"])), yuan(terms["cap"]))


def price(terms: Mapping[str, Any], usage: Usage) -> Priced:
    """The base, and the share of the gain as a range."""
    base = yuan(terms["base"])
    least, most = clamp(terms, base), yuan(terms["cap"])
    share = QuoteLine(
        "value_share", Decimal(usage.pieces or 0), "piece", format(terms["unit_value"], "f"),
        least - base, most - base, explain="quote.rule.value_share",
        params={"share": format(terms["share"], "f"), "metric": terms["metric"],
                "baseline": format(terms["baseline"], "f"), "floor": yuan(terms["floor"]).amount,
                "cap": most.amount})
    first = QuoteLine("value_base", Decimal(1), "once", base.amount, base,
                      explain="quote.rule.value_base")
    return Priced((first, share), total_min=least, total_max=most)


def headline(terms: Mapping[str, Any]) -> UnitPrice:
    """The floor: the least a work costs."""
    return UnitPrice(terms["floor"])


def timing(terms: Mapping[str, Any]) -> Timing | None:
    """Setup minutes, then minutes per piece."""
    return Timing(terms["setup_minutes"], terms["minutes_per_piece"])
