"""The database refuses two live claims on one lane by itself.

PostgreSQL: an exclusion constraint over two generated ranges; `lane_key` is a range of one number
because gist knows no plain integers without an extension. SQLite: triggers with the same
predicate, also for a dead row that turns live. A batch migration that rebuilds `claim` drops its
triggers silently: call `create_triggers()` again there.

Revision 0002, after 0001.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LIVE = "('held','booked','blocked')"

POSTGRESQL = (
    "ALTER TABLE claim ADD COLUMN lane_key int8range"
    " GENERATED ALWAYS AS (int8range(lane_id, lane_id, '[]')) STORED",
    "ALTER TABLE claim ADD COLUMN occupied tstzrange"
    " GENERATED ALWAYS AS (tstzrange(blocked_from, blocked_until, '[)')) STORED",
    "ALTER TABLE claim ADD CONSTRAINT claim_no_overlap"
    f" EXCLUDE USING gist (lane_key WITH =, occupied WITH &&) WHERE (state IN {LIVE})",
)

TRIGGER = f"""
CREATE TRIGGER claim_no_overlap_{{event}} BEFORE {{event}} ON claim
WHEN NEW.state IN {LIVE} AND EXISTS (
  SELECT 1 FROM claim c WHERE c.lane_id = NEW.lane_id AND c.state IN {LIVE}
     AND c.id IS NOT NEW.id
     AND c.blocked_from < NEW.blocked_until AND c.blocked_until > NEW.blocked_from)
BEGIN SELECT RAISE(ABORT, 'claim_no_overlap'); END
"""


def create_triggers() -> None:
    """Create SQLite's overlap triggers."""
    for event in ("INSERT", "UPDATE"):
        op.execute(TRIGGER.format(event=event))


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRESQL:
            op.execute(statement)
    else:
        create_triggers()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
        op.execute("ALTER TABLE claim DROP COLUMN occupied, DROP COLUMN lane_key")
    else:
        for event in ("INSERT", "UPDATE"):
            op.execute(f"DROP TRIGGER claim_no_overlap_{event}")
