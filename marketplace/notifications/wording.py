"""What a notice says, in its reader's language: the same words in the inbox, the API and the mail.

Times are in the reader's zone, which is named; a site elsewhere has its own time beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace import config
from marketplace.core.formats import DASH, Formats
from marketplace.core.i18n import translate
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.notifications.queries import Names

BEIJING = "Asia/Shanghai"


@dataclass(frozen=True)
class Told:
    """A headline, and what is known of the work: empty where it is not."""

    headline: str
    work: str
    when: str
    price: str
    todo: str


def told(lang: str, params: Mapping[str, Any], names: Names) -> Told:
    """The words of a notice's parameters."""
    words = {"number": params.get("number", ""), "fee": _money(lang, [params.get("fee", 0)]),
             "doer": names.companies.get(params.get("doer", 0), DASH),
             "work": names.resources.get(params.get("resource", 0), DASH)}
    return Told(translate(lang, f"notice.say.{params['say']}", **words), words["work"],
                _when(lang, params), _money(lang, params.get("price", [])), _todo(lang, params))


def _when(lang: str, params: Mapping[str, Any]) -> str:
    if not params.get("starts"):
        return ""
    window = TimeWindow(_moment(params["starts"]), _moment(params["ends"]))
    home, there = config.current().default_zone, params["zone"]
    text = _zoned(lang, window, home)
    if _same_clock(window, home, there):
        return text
    return translate(lang, "notice.when.both", here=text, there=_zoned(lang, window, there))


def _zoned(lang: str, window: TimeWindow, zone: str) -> str:
    text = Formats(lang).at(zone).window(window)
    return translate(lang, "notice.when.zone", window=text,
                     zone=zone_name(lang, zone, window.start))


def _same_clock(window: TimeWindow, here: str, there: str) -> bool:
    at, elsewhere = Formats().at(here), Formats().at(there)
    return all(at.local(each).utcoffset() == elsewhere.local(each).utcoffset()
               for each in (window.start, window.end))


def zone_name(lang: str, zone: str, moment: datetime) -> str:
    """`北京时间 UTC+8`; elsewhere the zone's own name with its offset at that moment."""
    if zone == BEIJING:
        return translate(lang, "offer.beijing_time")
    offset = Formats().at(zone).local(moment).strftime("%z")
    return f"{zone} UTC{offset[:3]}:{offset[3:]}"


def _todo(lang: str, params: Mapping[str, Any]) -> str:
    if not params.get("todo"):
        return ""
    zone = config.current().default_zone
    until = _moment(params["until"])
    return translate(lang, f"notice.todo.{params['todo']}", zone=zone_name(lang, zone, until),
                     time=Formats(lang).at(zone).datetime(until))


def _money(lang: str, amounts: list[int]) -> str:
    return DASH.join(Formats(lang).money(Money(each)) for each in dict.fromkeys(amounts))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
