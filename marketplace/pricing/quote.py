"""Prices as pure functions: terms and usage in, immutable lines out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from marshmallow import Schema

from marketplace.core.money import Money, UnitPrice
from marketplace.core.registry import modules


@dataclass(frozen=True)
class Usage:
    """What is used: working minutes (without closed time) on so many lanes, pieces if counted."""

    minutes: int
    lanes: int = 1
    pieces: int | None = None

    @property
    def hours(self) -> Decimal:
        """Lane hours."""
        return Decimal(self.minutes * self.lanes) / 60


@dataclass(frozen=True)
class QuoteLine:
    """One line and the rule that made it: `explain` is a key of the catalogue.

    `amount` is firm; a line that depends on a measured value has `amount_max` too.
    """

    code: str
    quantity: Decimal
    unit: str
    unit_price: str
    amount: Money
    amount_max: Money | None = None
    explain: str = ""
    params: Mapping[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The line as it is stored and sent."""
        line: dict[str, Any] = {
            "code": self.code, "quantity": format(self.quantity.normalize(), "f"),
            "unit": self.unit, "unit_price": self.unit_price, "amount": self.amount.as_json(),
            "explain": self.explain, "params": dict(self.params or {})}
        if self.amount_max is not None:
            line["amount_max"] = self.amount_max.as_json()
        return line


@dataclass(frozen=True)
class Priced:
    """A priced answer: a firm `total`, or a range for what is measured later."""

    lines: tuple[QuoteLine, ...]
    total: Money | None = None
    total_min: Money | None = None
    total_max: Money | None = None

    @property
    def most(self) -> Money:
        """The most this can cost."""
        most = self.total if self.total is not None else self.total_max
        if most is None:
            raise ValueError("a priced answer has a total or a range")
        return most


@dataclass(frozen=True)
class Timing:
    """How long pieces take: setup minutes, then minutes per piece."""

    setup_minutes: int
    minutes_per_piece: Decimal

    def minutes(self, pieces: int, lanes: int = 1) -> int:
        """Whole minutes, rounded up; pieces are shared among the lanes."""
        each = -(-pieces // lanes)
        work = self.minutes_per_piece * each
        return self.setup_minutes + int(work.to_integral_value(rounding="ROUND_CEILING"))


class Mode(Protocol):
    """What a file in `modes/` provides."""

    NAME: str
    Terms: type[Schema]
    NEEDS_PIECES: bool

    def price(self, terms: Mapping[str, Any], usage: Usage) -> Priced:
        """The lines and the total (or its range)."""

    def headline(self, terms: Mapping[str, Any]) -> UnitPrice:
        """The unit price that lists are ordered by."""

    def timing(self, terms: Mapping[str, Any]) -> Timing | None:
        """How long pieces take, where the terms say so."""


@cache
def modes() -> dict[str, Mode]:
    """Every price mode by name: one file each in `pricing/modes/`."""
    from marketplace.pricing import modes as package
    found: list[Any] = modules(package)
    return {module.NAME: module for module in found}


def load_terms(mode: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Terms as values; raises marshmallow.ValidationError naming every wrong field."""
    loaded: dict[str, Any] = _schema(mode).load(dict(terms))
    return loaded


@cache
def _schema(mode: str) -> Schema:
    """Made once: to make a schema costs more than to read terms with it."""
    return modes()[mode].Terms()


def quote(mode: str, terms: Mapping[str, Any], usage: Usage) -> Priced:
    """Price a usage under the stored terms of a mode."""
    return modes()[mode].price(load_terms(mode, terms), usage)


def firm(lines: Sequence[QuoteLine], minimum: Money) -> Priced:
    """Sum firm lines and lift them to the minimum by a line of its own."""
    total = sum((line.amount for line in lines), Money(0))
    if total < minimum:
        lift = minimum - total
        lines = [*lines, QuoteLine("minimum", Decimal(1), "once", minimum.amount, lift,
                                   explain="quote.rule.minimum",
                                   params={"minimum": minimum.amount})]
        total = minimum
    return Priced(tuple(lines), total=total)


def once(code: str, amount: Money) -> list[QuoteLine]:
    """A fee charged once; none when it is zero."""
    if amount.minor == 0:
        return []
    return [QuoteLine(code, Decimal(1), "once", amount.amount, amount,
                      explain=f"quote.rule.{code}")]
