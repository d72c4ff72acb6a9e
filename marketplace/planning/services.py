"""Use cases of plans for people: ask for one, end it early, accept it into bookings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace import config
from marketplace.accounts.models import Company
from marketplace.accounts.permissions import require
from marketplace.bookings.orders import Order
from marketplace.bookings.services import book_all
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Quote
from marketplace.catalogue.services import Wish
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.locking import Rank, lock
from marketplace.core.transaction import transactional
from marketplace.jobs.errors import JobInvalid, JobNotOpen
from marketplace.jobs.models import Job, Operation
from marketplace.jobs.rules import OPEN
from marketplace.jobs.services import mark_booked
from marketplace.planning import queries, rules
from marketplace.planning.errors import NothingToPlan, PlanEmpty, PlanNotReady, PlanOutdated
from marketplace.planning.models import PlanPart, PlanRun
from marketplace.pricing.quote import modes


@dataclass(frozen=True)
class PlanRequest:
    """Which jobs (empty: all open ones), how long to search, from which seed."""

    job_ids: tuple[int, ...] = ()
    seconds: int | None = None
    seed: int = 0


@transactional
def request_plan(actor: Actor, wish: PlanRequest) -> PlanRun:
    """A firm asks for a plan of its open jobs; a worker makes it.

    Raises JobInvalid naming unknown jobs, JobNotOpen, or NothingToPlan.
    """
    require(actor, "plan.create")
    job_ids = list(dict.fromkeys(wish.job_ids)) or queries.open_jobs(actor)
    if not job_ids:
        raise NothingToPlan()
    _refuse_unplannable(actor, wish.job_ids)
    row = PlanRun(company_id=actor.company_id, member_id=actor.member_id, state=rules.QUEUED,
                  options={"job_ids": job_ids, "seed": wish.seed,
                           "seconds": wish.seconds or config.current().solve_seconds},
                  progress={}, created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "plan.request", "plan_run", row.id, jobs=len(job_ids))
    return row


def _refuse_unplannable(actor: Actor, job_ids: Sequence[int]) -> None:
    known = queries.states_of(actor, job_ids)
    errors = [FieldError(f"job_ids.{index}", "job_unknown", id=job_id)
              for index, job_id in enumerate(job_ids) if job_id not in known]
    if errors:
        raise JobInvalid(errors=errors, count=len(errors))
    for code, state in known.values():
        if state != OPEN:
            raise JobNotOpen(job=code, state=state)


@transactional
def cancel_plan(actor: Actor, plan_id: int) -> PlanRun:
    """A firm no longer wants a plan that is not finished; the worker drops it within a second."""
    row = _unfinished(actor, plan_id)
    row.wanted = "cancel"
    if row.state == rules.QUEUED:
        row.state, row.finished_at = rules.CANCELLED, clock.now()
    audit.record(actor, "plan.cancel", "plan_run", row.id)
    return row


@transactional
def enough(actor: Actor, plan_id: int) -> PlanRun:
    """A firm is content with what was found so far: the worker stops and keeps it."""
    row = _unfinished(actor, plan_id)
    row.wanted = row.wanted or "enough"
    audit.record(actor, "plan.enough", "plan_run", row.id)
    return row


def _unfinished(actor: Actor, plan_id: int) -> PlanRun:
    require(actor, "plan.create")
    row = _locked(actor, plan_id)
    if row.state not in rules.UNFINISHED:
        raise PlanNotReady(state=row.state)
    return row


def _locked(actor: Actor, plan_id: int) -> PlanRun:
    queries.plan_of(actor, plan_id)
    return lock(PlanRun, [plan_id], Rank.PLAN)[0]


@transactional
def accept_plan(actor: Actor, plan_id: int) -> PlanRun:
    """A firm books every part of a plan, or none of them when the market has changed.

    Raises PlanNotReady (also for a plan accepted before), PlanEmpty, JobNotOpen, PlanOutdated
    when a listing, a rule or a price has changed, or SlotTaken with what is in the way.
    """
    require(actor, "plan.accept")
    lock(Company, [actor.company_id or 0], Rank.COMPANY)   # its hours may be counted: before plans
    row = _locked(actor, plan_id)
    if row.state != rules.SOLVED:
        raise PlanNotReady(state=row.state)
    parts = db.session.scalars(select(PlanPart).where(PlanPart.plan_run_id == row.id)
                               .order_by(PlanPart.id)).all()
    if not parts:
        raise PlanEmpty()
    jobs = {job.id: job for job in mark_booked(actor, {part.job_id for part in parts})}
    for part, booking_id in zip(parts, _booked(actor, parts, jobs), strict=True):
        part.booking_id = booking_id
    row.state, row.accepted_at = rules.ACCEPTED, clock.now()
    audit.record(actor, "plan.accept", "plan_run", row.id, bookings=len(parts))
    return row


def _booked(actor: Actor, parts: Sequence[PlanPart], jobs: dict[int, Job]) -> list[int]:
    """Quote and book all parts; the ids of the bookings in the order of the parts."""
    quantities = _quantities([part.operation_id for part in parts])
    try:
        quotes = _quotes(actor, parts, quantities)
        orders = [Order(quote, jobs[part.job_id].code, part.operation_id, part.lane_id or 0)
                  for part, quote in zip(parts, quotes, strict=True)]
        return [booking.id for booking in book_all(actor, orders)]
    except Invalid as refusal:
        broken = refusal.errors[0].code if refusal.errors else refusal.code
        raise PlanOutdated(reason=broken, errors=refusal.errors) from refusal
    except NotFound as refusal:
        raise PlanOutdated(reason=refusal.code) from refusal


def _quantities(operation_ids: Sequence[int]) -> dict[int, int]:
    query = select(Operation.id, Operation.quantity).where(Operation.id.in_(operation_ids))
    return {id_: quantity for id_, quantity in db.session.execute(query)}


def _quotes(actor: Actor, parts: Sequence[PlanPart], quantities: dict[int, int]) -> list[Quote]:
    """The quotes of the parts, which must cost and last what the plan says."""
    wishes = [_wish(part, quantities[part.operation_id]) for part in parts]
    quotes = [found[0] for found in catalogue.quote_all(actor, wishes)]
    for part, quote in zip(parts, quotes, strict=True):
        if quote.total != part.price or quote.ends != part.ends:
            raise PlanOutdated(reason="price_changed")
    return quotes


def _wish(part: PlanPart, quantity: int) -> Wish:
    pieces = quantity if modes()[part.mode].NEEDS_PIECES else None
    return Wish(part.listing_id, part.starts, part.ends if pieces is None else None, pieces,
                part.mode)


def wish_at(actor: Actor, plan_id: int, resource_id: int, start: datetime) -> Wish | None:
    """What a plan wanted of a resource from a moment on: the part that was refused."""
    queries.plan_of(actor, plan_id)
    part = db.session.scalar(select(PlanPart).where(
        PlanPart.plan_run_id == plan_id, PlanPart.resource_id == resource_id,
        PlanPart.starts == start))
    if part is None:
        return None
    return _wish(part, _quantities([part.operation_id])[part.operation_id])
