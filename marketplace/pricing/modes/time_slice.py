"""分时: charged by the hour of machine time, with a setup fee and a minimum charge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.core.money import UnitPrice
from marketplace.pricing.quote import Priced, QuoteLine, Timing, Usage, firm, once
from marketplace.pricing.terms import ZERO, Number, TermsSchema, yuan

NAME = "time_slice"
NEEDS_PIECES = False


class Terms(TermsSchema):
    """Rate in yuan per lane hour; setup fee and minimum charge in yuan, once."""

    rate_per_hour = Number(6, least="0.000001", required=True)
    setup_fee = Number(2, load_default=ZERO)
    minimum = Number(2, load_default=ZERO)


def price(terms: Mapping[str, Any], usage: Usage) -> Priced:
    """Hours × rate + setup fee, at least the minimum."""
    rate = UnitPrice(terms["rate_per_hour"])
    work = QuoteLine("machine_hours", usage.hours, "hour", format(rate.value, "f"),
                     rate.times(usage.hours), explain="quote.rule.machine_hours")
    return firm([work, *once("setup_fee", yuan(terms["setup_fee"]))], yuan(terms["minimum"]))


def headline(terms: Mapping[str, Any]) -> UnitPrice:
    """Yuan per hour."""
    return UnitPrice(terms["rate_per_hour"])


def timing(terms: Mapping[str, Any]) -> Timing | None:
    """Hours say nothing about pieces."""
    return None
