"""Jobs with their routes, and machines that could do them."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.jobs import services
from marketplace.jobs.models import Job
from marketplace.jobs.rules import NewJob, NewOperation
from tests.factories import place

_numbers = itertools.count(1)


def operation(**overrides: Any) -> NewOperation:
    """Two hours of turning 45 steel."""
    values: dict[str, Any] = {"service_code": "3.2.1", "minutes": 120, "material": "45 钢"}
    return NewOperation(**values | overrides)


def create_job(actor: Actor, *operations: NewOperation, **overrides: Any) -> Job:
    """An open job of the actor's company: released now, due in 5 days, impossible after 10."""
    now = clock.now()
    values: dict[str, Any] = {
        "code": f"WO-{next(_numbers)}", "title": "阶梯轴 ×20", "release": now,
        "due": now + timedelta(days=5), "deadline": now + timedelta(days=10),
        "operations": operations or (operation(),)}
    with place.context():
        row = services.create_job(actor, NewJob(**values | overrides))
        return place.save(row)


def job_body(**changes: Any) -> dict[str, Any]:
    """A job as JSON; None leaves a field out."""
    now = clock.now()
    body: dict[str, Any] = {
        "code": f"WO-{next(_numbers)}", "title": "阶梯轴 ×20",
        "release": now.isoformat(), "due": (now + timedelta(days=5)).isoformat(),
        "deadline": (now + timedelta(days=10)).isoformat(),
        "budget": {"amount": "900.00", "currency": "CNY"},
        "operations": [{"service_code": "3.2.1", "minutes": 120, "material": "45 钢",
                        "quantity": 20}]} | changes
    return {name: value for name, value in body.items() if value is not None}
