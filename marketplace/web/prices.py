"""Prices as pages show them: totals, ranges, lines with the rule that made each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marketplace.core.money import Money, UnitPrice
from marketplace.core.timewindow import TimeWindow
from marketplace.pricing.quote import Priced, Timing, Usage, load_terms, modes, quote
from marketplace.web.formats import DASH
from marketplace.web.reader import formats, words

ORDER = ("time_slice", "piece", "value")   # how modes stand beside each other
UNITS = {"time_slice": "hour", "piece": "piece"}


@dataclass(frozen=True)
class Answer:
    """What a work costs in one mode, and when it would run where that is known."""

    mode: str
    priced: Priced
    window: TimeWindow | None = None
    minutes: int = 0

    @property
    def least(self) -> Money:
        """The firm total, or the least of a range."""
        return self.priced.total if self.priced.total is not None else _known(
            self.priced.total_min)


def _known(amount: Money | None) -> Money:
    if amount is None:
        raise ValueError("a priced answer has a total or a range")
    return amount


def place(mode: str) -> int:
    """The place of a mode beside the others; new ones come last."""
    return ORDER.index(mode) if mode in ORDER else len(ORDER)


def timing(terms: Mapping[str, Mapping[str, Any]], mode: str) -> Timing | None:
    """How long pieces take: the mode's own word, else that of another mode."""
    for name in (mode, *sorted(terms)):
        found = modes()[name].timing(load_terms(name, terms[name]))
        if found is not None:
            return found
    return None


def of_usage(terms: Mapping[str, Mapping[str, Any]], minutes: int | None, pieces: int | None,
             lanes: int) -> list[Answer]:
    """Prices of a work that has no place in time yet, the lowest first.

    `minutes` of machine time, or `pieces`; a mode that cannot price it is left out.
    """
    found = []
    for mode in terms:
        if pieces is not None:
            needs = timing(terms, mode)
            length = needs.minutes(pieces, lanes) if needs else None
        else:
            length = None if modes()[mode].NEEDS_PIECES else minutes
        if length is not None:
            found.append(Answer(mode, quote(mode, terms[mode], Usage(length, lanes, pieces)),
                                minutes=length))
    return sorted(found, key=lambda each: (each.least, place(each.mode)))


def text(priced: Priced, cents: bool = True) -> str:
    """A firm total, or the range of one that is measured later."""
    return span(priced.total, priced.total_min, priced.total_max, cents)


def short(priced: Priced) -> str:
    """For a narrow column: without cents, a range by its least."""
    if priced.total is not None:
        return formats().money(priced.total, cents=False)
    return words("offer.from", amount=formats().money(priced.total_min, cents=False))


def span(total: Money | None, least: Money | None, most: Money | None,
         cents: bool = True) -> str:
    """`¥240.00`, or `¥500.00–¥9,000.00`."""
    f = formats()
    if total is not None:
        return f.money(total, cents)
    if least == most:
        return f.money(least, cents)
    return f"{f.money(least, cents)}{DASH}{f.money(most, cents)}"


def headline(mode: str, micro: int) -> str:
    """The unit price that lists are ordered by: per hour, per piece, or from a floor."""
    price = UnitPrice(Decimal(micro) / 10**6)
    if mode in UNITS:
        return formats().unit_price(price, UNITS[mode])
    return words("offer.from", amount=formats().money(price.times(1), cents=False))


def lines(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Quote lines as they are stored, with names and rules in the reader's language."""
    return [{"name": words(f"offer_line.{row['code']}.name"), "amount": _amount(row),
             "why": words(f"offer_line.{row['code']}.why", **_rule(row))} for row in rows]


def _amount(row: Mapping[str, Any]) -> str:
    least = Money.parse(row["amount"]["amount"])
    if "amount_max" not in row:
        return formats().money(least)
    return span(None, least, Money.parse(row["amount_max"]["amount"]))


def _rule(row: Mapping[str, Any]) -> dict[str, str]:
    """What a rule's sentence may name: quantity, unit price and the line's own parameters."""
    f = formats()
    params = {name: _param(name, str(value)) for name, value in row["params"].items()}
    price = UnitPrice.parse(row["unit_price"])
    per = row["unit"] if row["unit"] in ("hour", "piece") else ""
    unit_price = f.unit_price(price, per) if per else f.money(price.times(1))
    return {"quantity": f.number(Decimal(row["quantity"])), "unit_price": unit_price} | params


def _param(name: str, value: str) -> str:
    f = formats()
    if name == "metric":
        return words(f"metric.{value}")
    if name == "share":
        return f.percent(Decimal(value), 0 if Decimal(value) * 100 % 1 == 0 else 2)
    if name in ("floor", "cap", "minimum", "total"):
        return f.money(Money.parse(value))
    return f.number(Decimal(value))


def options(answers: Iterable[Answer], chosen: str | None,
            pieces: int | None) -> list[dict[str, Any]]:
    """The equal columns of a comparison, on one shared scale from best to worst."""
    found = sorted(answers, key=lambda each: place(each.mode))
    if not found:
        return []
    low = min(each.least for each in found)
    high = max(each.priced.most for each in found)
    firm = [each for each in found if each.priced.total is not None]
    best = min(firm, key=lambda each: each.least).mode if firm else found[0].mode
    picked = chosen if chosen in {each.mode for each in found} else best
    return [_option(each, pieces, (low, high), best, picked) for each in found]


def _option(answer: Answer, pieces: int | None, scale: tuple[Money, Money], best: str,
            picked: str) -> dict[str, Any]:
    f = formats()
    low, high = scale
    wide = answer.priced.total is None
    where = Decimal(answer.least.minor - low.minor) / max(high.minor - low.minor, 1) * 100
    badge = ("moves" if wide else "lowest" if answer.mode == best else "")
    return {"mode": answer.mode, "value": answer.mode, "checked": answer.mode == picked,
            "price": text(answer.priced, cents=not wide), "note": _note(answer, pieces),
            "badge": words(f"offer.badge.{badge}") if badge else "",
            "badge_tone": "warn" if badge == "moves" else "acc",
            "lines": lines(line.as_json() for line in answer.priced.lines),
            "scale": {"from": f.money(low, cents=False), "to": f.money(high, cents=False),
                      "at": f"{where:.1f}", "wide": wide} if low < high else None}


def _note(answer: Answer, pieces: int | None) -> str:
    if answer.priced.total is None:
        return words("offer.note.range")
    if not pieces:
        return words("offer.note.firm")
    each = (Decimal(answer.priced.total.minor) / 100 / pieces).quantize(
        Decimal("0.01"), ROUND_HALF_UP)
    return words("offer.note.firm_each", price=formats().unit_price(each, "piece"))
