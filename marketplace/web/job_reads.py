"""Reads of the pages of jobs: one page of a long order book, never all of its operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from marketplace.accounts.models import Company
from marketplace.bookings import lifecycle
from marketplace.bookings.models import Booking
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.jobs.models import Job, Operation
from marketplace.planning.models import PlanLeftOut
from marketplace.resources.models import Resource, Site


def _mine(actor: Actor, state: str, text: str) -> Select[Any]:
    query = select(Job).where(Job.company_id == actor.company_id, Job.state == state)
    if text:
        query = query.where(Job.code.icontains(text, autoescape=True)
                            | Job.title.icontains(text, autoescape=True))
    return query


def page(actor: Actor, state: str, text: str, limit: int,
         offset: int) -> tuple[Sequence[Any], int]:
    """(Job, operations, minutes) of one page, the most urgent first; and how many there are."""
    query = _mine(actor, state, text)
    total = db.session.scalar(select(func.count()).select_from(
        query.with_only_columns(Job.id).subquery())) or 0
    counted = (select(Operation.job_id, func.count().label("steps"),
                      func.sum(Operation.minutes).label("minutes"))
               .join(Job, Job.id == Operation.job_id).where(Job.company_id == actor.company_id)
               .group_by(Operation.job_id).subquery())
    rows = query.join(counted, counted.c.job_id == Job.id).add_columns(
        counted.c.steps, counted.c.minutes).order_by(Job.due, Job.id)
    return db.session.execute(rows.limit(limit).offset(offset)).all(), total


def counts(actor: Actor) -> dict[str, int]:
    """How many jobs there are in each state."""
    rows = db.session.execute(select(Job.state, func.count()).where(
        Job.company_id == actor.company_id).group_by(Job.state))
    return {state: number for state, number in rows}


def bookings(actor: Actor, operation_ids: Sequence[int]) -> dict[int, Any]:
    """(Booking, resource, zone, company that does it) by operation, as this company made them."""
    rows = db.session.execute(
        select(Booking, Resource.name, Site.zone, Company.name)
        .join(Resource, Resource.id == Booking.resource_id)
        .join(Site, Site.id == Resource.site_id)
        .join(Company, Company.id == Booking.seller_company_id)
        .where(Booking.operation_id.in_(operation_ids), Booking.company_id == actor.company_id,
               Booking.state.in_(lifecycle.BOOKED)).order_by(Booking.id))
    return {row[0].operation_id or 0: row for row in rows}


def last_left_out(job_id: int) -> PlanLeftOut | None:
    """The newest plan that left this job out; whose job it is has been asked before."""
    return db.session.scalars(select(PlanLeftOut).where(PlanLeftOut.job_id == job_id)
                              .order_by(PlanLeftOut.id.desc()).limit(1)).first()


def resource_names(ids: Sequence[int]) -> dict[int, str]:
    """Names of resources by id."""
    rows = db.session.execute(select(Resource.id, Resource.name).where(Resource.id.in_(ids)))
    return {id_: name for id_, name in rows}
