"""The record of a company as the pages show it: shares with the formula that made each."""

from __future__ import annotations

from typing import Any

from marketplace.kpis import record
from marketplace.web.reader import formats, words


def card(company_id: int) -> dict[str, Any]:
    """Orders of twelve months and, from FEWEST on, (name, value, formula) of every share."""
    found, f = record.record_of(company_id), formats()
    rows = [
        (words(f"record.{each.name}.label"),
         "—" if each.value is None else f.percent(each.value),
         words(f"record.{each.name}.formula", part=f.number(each.part),
               whole=f.number(each.whole))) for each in found.shares]
    return {"orders": found.orders, "fewest": record.FEWEST, "rows": rows,
            "pairs": [(name, value) for name, value, _ in rows]}
