"""Use cases of jobs: write one down, withdraw it; and for plans: mark them booked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.exc import IntegrityError

from marketplace.accounts.permissions import require
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.locking import Rank, lock
from marketplace.core.transaction import savepoint, transactional
from marketplace.jobs import queries, rules
from marketplace.jobs.errors import JobCodeTaken, JobInvalid, JobNotFound, JobNotOpen
from marketplace.jobs.models import Job, Operation, OperationResource
from marketplace.jobs.rules import NewJob, NewOperation
from marketplace.resources.service_codes import service_codes


@transactional
def create_job(actor: Actor, new: NewJob) -> Job:
    """A firm writes down what it wants made, as a route of operations.

    Raises JobInvalid naming every wrong field, or JobCodeTaken.
    """
    require(actor, "job.edit")
    named = {each for operation in new.operations for each in operation.resource_ids}
    errors = rules.date_errors(new, clock.now()) + rules.operation_errors(
        new.operations, service_codes(), queries.nameable(actor, named) if named else ())
    if errors:
        raise JobInvalid(errors=errors, count=len(errors))
    job = Job(company_id=actor.company_id, member_id=actor.member_id, code=new.code,
              title=new.title, state=rules.OPEN, release=new.release, due=new.due,
              deadline=new.latest, budget=new.budget, created_at=clock.now(),
              operations=[_row(number, each) for number, each in enumerate(new.operations, 1)])
    try:
        with savepoint():
            db.session.add(job)
            db.session.flush()
    except IntegrityError as error:   # the unique code is the only thing left that can clash
        raise JobCodeTaken(value=new.code) from error
    audit.record(actor, "job.create", "job", job.id, operations=len(new.operations))
    return job


def _row(position: int, new: NewOperation) -> Operation:
    return Operation(position=position, service_code=new.service_code, material=new.material,
                     quantity=new.quantity, minutes=new.minutes, may_pause=new.may_pause,
                     eligible=[OperationResource(resource_id=each)
                               for each in dict.fromkeys(new.resource_ids)])


@transactional
def withdraw_job(actor: Actor, job_id: int) -> Job:
    """A firm no longer wants a job done; raises JobNotOpen when it is booked or withdrawn."""
    require(actor, "job.edit")
    queries.job_of(actor, job_id)
    lock(Job, [job_id], Rank.JOB)
    job = queries.job_of(actor, job_id)
    if job.state != rules.OPEN:
        raise JobNotOpen(job=job.code, state=job.state)
    job.state = rules.WITHDRAWN
    job.version += 1
    audit.record(actor, "job.withdraw", "job", job.id)
    return job


@transactional
def mark_booked(actor: Actor, job_ids: Collection[int]) -> Sequence[Job]:
    """Lock open jobs of the actor's company and set them to booked, all or none.

    Raises JobNotFound, or JobNotOpen naming the first that no longer is.
    """
    rows = lock(Job, job_ids, Rank.JOB)
    if {row.id for row in rows} != set(job_ids) or any(
            row.company_id != actor.company_id for row in rows):
        raise JobNotFound()
    for row in rows:
        if row.state != rules.OPEN:
            raise JobNotOpen(job=row.code, state=row.state)
        row.state = rules.BOOKED
        row.version += 1
        audit.record(actor, "job.book", "job", row.id)
    return rows
