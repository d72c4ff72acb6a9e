"""Reads of jobs, scoped to the asker's company."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import selectinload

from marketplace.catalogue.models import Listing
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.jobs.errors import JobNotFound
from marketplace.jobs.models import Job, Operation
from marketplace.resources.models import Resource

WHOLE = selectinload(Job.operations).selectinload(Operation.eligible)


def jobs_of(actor: Actor, state: str | None = None) -> Select[Job]:
    """Jobs of the actor's company with their routes, newest first."""
    query = select(Job).where(Job.company_id == actor.company_id).options(WHOLE)
    if state is not None:
        query = query.where(Job.state == state)
    return query.order_by(Job.id.desc())


def job_of(actor: Actor, job_id: int) -> Job:
    """One job of the actor's company; raises JobNotFound."""
    row = db.session.scalar(jobs_of(actor).where(Job.id == job_id))
    if row is None:
        raise JobNotFound(id=job_id)
    return row


def with_routes(job_ids: Iterable[int]) -> Sequence[Job]:
    """These jobs with their routes, by id; whose they are is the caller's care."""
    query = select(Job).where(Job.id.in_(list(job_ids))).options(WHOLE).order_by(Job.id)
    return db.session.scalars(query).all()


def nameable(actor: Actor, resource_ids: Collection[int]) -> set[int]:
    """Those of the resources that the actor may name: its own, and what is on the market."""
    listed = (select(Listing.id).where(Listing.resource_id == Resource.id,
                                       Listing.state == "published").exists())
    query = select(Resource.id).where(
        Resource.id.in_(resource_ids),
        or_(listed, Resource.owner_company_id == actor.company_id,
            Resource.operating_company_id == actor.company_id))
    return set(db.session.scalars(query))
