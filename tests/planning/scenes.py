"""What the tests of planning set up and do again and again."""

from __future__ import annotations

import threading
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask import Flask

from marketplace.core.db import db
from marketplace.jobs.models import Job
from marketplace.planning import queries, services
from marketplace.planning.models import PlanLeftOut, PlanPart, PlanRun
from marketplace.planning.services import PlanRequest
from marketplace.resources.models import Resource
from marketplace.worker import solve_one
from tests.factories.companies import Party
from tests.factories.listings import create_listing
from tests.factories.resources import create_capability, create_resource


def machine(owner: Party, service_code: str = "3.2.1", listing: dict[str, Any] | None = None,
            **resource: Any) -> Resource:
    """A listed machine of a company, open 08:00-20:00 every day."""
    made = create_resource(owner.company, **resource)
    create_capability(made, service_code)
    create_listing(made, **listing or {})
    return made


def planned(app: Flask, buyer: Party, *jobs: Job, seconds: int = 5) -> PlanRun:
    """A plan of these jobs (none: all open ones), made by a worker in this process."""
    with app.app_context():
        ids = tuple(job.id for job in jobs)
        run = services.request_plan(buyer.actor, PlanRequest(ids, seconds)).id
        assert solve_one(app, threading.Event())
        db.session.remove()
        row = queries.plan_of(buyer.actor, run)
        db.session.expunge(row)
        return row


def reload(app: Flask, run: PlanRun) -> PlanRun:
    """The run as it is now."""
    with app.app_context():
        row = db.session.get_one(PlanRun, run.id)
        db.session.expunge(row)
        return row


def parts(app: Flask, run: PlanRun) -> list[PlanPart]:
    """Its assignments by start."""
    with app.app_context():
        rows = [row for row, *_ in queries.parts_of(run.id)]
        for row in rows:
            db.session.expunge(row)
        return rows


def reasons(app: Flask, run: PlanRun) -> dict[int, str]:
    """Why which job was left out."""
    with app.app_context():
        rows: list[PlanLeftOut] = [row for row, _ in queries.left_out_of(run.id)]
        return {row.job_id: row.reason for row in rows}


def overlaps(spans: list[tuple[datetime, datetime]]) -> bool:
    """True when two of the spans share a moment."""
    ordered = sorted(spans)
    return any(before[1] > after[0] for before, after in pairwise(ordered))
