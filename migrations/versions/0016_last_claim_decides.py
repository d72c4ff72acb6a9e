"""SQLite's overlap triggers look at one claim instead of at all earlier ones of the lane.

Live claims of a lane never overlap, so the last of them that begins before a new one ends also
ends last: if that one is over when the new one begins, they all are. The old predicate read every
earlier claim, so that writing thousands on one lane took the square of it.

Revision 0016, after 0015.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LIVE = "('held','booked','blocked')"
LAST = f"""(
  SELECT c.blocked_until FROM claim c WHERE c.lane_id = NEW.lane_id AND c.state IN {LIVE}
     AND c.id IS NOT NEW.id AND c.blocked_from < NEW.blocked_until
   ORDER BY c.blocked_from DESC LIMIT 1) > NEW.blocked_from"""
ANY = f"""EXISTS (
  SELECT 1 FROM claim c WHERE c.lane_id = NEW.lane_id AND c.state IN {LIVE}
     AND c.id IS NOT NEW.id
     AND c.blocked_from < NEW.blocked_until AND c.blocked_until > NEW.blocked_from)"""


def replace_triggers(overlaps: str) -> None:
    """Let SQLite's triggers refuse by this predicate; PostgreSQL has its constraint."""
    if op.get_bind().dialect.name == "postgresql":
        return
    for event in ("INSERT", "UPDATE"):
        op.execute(f"DROP TRIGGER claim_no_overlap_{event}")
        op.execute(f"CREATE TRIGGER claim_no_overlap_{event} BEFORE {event} ON claim"
                   f" WHEN NEW.state IN {LIVE} AND {overlaps}"
                   " BEGIN SELECT RAISE(ABORT, 'claim_no_overlap'); END")


def upgrade() -> None:
    replace_triggers(LAST)


def downgrade() -> None:
    replace_triggers(ANY)
