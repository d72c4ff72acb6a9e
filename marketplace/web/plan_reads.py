"""Reads of the pages of plans: windows and pages of a plan, never all of a large one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, case, func, select, type_coerce

from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.jobs.models import Job, Operation
from marketplace.planning.models import PlanLeftOut, PlanPart, PlanRun
from marketplace.planning.queries import plans_of
from marketplace.resources.models import Resource, Site

FEN = type_coerce(PlanPart.price, BigInteger)


def page(actor: Actor, limit: int, offset: int) -> tuple[Sequence[PlanRun], int]:
    """Plans of the company, newest first; and how many there are."""
    query = plans_of(actor)
    total = db.session.scalar(select(func.count()).select_from(
        query.order_by(None).with_only_columns(PlanRun.id).subquery())) or 0
    rows: Sequence[Any] = db.session.scalars(query.limit(limit).offset(offset)).all()
    return rows, total


def totals(plan_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Jobs placed, operations placed and price in fen, by plan."""
    rows = db.session.execute(
        select(PlanPart.plan_run_id, func.count(PlanPart.job_id.distinct()), func.count(),
               func.sum(FEN))
        .where(PlanPart.plan_run_id.in_(plan_ids)).group_by(PlanPart.plan_run_id))
    return {plan_id: (jobs, parts, int(fen)) for plan_id, jobs, parts, fen in rows}


def span(plan_id: int, job_id: int | None) -> tuple[datetime, datetime, int] | None:
    """First start, last end and number of parts of a plan, or of one job in it."""
    query = select(func.min(PlanPart.starts), func.max(PlanPart.ends), func.count()).where(
        PlanPart.plan_run_id == plan_id)
    row = db.session.execute(_only(query, job_id)).one()
    return (row[0], row[1], row[2]) if row[2] else None


def parts(plan_id: int, window: TimeWindow, job_id: int | None, limit: int) -> Sequence[Any]:
    """(PlanPart, job code, position, service code, Resource, Site) that overlap a window."""
    query = (select(PlanPart, Job.code, Operation.position, Operation.service_code, Resource,
                    Site)
             .join(Job, Job.id == PlanPart.job_id)
             .join(Operation, Operation.id == PlanPart.operation_id)
             .join(Resource, Resource.id == PlanPart.resource_id)
             .join(Site, Site.id == Resource.site_id)
             .where(PlanPart.plan_run_id == plan_id, PlanPart.starts < window.end,
                    PlanPart.ends > window.start)
             .order_by(PlanPart.starts, PlanPart.id).limit(limit))
    return db.session.execute(_only(query, job_id)).all()


def _only(query: Any, job_id: int | None) -> Any:
    return query if job_id is None else query.where(PlanPart.job_id == job_id)


def jobs(plan_id: int, text: str, limit: int, offset: int) -> tuple[Sequence[Any], int]:
    """(Job, parts, price in fen, start, finish) of one page: late ones, then by finish."""
    query = (select(Job, func.count().label("parts"),
                    func.sum(FEN), func.min(PlanPart.starts),
                    func.max(PlanPart.ends).label("finish"))
             .join(PlanPart, PlanPart.job_id == Job.id)
             .where(PlanPart.plan_run_id == plan_id).group_by(Job.id))
    if text:
        query = query.where(Job.code.icontains(text, autoescape=True)
                            | Job.title.icontains(text, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(
        query.with_only_columns(Job.id).subquery())) or 0
    finish = func.max(PlanPart.ends)
    late_first = case((finish > Job.due, 0), else_=1)
    rows = db.session.execute(query.order_by(late_first, finish, Job.id)
                              .limit(limit).offset(offset)).all()
    return rows, total


def bookings(plan_id: int, job_ids: Sequence[int]) -> dict[int, list[int]]:
    """The bookings of an accepted plan by job, in the order of their start."""
    found: dict[int, list[int]] = {}
    booking_id: Any
    for job_id, booking_id in db.session.execute(
            select(PlanPart.job_id, PlanPart.booking_id)
            .where(PlanPart.plan_run_id == plan_id, PlanPart.job_id.in_(job_ids),
                   PlanPart.booking_id.is_not(None)).order_by(PlanPart.starts, PlanPart.id)):
        found.setdefault(job_id, []).append(booking_id)
    return found


def late(plan_id: int) -> Sequence[Any]:
    """(due, finish) of the placed jobs that finish after they are due."""
    finish = func.max(PlanPart.ends)
    return db.session.execute(
        select(Job.due, finish).join(PlanPart, PlanPart.job_id == Job.id)
        .where(PlanPart.plan_run_id == plan_id).group_by(Job.id, Job.due)
        .having(finish > Job.due).order_by(Job.id)).all()


def left_out(plan_id: int, limit: int) -> tuple[Sequence[Any], int]:
    """(PlanLeftOut, Job) of the first jobs that were left out; and how many there are."""
    total = db.session.scalar(select(func.count()).select_from(PlanLeftOut).where(
        PlanLeftOut.plan_run_id == plan_id)) or 0
    rows = db.session.execute(
        select(PlanLeftOut, Job).join(Job, Job.id == PlanLeftOut.job_id)
        .where(PlanLeftOut.plan_run_id == plan_id).order_by(Job.due, Job.id).limit(limit)).all()
    return rows, total


def dates(job_id: int) -> tuple[datetime, datetime | None]:
    """Due date and deadline of a job that has been found before."""
    row = db.session.execute(select(Job.due, Job.deadline).where(Job.id == job_id)).one()
    return row[0], row[1]
