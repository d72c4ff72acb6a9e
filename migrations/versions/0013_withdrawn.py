"""When a listing was withdrawn, so that hours on offer can be counted.

Withdrawn listings of before take the moment from the audit log.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("""
        UPDATE listing SET withdrawn_at = COALESCE(
          (SELECT max(a.at) FROM audit_entry a WHERE a.object_kind = 'listing'
              AND a.object_id = listing.id AND a.action = 'listing.withdraw'), created_at)
         WHERE state = 'withdrawn'""")


def downgrade() -> None:
    op.drop_column("listing", "withdrawn_at")
