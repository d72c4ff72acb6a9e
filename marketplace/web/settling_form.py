"""Forms by which the two sides of a booking move it or propose something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from marketplace.bookings.moves import Target
from marketplace.bookings.proposals import Offered
from marketplace.bookings.settling_schemas import (
    CounterRequest,
    MoveProposalRequest,
    MoveRequest,
)
from marketplace.core.money import CURRENCY
from marketplace.http.api import invalid
from marketplace.web.work import instant, number, sentences

COUNTER, PROPOSE_MOVE = "counter", "propose_move"
SCHEMAS = {COUNTER: CounterRequest, PROPOSE_MOVE: MoveProposalRequest}
TYPED = ("start", "end", "total", "note", "listing_id")


@dataclass(frozen=True)
class MoveForm:
    """What was typed, where it leads, and a sentence for every wrong field."""

    values: Mapping[str, str]
    to: Target | None
    errors: Mapping[str, str]


@dataclass(frozen=True)
class OfferForm:
    """What was typed, what it offers, and a sentence for every wrong field."""

    values: Mapping[str, str]
    offered: Offered | None
    errors: Mapping[str, str]


def typed(sent: Mapping[str, str], zone: str) -> tuple[dict[str, str], dict[str, Any]]:
    """What was typed, and the same as a request body in the zone of the place."""
    values = {name: sent.get(name, "").strip() for name in TYPED}
    body: dict[str, Any] = {name: value for name, value in values.items() if value}
    body |= {name: instant(body[name], zone) for name in ("start", "end") if name in body}
    if "listing_id" in body:
        body["listing_id"] = number(body["listing_id"])
    if "total" in body:
        body["total"] = {"amount": body["total"], "currency": CURRENCY}
    return values, body


def read_move(sent: Mapping[str, str], zone: str) -> MoveForm:
    """Read where a booking is to be; nothing typed is no wish and no error."""
    values, body = typed(sent, zone)
    wanted: dict[str, Any] = {name: value for name, value in body.items()
                              if name in ("start", "listing_id")}
    if "start" not in wanted:
        return MoveForm(values, None, {})
    if "max_total" in sent:
        wanted["max_total"] = {"amount": sent["max_total"], "currency": CURRENCY}
    try:
        return MoveForm(values, MoveRequest().load(wanted)["to"], {})
    except ValidationError as error:
        return MoveForm(values, None, sentences(invalid(error).errors))


def read_offer(action: str, sent: Mapping[str, str], zone: str) -> OfferForm:
    """Read what one side offers the other."""
    values, body = typed(sent, zone)
    if action == COUNTER:
        body.pop("listing_id", None)
    try:
        return OfferForm(values, SCHEMAS[action]().load(body)["offered"], {})
    except ValidationError as error:
        wrong = sentences(invalid(error).errors)
        return OfferForm(values, None, {name.partition(".")[0]: text
                                        for name, text in wrong.items()})
