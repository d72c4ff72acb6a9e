"""Conflicts as plain values: what a fact hits, how it may be settled, what is free instead."""

from __future__ import annotations

from typing import Any

from marketplace.bookings import conflicts, proposal_queries, views
from marketplace.bookings.conflicts import Conflict
from marketplace.bookings.models import Booking
from marketplace.bookings.proposal_models import OPEN
from marketplace.catalogue.alternatives import NEARBY, Alternative, alternatives
from marketplace.catalogue.models import Quote
from marketplace.core.actor import Actor
from marketplace.core.db import db

WAYS = ("propose_move", "cancel", "abort", "deliver")   # steps of a seller that settle a conflict
LOOKED_UP = 20   # conflicts whose ways out are looked for: each costs a few queries


def listed(actor: Actor, resource_id: int | None = None) -> list[dict[str, Any]]:
    """Unsettled conflicts on the actor's machines; the first ones with what is free instead."""
    found = conflicts.unsettled(actor, resource_id=resource_id)
    proposals = proposal_queries.of_bookings([each.booking.id for each in found])
    waits = {id_: row.id for id_, rows in proposals.items() for row, _ in rows
             if row.state == OPEN}
    return [_one(actor, each, waits.get(each.booking.id), number < LOOKED_UP)
            for number, each in enumerate(found)]


def _one(actor: Actor, conflict: Conflict, proposal_id: int | None,
         look: bool) -> dict[str, Any]:
    booking = conflict.booking
    may = views.actions(actor, booking)
    ways = [name for name in WAYS if name in may]
    free = ways_out(actor, booking) if look and "propose_move" in ways else []
    return {"booking_id": booking.id, "resource_id": booking.resource_id,
            "state": booking.state, "start": booking.starts, "end": booking.ends,
            "fact": conflict.fact, "ways": ways, "proposal_id": proposal_id,
            "alternatives": [each.shown() for each in free]}


def ways_out(actor: Actor, booking: Booking) -> list[Alternative]:
    """Up to three slots of the same seller that are free now, to be proposed to the firm."""
    quote = db.session.get_one(Quote, booking.quote_id)

    def own(_: Actor | None, found: Alternative) -> bool:
        return (found.kind != NEARBY and found.place.offer.company_id == actor.company_id
                and found.lanes == booking.lanes)

    return alternatives(actor, quote, judge=own)
