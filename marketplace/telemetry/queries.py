"""Reads of recordings; they are public, like the machine they stand beside."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from marketplace.core.db import db
from marketplace.telemetry.models import MachineDay
from marketplace.telemetry.rules import Recording


def summaries(resource_ids: Iterable[int]) -> dict[int, Recording]:
    """The recordings of these resources, in one query; those without one are left out."""
    sums = [func.sum(column) for column in (MachineDay.cutting, MachineDay.connected,
                                            MachineDay.fault, MachineDay.unknown)]
    rows = db.session.execute(
        select(MachineDay.resource_id, func.min(MachineDay.day), func.max(MachineDay.day),
               func.min(MachineDay.source), func.count(), *sums)
        .where(MachineDay.resource_id.in_(list(resource_ids)))
        .group_by(MachineDay.resource_id).order_by(MachineDay.resource_id))
    return {id_: Recording(first, last, source, days, *(int(each) for each in minutes))
            for id_, first, last, source, days, *minutes in rows}


def summary(resource_id: int) -> Recording | None:
    """The recording of one resource, or None."""
    return summaries([resource_id]).get(resource_id)
