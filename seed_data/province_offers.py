"""How the resources of the province are offered: listings and their price terms.

Distributions: 92 % of the resources are listed. Modes of what can be charged by the piece: time
27 %, time and piece 35 %, piece 8 %, time and value 8 %, all three 17 %, value 5 %; of the rest:
time 60 %, time and value 30 %, value 10 %; stores and trucks by time alone, packing by piece
too. The hourly rate is uniform in the type's range. A piece costs its minutes at that rate times
U(1.1, 1.4); minutes a piece are log-uniform in the type's range. A value share is U(0.10, 0.35).
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log
from random import Random

from seed_data.province import Rows, stream
from seed_data.province_resources import Asset

PIECE_MODES: tuple[tuple[int, str], ...] = (
    (27, "t"), (35, "tp"), (8, "p"), (8, "tv"), (17, "tpv"), (5, "v"),
)
OTHER_MODES: tuple[tuple[int, str], ...] = ((60, "t"), (30, "tv"), (10, "v"))
VALUE_KINDS = ("machine", "lab", "expert", "design_desk", "data_desk")
METRICS: tuple[tuple[str, str, tuple[int, int], tuple[str, ...]], ...] = (
    ("saving_per_piece", "lower", (20, 60), ("1.00",)),
    ("yield_percent", "higher", (82, 94), ("0.50", "0.80", "1.20")),
    ("lead_time_days", "lower", (8, 30), ("0.40", "0.60", "1.00")),
)
"""Metric, direction, range of the baseline, yuan of one unit of gain on one piece."""


@dataclass(frozen=True)
class Rules:
    """Bounds on a booking in minutes, and how far ahead one may book."""

    step: int
    least: int
    most: int
    notice: int
    horizon: int
    may_pause: bool


@dataclass(frozen=True)
class Offer:
    """A listing: the resource, its rules and the terms of each mode offered (None = not)."""

    asset: Asset
    rules: Rules
    show_company: bool
    time_slice: dict[str, object] | None
    piece: dict[str, object] | None
    value: dict[str, object] | None


def offers(owned: list[Asset]) -> list[Offer]:
    """Listings in the order of the resources; the recorded machines and the shared ones always."""
    draw = stream("listings")
    return [_offer(draw, asset) for asset in owned if draw.random() < 0.92 or _always(asset)]


def _always(asset: Asset) -> bool:
    return asset.code.startswith("NIST-") or asset.owner is not asset.operating


def _offer(draw: Random, asset: Asset) -> Offer:
    modes = _modes(draw, asset)
    rate = _rate(draw, asset)
    return Offer(
        asset=asset,
        rules=_rules(draw, asset),
        show_company=draw.random() < 0.8,
        time_slice=_time_slice(draw, asset, rate) if "t" in modes else None,
        piece=_piece(draw, asset, rate) if "p" in modes else None,
        value=_value(draw, asset) if "v" in modes else None,
    )


def _modes(draw: Random, asset: Asset) -> str:
    kind = asset.kind
    if kind.kind not in VALUE_KINDS:
        return "tp" if kind.piece else "t"
    table = PIECE_MODES if kind.piece else OTHER_MODES
    return draw.choices([modes for _, modes in table], [weight for weight, _ in table])[0]


def _rate(draw: Random, asset: Asset) -> Decimal:
    low, high = asset.kind.rate
    if asset.kind.service_code in ("S.wh.pallet", "S.wh.cold"):
        return Decimal(draw.randint(low, high)) / 20
    return Decimal(round(draw.uniform(low, high) / 5) * 5)


def _rules(draw: Random, asset: Asset) -> Rules:
    kind = asset.kind.kind
    if kind == "warehouse" and not asset.kind.piece:
        return Rules(60, 1440, 43200, draw.choice((60, 240)), 120, False)
    if kind == "truck":
        return Rules(30, 120, 960, draw.choice((120, 240, 720)), 60, False)
    if kind == "machine":
        pausing = draw.random() < 0.6
        return Rules(
            step=draw.choice((15, 30, 30, 60)),
            least=draw.choice((60, 60, 120)),
            most=draw.choice((2880, 4320)) if pausing else draw.choice((480, 960)),
            notice=draw.choice((60, 240, 720, 1440)),
            horizon=draw.choice((60, 90, 90, 120)),
            may_pause=pausing,
        )
    return Rules(30, 60, 480, draw.choice((240, 1440)), draw.choice((60, 90)), False)


def _time_slice(draw: Random, asset: Asset, rate: Decimal) -> dict[str, object]:
    machine = asset.kind.kind == "machine"
    return {
        "rate_per_hour": _yuan(rate),
        "setup_fee": _yuan(Decimal(draw.choice((0, 0, 50, 100, 150) if machine else (0,)))),
        "minimum": _yuan(rate * draw.choice((0, 1) if machine else (0,))),
    }


def _piece(draw: Random, asset: Asset, rate: Decimal) -> dict[str, object]:
    minutes = _minutes(draw, asset)
    price = rate * minutes / 60 * Decimal(str(round(draw.uniform(1.1, 1.4), 2)))
    return {
        "price_per_piece": f"{price:.4f}",
        "setup_fee": _yuan(Decimal(draw.randrange(100, 650, 50))),
        "minimum": _yuan(Decimal(draw.choice((0, 200, 500)))),
        "setup_minutes": draw.choice((30, 45, 60)),
        "minutes_per_piece": f"{minutes:.1f}",
    }


def _minutes(draw: Random, asset: Asset) -> Decimal:
    low, high = asset.kind.piece or (0.5, 5.0)
    return Decimal(str(max(0.1, round(exp(draw.uniform(log(low), log(high))), 1))))


def _value(draw: Random, asset: Asset) -> dict[str, object]:
    metric, direction, baseline, worth = draw.choice(METRICS)
    base = Decimal(draw.randrange(300, 3050, 50))
    return {
        "base": _yuan(base),
        "share": f"{draw.uniform(0.10, 0.35):.2f}",
        "unit_value": draw.choice(worth),
        "floor": _yuan(base),
        "cap": _yuan(base * draw.randint(6, 15)),
        "metric": metric,
        "baseline": _yuan(Decimal(draw.randint(*baseline))),
        "direction": direction,
        "setup_minutes": draw.choice((30, 60)),
        "minutes_per_piece": f"{_minutes(draw, asset):.1f}",
    }


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}"


def listing_rows(offered: list[Offer]) -> Rows:
    """The listings file; the company of a row is the resource's owner."""
    return [
        {
            "company_credit_code": offer.asset.owner.credit_code,
            "resource_code": offer.asset.code,
            "step_minutes": offer.rules.step,
            "min_minutes": offer.rules.least,
            "max_minutes": offer.rules.most,
            "notice_minutes": offer.rules.notice,
            "horizon_days": offer.rules.horizon,
            "may_pause": "yes" if offer.rules.may_pause else "no",
            "show_company": "yes" if offer.show_company else "no",
            "time_slice_json": _json(offer.time_slice),
            "piece_json": _json(offer.piece),
            "value_json": _json(offer.value),
        }
        for offer in offered
    ]


def _json(terms: dict[str, object] | None) -> str:
    return json.dumps(terms, separators=(",", ":")) if terms else ""
