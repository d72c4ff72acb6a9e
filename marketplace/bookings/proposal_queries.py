"""Reads of proposals, scoped by the booking that they are about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.bookings import queries
from marketplace.bookings.errors import BookingNotFound, ProposalNotFound
from marketplace.bookings.proposal_models import OPEN, Proposal
from marketplace.catalogue.models import Quote
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db


def open_of(booking_id: int) -> Proposal | None:
    """The open proposal about a booking."""
    return db.session.scalar(select(Proposal).where(Proposal.booking_id == booking_id,
                                                    Proposal.state == OPEN))


def proposal_of(actor: Actor, proposal_id: int) -> Proposal:
    """A proposal about a booking of the actor's company on either side; raises ProposalNotFound."""
    row = db.session.get(Proposal, proposal_id)
    if row is None:
        raise ProposalNotFound(id=proposal_id)
    try:
        queries.booking_of(actor, row.booking_id)
    except BookingNotFound:
        raise ProposalNotFound(id=proposal_id) from None
    return row


def of_bookings(booking_ids: Sequence[int]) -> dict[int, list[tuple[Proposal, Quote]]]:
    """Proposals with their quotes by booking, newest first."""
    found: dict[int, list[tuple[Proposal, Quote]]] = {}
    if not booking_ids:
        return found
    query = (select(Proposal, Quote).join(Quote, Quote.id == Proposal.quote_id)
             .where(Proposal.booking_id.in_(booking_ids))
             .order_by(Proposal.id.desc()).limit(500))
    for row, quote in db.session.execute(query):
        found.setdefault(row.booking_id, []).append((row, quote))
    return found


def overdue(limit: int = 500) -> list[int]:
    """Open proposals whose clock has run out, the longest overdue first."""
    query = (select(Proposal.id).where(Proposal.state == OPEN,
                                       Proposal.answer_by <= clock.now())
             .order_by(Proposal.answer_by, Proposal.id).limit(limit))
    return list(db.session.scalars(query))
