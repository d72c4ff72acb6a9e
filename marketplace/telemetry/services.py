"""The one use case of recordings: write them down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select

from marketplace.core.db import db
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource
from marketplace.telemetry.models import MachineDay
from marketplace.telemetry.rules import MachineMinutes, read_row

NIST = "NIST Smart Manufacturing Systems Test Bed"
CODE = "NIST-{machine}"   # the resource that a recorded machine stands beside


@transactional
def load_days(rows: Iterable[Mapping[str, str]], source: str = NIST) -> int:
    """Write recorded machine-days down beside their resources, in place of earlier ones.

    Rows are those of `nist_machine_days.csv`. Returns how many days; raises ValueError for a day
    that is not 1,440 minutes and LookupError for a machine that is no resource.
    """
    days = [read_row(row) for row in rows]
    ids = _resource_ids({each.machine for each in days})
    db.session.execute(delete(MachineDay).where(MachineDay.resource_id.in_(ids.values())))
    if days:
        db.session.execute(insert(MachineDay), [_values(ids, each, source) for each in days])
    return len(days)


def _resource_ids(machines: set[str]) -> dict[str, int]:
    codes = {CODE.format(machine=each): each for each in machines}
    found = {codes[code]: id_ for code, id_ in db.session.execute(
        select(Resource.code, Resource.id).where(Resource.code.in_(codes)))}
    if missing := machines - set(found):
        raise LookupError(f"no resource for the recorded machine {min(missing)}")
    return found


def _values(ids: Mapping[str, int], day: MachineMinutes, source: str) -> dict[str, object]:
    return {"resource_id": ids[day.machine], "day": day.day, "source": source,
            "cutting": day.cutting, "connected": day.connected, "fault": day.fault,
            "unknown": day.unknown}
