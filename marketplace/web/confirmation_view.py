"""A booking's confirmation as one sheet in both languages, from its facts alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template
from markupsafe import Markup

from marketplace.core.i18n import LANGUAGES, translate
from marketplace.core.money import Money
from marketplace.http.language import speaking
from marketplace.web import names, prices
from marketplace.web.reader import formats

STYLE = Path(__file__).parent / "static" / "css" / "confirmation.css"
Pair = tuple[str, str]   # the same in zh and en


@cache
def style() -> str:
    """The style of the sheet; it is part of it, so that a saved sheet looks the same."""
    return STYLE.read_text(encoding="utf-8")


@cache
def policy() -> str:
    """Nothing but this very style may be loaded or run."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return (f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'")


def sheet(facts: Mapping[str, Any]) -> bytes:
    """The sheet: the same bytes for the same facts, whoever reads them in whatever language."""
    page = render_template(
        "bookings/confirmation.html", style=Markup(style()), facts=facts,
        both=both, sides=[(both("booking.buyer"), facts["buyer"]),
                          (both("booking.seller"), facts["seller"])],
        region=_in_both(names.city), kind=both(
            f"kind.{facts['resource']['kind']}"),
        services=[_in_both(names.service)(code) for code in facts["resource"]["services"]],
        length=_in_both(names.length)(facts["work_minutes"]), window=_window(facts),
        lines=list(zip(*[_lines(lang, facts) for lang in LANGUAGES], strict=True)),
        total=_total(facts), terms=_terms(facts["rules"]), fees=_fees(facts),
        moments=[(both(f"confirmation.moment.{name}"), clock_text(at, facts["site"]["zone"]))
                 for name, at in facts["moments"].items() if at])
    return page.encode()


def both(key: str, **params: object) -> Pair:
    """A message in zh and in en."""
    return translate("zh", key, **params), translate("en", key, **params)


def _in_both(function: Callable[[Any], str]) -> Callable[[Any], Pair]:
    """A function of pages asked in both languages."""

    def ask(value: Any) -> Pair:
        found = []
        for lang in LANGUAGES:
            with speaking(lang):
                found.append(function(value))
        return found[0], found[1]

    return ask


def _lines(lang: str, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    with speaking(lang):
        return prices.lines(facts["lines"])


def _total(facts: Mapping[str, Any]) -> str:
    """`¥240.00` or a range: alike in both languages."""
    amounts = {name: None if fen is None else Money(fen) for name, fen in facts["price"].items()}
    return prices.span(amounts["total"], amounts["total_min"], amounts["total_max"])


def clock_text(moment: str, zone: str) -> str:
    """`2026-03-03 10:00 UTC+08:00`, in the zone of the site."""
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} UTC{offset[:3]}:{offset[3:5]}"


def _window(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Start and end by the site's clock and in UTC."""
    ends = (facts["starts"], facts["ends"])
    return {"local": [clock_text(each, facts["site"]["zone"]) for each in ends],
            "utc": [f"{datetime.fromisoformat(each).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
                    for each in ends]}


def _terms(rules: Mapping[str, Any]) -> list[Pair]:
    """What cancelling, moving and not coming cost, and how acceptance works."""
    late = both("confirmation.terms.late", hours=rules["free_hours"],
                percent=rules["late_percent"])
    found = [late, both("confirmation.terms.no_show", percent=rules["no_show_percent"])]
    if rules["check_in"]:
        found.append(both("confirmation.terms.check_in", minutes=rules["grace_minutes"]))
    return [*found, both("confirmation.terms.accept", days=rules["accept_days"])]


def _fees(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": both(f"confirmation.fee.{each['code']}", percent=each["percent"]),
             "state": both(f"confirmation.fee_state.{each['state']}"),
             "amount": formats().money(Money(each["amount"]))} for each in facts["fees"]]


