"""计件: charged by the piece, with a setup fee and a minimum charge."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marketplace.core.money import UnitPrice
from marketplace.pricing.quote import Priced, QuoteLine, Timing, Usage, firm, once
from marketplace.pricing.terms import ZERO, Minutes, Number, TermsSchema, yuan

NAME = "piece"
NEEDS_PIECES = True


class Terms(TermsSchema):
    """Price in yuan per piece; setup fee and minimum in yuan; how long pieces take."""

    price_per_piece = Number(6, least="0.000001", required=True)
    setup_fee = Number(2, load_default=ZERO)
    minimum = Number(2, load_default=ZERO)
    setup_minutes = Minutes(required=True, strict=True)
    minutes_per_piece = Number(4, least="0.0001", most="10080", required=True)


def price(terms: Mapping[str, Any], usage: Usage) -> Priced:
    """Pieces × price + setup fee, at least the minimum."""
    each = UnitPrice(terms["price_per_piece"])
    pieces = Decimal(usage.pieces or 0)
    work = QuoteLine("pieces", pieces, "piece", format(each.value, "f"), each.times(pieces),
                     explain="quote.rule.pieces")
    return firm([work, *once("setup_fee", yuan(terms["setup_fee"]))], yuan(terms["minimum"]))


def headline(terms: Mapping[str, Any]) -> UnitPrice:
    """Yuan per piece."""
    return UnitPrice(terms["price_per_piece"])


def timing(terms: Mapping[str, Any]) -> Timing | None:
    """Setup minutes, then minutes per piece."""
    return Timing(terms["setup_minutes"], terms["minutes_per_piece"])
