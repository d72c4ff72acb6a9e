"""Where the random histories play: one machine for all of them, and what the database says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text, update

from marketplace import config
from marketplace.accounts.permissions import NotAllowed
from marketplace.bookings.errors import (
    AlreadyAsked,
    BookingNotFound,
    ColleagueUnfit,
    HoldNotFound,
    HoldOver,
    IllegalTransition,
    NeedsApproval,
    NotYours,
    ProposalNotFound,
    ProposalOver,
    ProposalUnfit,
    TermsSuperseded,
)
from marketplace.bookings.models import Booking
from marketplace.bookings.proposal_models import Proposal
from marketplace.bookings.series_errors import SeriesEnded, SeriesNotFound, SeriesNotFree
from marketplace.bookings.series_models import SeriesItem
from marketplace.bookings.waitlist_errors import (
    AlreadyWaiting,
    EntryNotFound,
    SlotFree,
    WaitedEnough,
)
from marketplace.bookings.waitlist_models import WaitlistEntry
from marketplace.capacity.errors import SlotTaken, UnavailabilityOver
from marketplace.capacity.models import Claim
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Listing
from marketplace.core.audit import AuditEntry
from marketplace.core.db import Base, db
from marketplace.core.transaction import transaction
from marketplace.resources import openings
from tests.factories.companies import actor_for, join
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource

OUTCOME = {
    AlreadyAsked: "asked", TermsSuperseded: "superseded",
    SlotTaken: "taken", RuleBroken: "broken", IllegalTransition: "illegal", HoldOver: "over",
    NeedsApproval: "approval", NotAllowed: "forbidden", BookingNotFound: "unknown",
    HoldNotFound: "unknown", ProposalNotFound: "unknown", EntryNotFound: "unknown",
    SeriesNotFound: "unknown", ColleagueUnfit: "unfit", ProposalUnfit: "unfit",
    ProposalOver: "over", NotYours: "not yours", SlotFree: "free", AlreadyWaiting: "already",
    WaitedEnough: "ended", SeriesEnded: "ended", SeriesNotFree: "none free",
    UnavailabilityOver: "over"}
# Whoever reads or acts next lets a hold go that has run out: the model does not say when.
BY_THE_CLOCK = ("hold.expire", "waitlist.passed", "waitlist.over", "booking_fee.waive")
OVERLAPS = text("""
    SELECT count(*) FROM claim a JOIN claim b ON b.lane_id = a.lane_id AND b.id <> a.id
       AND a.blocked_from < b.blocked_until AND b.blocked_from < a.blocked_until
     WHERE a.state IN ('held','booked','blocked') AND b.state IN ('held','booked','blocked')""")
AHEAD = 80   # days that a history may take


def outcome(deed: Callable[[], Any]) -> tuple[str, Any]:
    """What came of it in one word, and what was made."""
    try:
        made = deed()
    except tuple(OUTCOME) as refusal:
        db.session.rollback()
        return OUTCOME[type(refusal)], None
    return getattr(made, "state", "done"), made


class Stage:
    """A machine open from 8 to 20, hourly, with a buffer after the work, and its people."""

    def __init__(self, market: Any) -> None:
        colleague, viewer = (join(market.buyer.company, role) for role in ("planner", "viewer"))
        self.actors = {"buyer": market.buyer.actor, "seller": market.seller.actor,
                       "rival": market.stranger.actor, "colleague": colleague.actor,
                       "viewer": viewer.actor, "operator": actor_for(market.operator)}
        self.names = {actor.member_id: name for name, actor in self.actors.items()}
        self.resource = create_resource(market.seller.company, buffer_after=15)
        openings.rebuild([self.resource.id, market.resource.id],
                         config.current().opening_days + AHEAD)
        self.listing = create_listing(self.resource, step=60, check_in=True, reply_hours=3,
                                      accept_days=2, grace_minutes=30)
        db.session.rollback()
        filled = {table.name for table in Base.metadata.sorted_tables
                  if db.session.execute(select(table).limit(1)).first() is not None}
        self.cleared = [table for table in reversed(Base.metadata.sorted_tables)
                        if table.name not in filled - {"audit_entry"}]
        db.session.rollback()

    def reset(self, approval: bool) -> None:
        """Forget all that the last history did: nothing gets slower from one to the next."""
        db.session.rollback()
        db.session.expunge_all()
        with transaction():
            for table in self.cleared:
                db.session.execute(delete(table))
            db.session.execute(update(Listing).where(Listing.id == self.listing.id)
                               .values(approval=approval))
        self.seen = 0

    def bookings(self) -> dict[int, tuple[Any, ...]]:
        """Every booking: whose, state, times, price, clock."""
        rows = db.session.execute(select(
            Booking.id, Booking.member_id, Booking.state, Booking.starts, Booking.ends,
            Booking.total, Booking.answer_by))
        return {id_: (self.names[member], state, starts, ends, total.minor, answer_by)
                for id_, member, state, starts, ends, total, answer_by in rows}

    def occupied(self, now: datetime) -> set[tuple[str, int, datetime, datetime]]:
        """What holds and bookings claim of the machine."""
        rows = db.session.execute(select(
            Claim.holder_kind, Claim.holder_id, Claim.starts, Claim.ends, Claim.expires_at)
            .where(Claim.state.in_(("held", "booked"))))
        return {(kind, id_, starts, ends) for kind, id_, starts, ends, until in rows
                if until is None or until > now}

    def proposals(self) -> dict[int, tuple[Any, ...]]:
        """Every proposal: about what, by whom, when, its clock, what became of it."""
        rows = db.session.execute(select(
            Proposal.id, Proposal.booking_id, Proposal.by_side, Proposal.starts, Proposal.ends,
            Proposal.answer_by, Proposal.state))
        return {row[0]: tuple(row[1:]) for row in rows}

    def entries(self, now: datetime) -> dict[int, tuple[str, str]]:
        """Everybody who waits or has waited, and the state by the clock."""
        rows = db.session.execute(select(
            WaitlistEntry.id, WaitlistEntry.member_id, WaitlistEntry.state, WaitlistEntry.starts,
            WaitlistEntry.offer_until))
        late = {"waiting": "over", "offered": "passed"}
        return {id_: (self.names[member], late[state] if state in late and (
            until if state == "offered" else starts) <= now else state)
                for id_, member, state, starts, until in rows}

    def items(self, series_id: int) -> list[tuple[Any, ...]]:
        """The times of a series: start, end, booking, why it was skipped."""
        return [tuple(row) for row in db.session.execute(
            select(SeriesItem.starts, SeriesItem.ends, SeriesItem.booking_id, SeriesItem.reason)
            .where(SeriesItem.series_id == series_id).order_by(SeriesItem.id))]

    def news(self) -> list[tuple[str, int]]:
        """The audit rows since the last look, save those that the clock alone decides."""
        rows = db.session.execute(
            select(AuditEntry.id, AuditEntry.action, AuditEntry.object_id)
            .where(AuditEntry.id > self.seen).order_by(AuditEntry.id)).all()
        self.seen = rows[-1].id if rows else self.seen
        return sorted((action, id_) for _, action, id_ in rows if action not in BY_THE_CLOCK)
