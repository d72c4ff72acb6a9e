"""Holds and bookings as plain values: with lanes, the asker's side and what it may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.accounts.permissions import allowed
from marketplace.bookings import (
    changing,
    conflicts,
    fees,
    lifecycle,
    orders,
    proposal_queries,
    queries,
)
from marketplace.bookings.models import Booking, Hold
from marketplace.bookings.proposal_models import EXPIRED, OPEN, Proposal
from marketplace.catalogue.models import Quote
from marketplace.core import clock
from marketplace.core.actor import Actor

COLUMNS = ("id", "listing_id", "resource_id", "quote_id", "state", "mode", "starts", "ends",
           "pieces", "total", "total_min", "total_max", "reference", "version", "created_at",
           "answer_by", "checked_in_at", "started_at", "ended_at", "cancelled_at", "member_id")
PROPOSED = ("id", "by_side", "purpose", "listing_id", "resource_id", "starts", "ends", "note",
            "answer_by", "created_at")


def made(actor: Actor, row: Booking) -> dict[str, Any]:
    """A booking just made: nothing has been charged or proposed yet, and no fact hits it."""
    quote = queries.quotes_of([row])[row.quote_id]
    lanes = queries.lanes_of("booking", [row.id])
    return _one(actor, row, lanes.get(row.id, [])) | {
        "quote": quote, "fees": [], "proposals": []} | _costs(row, quote, False)


def shown(actor: Actor, rows: Sequence[Booking]) -> list[dict[str, Any]]:
    """Bookings with lanes, quotes, fees and proposals, in eight queries whatever their number."""
    lanes = queries.lanes_of("booking", [row.id for row in rows])
    quotes = queries.quotes_of(rows)
    charged = fees.of_bookings([row.id for row in rows])
    proposed = proposal_queries.of_bookings([row.id for row in rows if row.version > 1])
    hit, excused = _hit(rows), _excused(rows)
    return [_one(actor, row, lanes.get(row.id, []), superseded=proposal_queries.supersedes(
                [each for each, _ in proposed.get(row.id, [])]))
            | {"quote": quotes[row.quote_id], "fees": charged.get(row.id, [])}
            | _costs(row, quotes[row.quote_id], row.id in hit, row.id in excused)
            | {"proposals": [_proposal(*each) for each in proposed.get(row.id, [])]}
            for row in rows]


def _hit(rows: Sequence[Booking]) -> set[int]:
    """Which of these a fact hits."""
    now = clock.now()
    ids = [row.id for row in rows if row.state in lifecycle.BOOKED and row.ends > now]
    return conflicts.hit_among(ids) if ids else set()


def _excused(rows: Sequence[Booking]) -> set[int]:
    """Which of those that have begun, and nobody came to, a fact hits or hit."""
    now = clock.now()
    ids = [row.id for row in rows if row.state == lifecycle.CONFIRMED and row.starts <= now]
    return conflicts.excused_among(ids) if ids else set()


def _costs(row: Booking, quote: Quote, hit: bool, excused: bool = False) -> dict[str, Any]:
    """What a change costs at this moment, and up to when it costs nothing."""
    rules = orders.rules_of(quote)
    return {"fees_now": fees.fees_now(row, rules, hit or excused), "hit": hit,
            "free_until": fees.free_until(row, rules)}


def _proposal(row: Proposal, quote: Quote) -> dict[str, Any]:
    over = row.state == OPEN and row.answer_by <= clock.now()
    return {name: getattr(row, name) for name in PROPOSED} | {
        "quote": quote, "state": EXPIRED if over else row.state}


def _one(actor: Actor, row: Booking, lanes: list[int], *,
         superseded: bool = False) -> dict[str, Any]:
    may = [name for name in actions(actor, row) if not (superseded and name == "approve")]
    return {name: getattr(row, name) for name in COLUMNS} | {
        "lanes": lanes, "side": changing.side_of(actor, row), "actions": may,
        "links": [{"action": name, "method": "POST",
                   "href": f"/api/v1/bookings/{row.id}/{name}"} for name in may]}


def actions(actor: Actor, row: Booking) -> list[str]:
    """What the actor may do to a booking now, by the lifecycle table."""
    moment = changing.moment_of(row)
    sides = changing.sides_of(actor, row)
    return [name for name in lifecycle.ACTIONS
            if allowed(actor, changing.permission(name))
            and any(lifecycle.step(name, row.state, side, moment) for side in sides)]


def shown_hold(row: Hold) -> dict[str, Any]:
    """A hold with its lanes; one that is over is expired, also before anybody has swept it."""
    over = row.state == "held" and row.expires_at <= clock.now()
    return {"id": row.id, "quote_id": row.quote_id, "state": "expired" if over else row.state,
            "expires_at": row.expires_at,
            "lanes": queries.lanes_of("hold", [row.id]).get(row.id, [])}
