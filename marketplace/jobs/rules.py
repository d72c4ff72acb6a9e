"""What makes a job possible at all, as pure functions of values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.core.errors import FieldError
from marketplace.core.money import Money

OPEN, BOOKED, WITHDRAWN = "open", "booked", "withdrawn"
STATES = (OPEN, BOOKED, WITHDRAWN)
MAX_OPERATIONS = 200   # real work orders have had 96 steps
MAX_MINUTES = 60 * 24 * 60       # sixty days: longer than any listing reaches ahead
DEADLINE_AFTER_DUE = timedelta(days=90)   # where a firm names no deadline


@dataclass(frozen=True)
class NewOperation:
    """One step of a new job; `resource_ids` empty: any resource that fits."""

    service_code: str
    minutes: int
    material: str = ""
    quantity: int = 1
    may_pause: bool = False
    resource_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class NewJob:
    """A job to be written down, its operations in the order of the route."""

    code: str
    title: str
    release: datetime
    due: datetime
    operations: tuple[NewOperation, ...]
    deadline: datetime | None = None
    budget: Money | None = None

    @property
    def latest(self) -> datetime:
        """The deadline, or the one that holds where none is named."""
        return self.deadline or self.due + DEADLINE_AFTER_DUE


def date_errors(job: NewJob, now: datetime) -> list[FieldError]:
    """What is wrong with the dates: out of order, or over before the work could begin."""
    errors = []
    if job.due <= job.release:
        errors.append(FieldError("due", "not_after_release"))
    if job.latest < job.due:
        errors.append(FieldError("deadline", "before_due"))
    if job.latest <= now:
        errors.append(FieldError("deadline", "past"))
    return errors


def operation_errors(operations: Sequence[NewOperation], codes: Collection[str],
                     resources: Collection[int]) -> list[FieldError]:
    """Unknown service codes and unknown resources, each named by its place in the route."""
    errors = []
    if not 1 <= len(operations) <= MAX_OPERATIONS:
        errors.append(FieldError("operations", "operations_count", most=MAX_OPERATIONS))
    for number, operation in enumerate(operations):
        place = f"operations.{number}"
        if operation.service_code not in codes:
            errors.append(FieldError(f"{place}.service_code", "service_code_unknown",
                                     value=operation.service_code))
        for index, resource_id in enumerate(operation.resource_ids):
            if resource_id not in resources:
                errors.append(FieldError(f"{place}.resource_ids.{index}", "resource_unknown",
                                         id=resource_id))
    return errors
