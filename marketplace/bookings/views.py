"""Holds and bookings as plain values: with lanes, the asker's side and what it may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.accounts.permissions import allowed
from marketplace.bookings import lifecycle, queries, services
from marketplace.bookings.models import Booking, Hold
from marketplace.core import clock
from marketplace.core.actor import Actor

COLUMNS = ("id", "listing_id", "resource_id", "quote_id", "state", "mode", "starts", "ends",
           "pieces", "total", "total_min", "total_max", "reference", "version", "created_at",
           "cancelled_at")


def shown(actor: Actor, rows: Sequence[Booking]) -> list[dict[str, Any]]:
    """Bookings with their lanes and quotes, whatever their number in four queries."""
    lanes = queries.lanes_of("booking", [row.id for row in rows])
    quotes = queries.quotes_of(rows)
    return [_one(actor, row, lanes.get(row.id, [])) | {"quote": quotes[row.quote_id]}
            for row in rows]


def _one(actor: Actor, row: Booking, lanes: list[int]) -> dict[str, Any]:
    side = services.side_of(actor, row)
    actions = (lifecycle.actions(row.state, side, row.starts, clock.now())
               if allowed(actor, "booking.cancel") else [])
    return {name: getattr(row, name) for name in COLUMNS} | {
        "lanes": lanes, "side": side, "actions": actions}


def shown_hold(row: Hold) -> dict[str, Any]:
    """A hold with its lanes; one that is over is expired, also before anybody has swept it."""
    over = row.state == "held" and row.expires_at <= clock.now()
    return {"id": row.id, "quote_id": row.quote_id, "state": "expired" if over else row.state,
            "expires_at": row.expires_at,
            "lanes": queries.lanes_of("hold", [row.id]).get(row.id, [])}
