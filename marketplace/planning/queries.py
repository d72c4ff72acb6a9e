"""Reads of plans, scoped to the asker's company."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.jobs.models import Job, Operation
from marketplace.jobs.rules import OPEN
from marketplace.planning.errors import PlanNotFound
from marketplace.planning.models import PlanLeftOut, PlanPart, PlanRun
from marketplace.planning.rules import MAX_JOBS
from marketplace.resources.models import Resource


def plans_of(actor: Actor) -> Select[PlanRun]:
    """Plans of the actor's company, newest first."""
    return (select(PlanRun).where(PlanRun.company_id == actor.company_id)
            .order_by(PlanRun.id.desc()))


def plan_of(actor: Actor, plan_id: int) -> PlanRun:
    """One plan of the actor's company; raises PlanNotFound."""
    row = db.session.scalar(plans_of(actor).where(PlanRun.id == plan_id))
    if row is None:
        raise PlanNotFound(id=plan_id)
    return row


def parts_of(plan_id: int) -> Sequence[tuple[PlanPart, str, int, str]]:
    """Assignments with the job's code, the operation's position and the resource's name."""
    query = (select(PlanPart, Job.code, Operation.position, Resource.name)
             .join(Job, Job.id == PlanPart.job_id)
             .join(Operation, Operation.id == PlanPart.operation_id)
             .join(Resource, Resource.id == PlanPart.resource_id)
             .where(PlanPart.plan_run_id == plan_id)
             .order_by(PlanPart.starts, PlanPart.id))
    return [tuple(row) for row in db.session.execute(query)]  # type: ignore[misc]


def left_out_of(plan_id: int) -> Sequence[tuple[PlanLeftOut, str]]:
    """Jobs that were left out, with their codes."""
    query = (select(PlanLeftOut, Job.code).join(Job, Job.id == PlanLeftOut.job_id)
             .where(PlanLeftOut.plan_run_id == plan_id).order_by(PlanLeftOut.job_id))
    return [tuple(row) for row in db.session.execute(query)]  # type: ignore[misc]


def open_jobs(actor: Actor) -> list[int]:
    """Open jobs of the actor's company, the most urgent first, at most MAX_JOBS."""
    return list(db.session.scalars(
        select(Job.id).where(Job.company_id == actor.company_id, Job.state == OPEN)
        .order_by(Job.due, Job.id).limit(MAX_JOBS)))


def states_of(actor: Actor, job_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Code and state of those jobs that the actor's company has."""
    query = select(Job.id, Job.code, Job.state).where(Job.company_id == actor.company_id,
                                                      Job.id.in_(job_ids))
    return {id_: (code, state) for id_, code, state in db.session.execute(query)}
