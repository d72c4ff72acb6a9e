"""Recounts what must hold, by SQL of its own and without the services that keep it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select, text

from marketplace import config
from marketplace.bookings.lifecycle import BOOKED_SQL
from marketplace.capacity.queries import OVERLAPS
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.core.types import UtcDateTime
from marketplace.files import store
from marketplace.files.models import File
from marketplace.resources import openings
from marketplace.resources.models import OpeningInterval

COUNTS = {
    "bookings that take lanes and have not claimed them all": f"""
        SELECT count(*) FROM booking b WHERE b.state IN {BOOKED_SQL} AND b.lanes <> (
          SELECT count(*) FROM claim c WHERE c.holder_kind = 'booking' AND c.holder_id = b.id
             AND c.state = 'booked' AND c.starts = b.starts AND c.ends = b.ends)""",
    "claims of bookings that take no lanes any more": f"""
        SELECT count(*) FROM claim c WHERE c.holder_kind = 'booking' AND c.state = 'booked'
          AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = c.holder_id
                             AND (b.state IN {BOOKED_SQL} OR c.ends <= b.ended_at))""",
    "live claims of holds that are not held": """
        SELECT count(*) FROM claim c WHERE c.holder_kind = 'hold' AND c.state = 'held'
          AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = c.holder_id AND h.state = 'held')""",
    "blocks that lie outside their fact": """
        SELECT count(*) FROM claim c JOIN lane l ON l.id = c.lane_id
         WHERE c.kind = 'blocked' AND c.state = 'blocked' AND NOT EXISTS (
           SELECT 1 FROM unavailability u WHERE u.id = c.holder_id
              AND u.resource_id = l.resource_id
              AND u.starts <= c.blocked_from AND u.ends >= c.blocked_until)""",
    "resources whose lanes are miscounted": """
        SELECT count(*) FROM resource r WHERE r.lanes <> (
          SELECT count(*) FROM lane l WHERE l.resource_id = r.id)""",
}
# Moments at which a lane inside a coming fact is free: every gap begins where the fact does or
# where a claim ends.
UNBLOCKED = """
    SELECT count(*) FROM (
      SELECT l.id AS lane_id, u.starts AS at
        FROM unavailability u JOIN lane l ON l.resource_id = u.resource_id WHERE u.ends > :now
      UNION
      SELECT l.id, c.blocked_until
        FROM unavailability u JOIN lane l ON l.resource_id = u.resource_id
        JOIN claim c ON c.lane_id = l.id AND c.state IN ('held','booked','blocked')
         AND c.blocked_until >= u.starts AND c.blocked_until < u.ends WHERE u.ends > :now) gap
     WHERE NOT EXISTS (
       SELECT 1 FROM claim c WHERE c.lane_id = gap.lane_id
          AND c.state IN ('held','booked','blocked')
          AND c.blocked_from <= gap.at AND c.blocked_until > gap.at)"""
CONFLICTS = f"""
    SELECT count(DISTINCT b.id) FROM booking b
      JOIN unavailability u ON u.resource_id = b.resource_id
       AND u.starts < b.ends AND u.ends > b.starts
     WHERE b.state IN {BOOKED_SQL} AND b.ends > :now AND u.ends > :now"""


@dataclass
class Report:
    """What was counted; `clean` is false when anything that must be zero is not."""

    lines: list[str] = field(default_factory=list)
    clean: bool = True

    def must_be_zero(self, what: str, count: int) -> None:
        """Note a count that must be zero."""
        self.lines.append(f"{what}: {count}")
        self.clean = self.clean and count == 0


def run() -> Report:
    """Count everything."""
    report = Report()
    pairs = db.session.execute(text(OVERLAPS)).all()
    report.must_be_zero("overlapping live claims", len(pairs))
    for pair in pairs[:10]:
        report.lines.append(f"  claims {pair.first} and {pair.second} on lane {pair.lane_id}")
    for what, sql in COUNTS.items():
        report.must_be_zero(what, db.session.execute(text(sql)).scalar_one())
    report.must_be_zero("resources whose opening intervals differ from their rules",
                        len(wrong_openings()))
    report.must_be_zero("files whose bytes are missing", len(lost_files()))
    now = bindparam("now", clock.now(), UtcDateTime)
    unblocked = db.session.execute(text(UNBLOCKED).bindparams(now)).scalar_one()
    report.must_be_zero("gaps that facts have left free", unblocked)
    conflicts = db.session.execute(text(CONFLICTS).bindparams(now)).scalar_one()
    report.lines.append(f"bookings hit by unavailability, to be settled: {conflicts}")
    return report


def lost_files() -> list[str]:
    """Hashes of files that are to be kept and do not lie in the folder."""
    hashes = db.session.scalars(select(File.sha256).where(File.removed_at.is_(None)).distinct())
    return [each for each in hashes if not store.path_of(each).is_file()]


def wrong_openings() -> list[int]:
    """Resources whose derived intervals are not what their rules give, within the table's reach.

    The far edge moves with the clock, so only what both should hold is compared.
    """
    ids = openings.all_ids()
    wrong = []
    for start in range(0, len(ids), 200):
        batch = ids[start:start + 200]
        wrong += _wrong(batch)
    return wrong


def _wrong(batch: Sequence[int]) -> list[int]:
    wanted = openings.expected(batch, config.current().opening_days - 2)
    rows = db.session.scalars(select(OpeningInterval)
                              .where(OpeningInterval.resource_id.in_(batch))
                              .order_by(OpeningInterval.starts))
    stored: dict[int, list[TimeWindow]] = {id_: [] for id_ in batch}
    for row in rows:
        stored[row.resource_id].append(TimeWindow(row.starts, row.ends))
    return [id_ for id_ in batch if not _same(wanted.get(id_, []), stored[id_])]


def _same(wanted: Sequence[TimeWindow], stored: Sequence[TimeWindow]) -> bool:
    """True when both agree between the first and the last wanted moment."""
    if not wanted:
        return not stored
    first, last = wanted[0].start, wanted[-1].start
    return ([each for each in wanted if each.start < last]
            == [each for each in stored if first <= each.start < last])
