"""Holds and bookings as plain values: with lanes, the asker's side and what it may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.accounts.permissions import allowed
from marketplace.bookings import changing, fees, lifecycle, queries
from marketplace.bookings.models import Booking, Hold
from marketplace.core import clock
from marketplace.core.actor import Actor

COLUMNS = ("id", "listing_id", "resource_id", "quote_id", "state", "mode", "starts", "ends",
           "pieces", "total", "total_min", "total_max", "reference", "version", "created_at",
           "answer_by", "checked_in_at", "started_at", "ended_at", "cancelled_at", "member_id")


def shown(actor: Actor, rows: Sequence[Booking]) -> list[dict[str, Any]]:
    """Bookings with lanes, quotes and fees, whatever their number in five queries."""
    lanes = queries.lanes_of("booking", [row.id for row in rows])
    quotes = queries.quotes_of(rows)
    charged = fees.of_bookings([row.id for row in rows])
    return [_one(actor, row, lanes.get(row.id, []))
            | {"quote": quotes[row.quote_id], "fees": charged.get(row.id, [])} for row in rows]


def _one(actor: Actor, row: Booking, lanes: list[int]) -> dict[str, Any]:
    may = actions(actor, row)
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
