"""Reads of proposals, scoped by the booking that they are about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace.bookings import queries
from marketplace.bookings.errors import BookingNotFound, ProposalNotFound
from marketplace.bookings.lifecycle import BUYER
from marketplace.bookings.proposal_models import COUNTER, OPEN, WITHDRAWN, Proposal
from marketplace.catalogue.models import Quote
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db

SHOWN = 20   # proposals of a booking that are read

def open_of(booking_id: int) -> Proposal | None:
    """The open proposal about a booking."""
    return db.session.scalar(select(Proposal).where(Proposal.booking_id == booking_id,
                                                    Proposal.state == OPEN))


def superseded(booking_id: int) -> bool:
    """True when what a request first asked for stands no more; see `supersedes`."""
    return supersedes(db.session.scalars(
        select(Proposal).where(Proposal.booking_id == booking_id)
        .order_by(Proposal.id.desc()).limit(SHOWN)).all())


def supersedes(newest_first: Sequence[Proposal]) -> bool:
    """True when a firm has made a counter-offer to its own request and not taken it back.

    It has said that it wants something else; also declined or lapsed, that is its last word.
    """
    own = (each for each in newest_first if (each.by_side, each.purpose) == (BUYER, COUNTER))
    last = next(own, None)
    return last is not None and last.state != WITHDRAWN


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
    """Proposals with their quotes by booking, newest first; at most SHOWN of each."""
    found: dict[int, list[tuple[Proposal, Quote]]] = {}
    if not booking_ids:
        return found
    place = func.row_number().over(partition_by=Proposal.booking_id, order_by=Proposal.id.desc())
    ranked = (select(Proposal.id, place.label("place"))
              .where(Proposal.booking_id.in_(booking_ids)).subquery())
    query = (select(Proposal, Quote).join(Quote, Quote.id == Proposal.quote_id)
             .join(ranked, ranked.c.id == Proposal.id).where(ranked.c.place <= SHOWN)
             .order_by(Proposal.id.desc()))
    for row, quote in db.session.execute(query):
        found.setdefault(row.booking_id, []).append((row, quote))
    return found


def overdue(limit: int = 500) -> list[int]:
    """Open proposals whose clock has run out, the longest overdue first."""
    query = (select(Proposal.id).where(Proposal.state == OPEN,
                                       Proposal.answer_by <= clock.now())
             .order_by(Proposal.answer_by, Proposal.id).limit(limit))
    return list(db.session.scalars(query))
