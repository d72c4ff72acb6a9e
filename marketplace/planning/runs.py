"""Use cases of the worker: lease a run, keep the lease, write its result once.

`plan_run` is the truth on both engines. A worker holds a run by its fence, which grows with each
attempt: what a worker with an older fence writes is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from marketplace import config
from marketplace.core import audit, clock
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db
from marketplace.core.locking import Rank, lock
from marketplace.core.transaction import end_read, transactional
from marketplace.planning import rules
from marketplace.planning.models import PlanLeftOut, PlanPart, PlanRun

if TYPE_CHECKING:   # its values are written here; only workers load the module
    from marketplace.planning.solving import Solution


@dataclass(frozen=True)
class Lease:
    """A run that a worker holds, and what it is to do."""

    run_id: int
    fence: int
    job_ids: tuple[int, ...]
    seconds: float
    seed: int


def _claimable(now: datetime) -> ColumnElement[bool]:
    """Queued, or running with a lease that its worker let run out."""
    return or_(PlanRun.state == rules.QUEUED,
               and_(PlanRun.state == rules.RUNNING, PlanRun.lease_until <= now))


def waiting() -> bool:
    """True when there is a run to claim; a read, so that idle workers take no lock."""
    found = db.session.scalar(select(PlanRun.id).where(_claimable(clock.now())).limit(1))
    end_read()   # an idle worker keeps no snapshot open
    return found is not None


@transactional
def claim() -> Lease | None:
    """Lease the oldest run that waits. Workers pass over what another one is claiming."""
    while True:
        row = db.session.scalar(
            select(PlanRun).where(_claimable(clock.now())).order_by(PlanRun.id).limit(1)
            .with_for_update(skip_locked=True).execution_options(populate_existing=True))
        if row is None:
            return None
        if not _gives_up(row):
            return _lease(row)
        db.session.flush()


def _gives_up(row: PlanRun) -> bool:
    """End a run that nobody should take: cancelled, or lost by as many workers as may be."""
    if row.wanted == "cancel":
        _end(row, rules.CANCELLED)
    elif row.attempt >= rules.MAX_ATTEMPTS:
        _end(row, rules.FAILED, rules.WORKER_LOST)
    else:
        return False
    return True


def _lease(row: PlanRun) -> Lease:
    now = clock.now()
    row.state, row.started_at = rules.RUNNING, row.started_at or now
    row.attempt += 1
    row.fence += 1
    row.lease_until = _lease_end(now)
    row.progress = {}
    options = row.options
    return Lease(row.id, row.fence, tuple(options["job_ids"]), float(options["seconds"]),
                 int(options["seed"]))


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=config.current().plan_lease_seconds)


def _end(row: PlanRun, state: str, error: str | None = None) -> None:
    row.state, row.error = state, error
    row.finished_at, row.lease_until = clock.now(), None
    audit.record(SYSTEM, f"plan.{state}", "plan_run", row.id, attempt=row.attempt)


@transactional
def renew(lease: Lease, progress: Mapping[str, Any] | None = None) -> str | None:
    """Renew the lease and note progress; what the firm wants ("", cancel, enough).

    None: the run is no longer this worker's.
    """
    values: dict[str, Any] = {"lease_until": _lease_end(clock.now())}
    if progress is not None:
        values["progress"] = dict(progress)
    return db.session.scalar(update(PlanRun).where(_held(lease)).values(**values)
                             .returning(PlanRun.wanted)
                             .execution_options(synchronize_session=False))


def wanted(lease: Lease) -> str | None:
    """What the firm wants of a run, without writing; None: no longer this worker's."""
    found = db.session.scalar(select(PlanRun.wanted).where(_held(lease)))
    end_read()
    return found


def _held(lease: Lease) -> ColumnElement[bool]:
    return and_(PlanRun.id == lease.run_id, PlanRun.fence == lease.fence,
                PlanRun.state == rules.RUNNING)


def _own(lease: Lease) -> PlanRun | None:
    """Lock the run; None when its fence says that it is another worker's now."""
    row = lock(PlanRun, [lease.run_id], Rank.PLAN)[0]
    return row if (row.fence, row.state) == (lease.fence, rules.RUNNING) else None


@transactional
def finish(lease: Lease, solution: Solution) -> bool:
    """Write a checked plan down. False: refused, because the lease went to another worker."""
    row = _own(lease)
    if row is None:
        return False
    if row.wanted == "cancel":
        _end(row, rules.CANCELLED)
        return True
    row.status, row.objective, row.bound = solution.status, solution.objective, solution.bound
    row.gap, row.seconds = solution.gap, solution.seconds
    row.problem_hash = solution.problem_hash
    row.progress = {"seconds": round(solution.seconds, 3), "value": solution.objective,
                    "bound": solution.bound, "placed": solution.placed,
                    "found_by": solution.found_by, "proven_by": solution.proven_by,
                    "trace": (row.progress or {}).get("trace", [])}
    db.session.add_all(PlanPart(
        plan_run_id=row.id, job_id=part.job_id, operation_id=part.operation_id,
        listing_id=part.listing_id, resource_id=part.resource_id,
        lane_id=part.lane_id, mode=part.mode,
        starts=part.starts, ends=part.ends, price=part.price) for part in solution.parts)
    db.session.add_all(PlanLeftOut(plan_run_id=row.id, job_id=each.job_id, reason=each.reason,
                                   params=each.params) for each in solution.left_out)
    _end(row, rules.SOLVED)
    return True


@transactional
def fail(lease: Lease, error: str) -> bool:
    """Say why a run cannot be made; False when it is another worker's now."""
    row = _own(lease)
    if row is not None:
        _end(row, rules.CANCELLED if row.wanted == "cancel" else rules.FAILED,
             None if row.wanted == "cancel" else error)
    return row is not None


@transactional
def give_back(lease: Lease) -> bool:
    """A worker that is asked to stop hands its run back; that is not a lost attempt."""
    row = _own(lease)
    if row is not None:
        row.state, row.lease_until = rules.QUEUED, None
        row.attempt -= 1
    return row is not None


def lost() -> list[int]:
    """Runs whose last allowed worker let the lease run out, or that nobody wants any more."""
    query = (select(PlanRun.id)
             .where(PlanRun.state == rules.RUNNING, PlanRun.lease_until <= clock.now(),
                    or_(PlanRun.attempt >= rules.MAX_ATTEMPTS, PlanRun.wanted == "cancel"))
             .order_by(PlanRun.id).limit(100))
    return list(db.session.scalars(query))


@transactional
def give_up(run_id: int) -> bool:
    """End one lost run, so that the firm sees it even where no worker lives."""
    row = lock(PlanRun, [run_id], Rank.PLAN)[0]
    stale = (row.state == rules.RUNNING and row.lease_until is not None
             and row.lease_until <= clock.now())
    return stale and _gives_up(row)
