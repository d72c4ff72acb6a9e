"""Everything the operator's page of utilisation shows, and its CSV."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import url_for

from marketplace import config
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.kpis import base, queries, rules
from marketplace.resources.rules import TOP_TYPE
from marketplace.web import names
from marketplace.web.reader import formats, words

COLUMNS_OF_KINDS = (("open_hours", "open"), ("listed_hours", "listed"),
                    ("booked_hours", "booked"), ("booked_share", "share_text"),
                    ("used_hours", "used"), ("held_hours", "held"))
COLUMNS = 10   # kinds of work in the heat map, those most booked
RANKED = 12
STEPS = (20, 35, 50, 65, 80)
LADDER = {"open": "idle", "listed": "listed", "booked": "booked", "used": "running"}
WRAP = 14      # letters a line in the head of the heat map


def chosen(name: str) -> tuple[str, TimeWindow]:
    """A period by its name, the default where there is no such; and its window."""
    known = name if name in rules.PERIODS else rules.DEFAULT
    return known, rules.period(known, clock.now(), config.current().default_zone)


def view(actor: Actor, name: str) -> dict[str, Any]:
    """The page for one period; raises NotAllowed for anybody but an operator."""
    known, period = chosen(name)
    f = formats()
    total = queries.measures(actor, period, base.TOTAL)
    resources, companies = queries.counted(actor)
    last = f.local(period.end).date() - timedelta(days=1)
    return {
        "page_title": words("nav.utilisation"), "tiles": _tiles(total), "ladder": _ladder(total),
        "facts": [f.days(f.local(period.start).date(), last),
                  words("use.counted", resources=f.number(resources),
                        companies=f.number(companies))],
        "periods": [(words(f"use.period.{each}"), url_for("utilisation_page.show", period=each),
                     each == known) for each in rules.PERIODS],
        "csv_url": url_for("utilisation_page.export", period=known),
        "heat": _heat(actor, period), "services": _ranked(actor, period, base.SERVICE),
        "companies": _ranked(actor, period, base.COMPANY), "modes": _modes(actor, period),
        "types": _types(actor, period), "columns": COLUMNS_OF_KINDS}


def _hours(seconds: float) -> str:
    return formats().number(round(seconds / 3600))


def _in_hours(seconds: float) -> str:
    return f"{_hours(seconds)} {words('format.unit.hour')}"


def _shown(unit: str, value: float | None) -> tuple[str, str]:
    """A value with its unit; what cannot be said is a dash."""
    if unit == "share":
        return ("—", "") if value is None else (formats().number(value * 100, 1), "%")
    return _hours(value or 0), words("format.unit.hour")


def _tiles(total: Mapping[str, queries.Values]) -> list[dict[str, str]]:
    tiles = []
    for each in queries.indicators():
        text, unit = _shown(each.UNIT, total[each.NAME].get(""))
        tiles.append({"label": words(each.LABEL), "value": text, "unit": unit,
                      "formula": words(each.FORMULA)})
    return tiles


def _ladder(total: Mapping[str, queries.Values]) -> list[dict[str, Any]]:
    """Open → listed → booked → used, and what each step loses."""
    steps = [(name, total[f"{name}_hours"].get("", 0)) for name in LADDER]
    after = [hours for _, hours in steps[1:]]
    whole = steps[0][1] or 1
    return [{"state": LADDER[name], "name": words(f"use.step.{name}"), "hours": _in_hours(hours),
             "share": hours / whole,
             "lost": words(f"use.lost.{name}", hours=_hours(hours - after[place]))
             if place < len(after) else ""}
            for place, (name, hours) in enumerate(steps)]


def _name(actor_names: Mapping[str, str], by: str, key: str) -> str:
    if by in (base.COMPANY, base.RESOURCE):
        return actor_names.get(key, key)
    named = {base.CITY: names.city, base.SERVICE: names.service}
    if by in named:
        return named[by](key) if key else words("use.no_service")
    prefix = {base.TOP_TYPE: "top_type", base.KIND: "kind", base.MODE: "ui.mode"}
    return words(f"{prefix[by]}.{key}") if by in prefix else words("use.all")


def _rows(actor: Actor, period: TimeWindow, by: str) -> list[dict[str, Any]]:
    """Every indicator by one dimension, the most open hours first."""
    found = queries.measures(actor, period, by)
    labels = _labels(actor, by)
    opened, share = found["open_hours"], found["booked_share"]
    return [{"name": _name(labels, by, key), "key": key, "group": by, "open": _hours(opened[key]),
             "booked": _hours(found["booked_hours"].get(key, 0)),
             "held": _hours(found["held_hours"].get(key, 0)),
             "listed": _hours(found["listed_hours"].get(key, 0)),
             "used": _hours(found["used_hours"].get(key, 0)), "share": share.get(key, 0.0),
             "share_text": formats().percent(share[key]) if key in share else "—"}
            for key in sorted(opened, key=lambda each: (-opened[each], each))]


def _labels(actor: Actor, by: str) -> Mapping[str, str]:
    """The names of a dimension whose keys are numbers."""
    named = {base.COMPANY: queries.company_names, base.RESOURCE: queries.resource_names}
    return named[by](actor) if by in named else {}


def _types(actor: Actor, period: TimeWindow) -> list[dict[str, Any]]:
    """Every top type, and under it the kinds of resource that make it up."""
    kinds = _rows(actor, period, base.KIND)
    return [row for top in _rows(actor, period, base.TOP_TYPE)
            for row in (top, *(kind for kind in kinds if TOP_TYPE[kind["key"]] == top["key"]))]


def _ranked(actor: Actor, period: TimeWindow, by: str) -> list[dict[str, Any]]:
    """The most booked first; bars are parts of the longest."""
    rows = sorted(_rows(actor, period, by), key=lambda row: -row["share"])
    longest = max((row["share"] for row in rows), default=0) or 1
    return [{"name": row["name"], "text": row["share_text"], "share": row["share"] / longest,
             "note": words("use.of", booked=row["booked"], open=row["open"]), "url": ""}
            for row in rows[:RANKED]]


def _modes(actor: Actor, period: TimeWindow) -> list[dict[str, Any]]:
    """Booked hours by price mode and their part of all booked hours."""
    booked = queries.measure(actor, "booked_hours", period, base.MODE)
    whole = sum(booked.values())
    return [{"mode": mode, "hours": _hours(seconds), "share": seconds / whole,
             "text": formats().percent(seconds / whole)}
            for mode, seconds in sorted(booked.items(), key=lambda each: -each[1])]


def _heat(actor: Actor, period: TimeWindow) -> dict[str, Any] | None:
    """Booked share in percent by city and kind of work; no open hour is a dash, not a zero."""
    share = queries.measure(actor, "booked_share", period, base.CITY_SERVICE)
    booked = queries.measure(actor, "booked_hours", period, base.SERVICE)
    services = [each for each in sorted(booked, key=lambda key: (-booked[key], key))
                if each][:COLUMNS]
    cities = sorted({key.partition("|")[0] for key in share})
    if not (services and cities):
        return None
    values = {key: _rounded(value * 100) for key, value in share.items()}
    return {"cols": [wrapped(names.service(each)) for each in services],
            "rows": [names.city(each) for each in cities], "steps": list(STEPS), "fine": True,
            "cells": [[col, row, values.get(f"{city}|{service}")]
                      for row, city in enumerate(cities)
                      for col, service in enumerate(services)]}


def _rounded(percent: float) -> float:
    """Whole percents; below ten with one decimal, so that little is not shown as nothing."""
    return round(percent, 1) if percent < 10 else round(percent)


def wrapped(name: str) -> str:
    """A name in at most three lines for the head of a narrow column, broken between its words."""
    if name.isascii():
        return "\n".join(textwrap.wrap(name, WRAP, max_lines=3, placeholder="…"))
    half = (len(name) + 1) // 2
    return name if len(name) <= WRAP // 2 else f"{name[:half]}\n{name[half:]}"


def table(actor: Actor, name: str) -> tuple[str, str]:
    """The file name and the CSV of every indicator by every dimension over a period."""
    known, period = chosen(name)
    labels = {by: _labels(actor, by) for by in (base.COMPANY, base.RESOURCE)}
    indicators = queries.indicators()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["from", "until", "by", "key", "name", *(each.NAME for each in indicators)])
    span = [formats().iso(period.start), formats().iso(period.end)]
    for by, key, values in queries.export(actor, period):
        writer.writerow([*span, by, key, _plain(_name(labels.get(by, {}), by, key)),
                         *(_exported(each.UNIT, values.get(each.NAME)) for each in indicators)])
    return f"utilisation-{known}.csv", out.getvalue()


def _exported(unit: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.6f}" if unit == "share" else f"{value / 3600:.2f}"


def _plain(name: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return "'" + name if name[:1] in "=+-@\t\r" else name
