"""The work that a page asks about, read from its address: a start, and an end or pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from marketplace.catalogue.schemas import WishFields
from marketplace.catalogue.services import Wish
from marketplace.core.errors import FieldError
from marketplace.http.api import invalid
from marketplace.http.language import language
from marketplace.http.problems import field_problem

FIELDS = ("start", "end", "pieces", "lanes", "mode")
MOMENTS = ("start", "end")
NUMBERS = ("pieces", "lanes")


@dataclass(frozen=True)
class WorkForm:
    """What was typed, the wish it means, and a sentence for every wrong field."""

    values: Mapping[str, str]
    wish: Wish | None
    errors: Mapping[str, str]


def read(sent: Mapping[str, str], listing_id: int, zone: str) -> WorkForm:
    """Read a work; nothing typed is no work and no error.

    Nor are pieces alone, which a link from the search brings, or a start alone, which a free
    stretch brings: the form, which sends its empty fields too, has not been sent yet.
    """
    values = {name: sent.get(name, "").strip() for name in FIELDS}
    form_sent = "start" in sent and ("end" in sent or "pieces" in sent)
    if not (values["end"] or (form_sent and (values["start"] or values["pieces"]))):
        return WorkForm(values, None, {})
    body: dict[str, Any] = {name: value for name, value in values.items() if value}
    body |= {name: instant(body[name], zone) for name in MOMENTS if name in body}
    body |= {name: number(body[name]) for name in NUMBERS if name in body}
    try:
        return WorkForm(values, Wish(**WishFields().load(body | {"listing_id": listing_id})), {})
    except ValidationError as error:
        return WorkForm(values, None, sentences(invalid(error).errors))


def instant(text: str, zone: str) -> str:
    """What a browser's time field sends, with the offset of the place's clock; else as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).isoformat()


def local(moment: datetime, zone: str) -> str:
    """A moment as a browser's time field wants it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def number(text: str) -> int | str:
    """Digits as a number; anything else as it is, for the schema to refuse."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else text


def sentences(errors: Sequence[FieldError]) -> dict[str, str]:
    """A sentence in the reader's language for every wrong field."""
    return {each.field: field_problem(language(), each)["message"] for each in errors}


def query_of(wish: Wish, zone: str) -> dict[str, Any]:
    """A wish as the parameters of an address."""
    found: dict[str, Any] = {"start": local(wish.start, zone), "lanes": str(wish.lanes)}
    if wish.pieces is not None:
        found["pieces"] = str(wish.pieces)
    elif wish.end is not None:
        found["end"] = local(wish.end, zone)
    return found | ({"mode": wish.mode} if wish.mode else {})
