"""The service codes: what kind of work there is, read once from the table beside this module."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from marketplace.core.text import folded

TABLE = Path(__file__).parent / "data" / "service_codes.csv"


@dataclass(frozen=True)
class ServiceCode:
    """One kind of work: its top type, its GB/T 4754 class and its names."""

    code: str
    top_type: str
    gbt4754: str
    zh: str
    en: str


@cache
def service_codes() -> Mapping[str, ServiceCode]:
    """Every service code by its code, in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [ServiceCode(**row) for row in csv.DictReader(file)]
    return MappingProxyType({row.code: row for row in rows})


def codes_named(word: str) -> list[str]:
    """The codes in whose Chinese or English name a folded word stands."""
    return [each.code for each in service_codes().values()
            if word in folded(each.zh) or word in folded(each.en)]


def covers(offered: str, wanted: str) -> bool:
    """True when a capability `offered` does the work `wanted`: the same code or one below it."""
    return offered == wanted or offered.startswith(wanted + ".")
