"""Claims that stay on their lane are marked; all others of coming bookings may change places.

A column is added without rebuilding `claim`, so its triggers stay.

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claim", sa.Column("pinned", sa.Boolean(), nullable=False,
                                     server_default=sa.false()))
    op.execute("UPDATE claim SET pinned = (1 = 1) WHERE holder_kind = 'booking'"
               " AND holder_id IN (SELECT id FROM booking WHERE operation_id IS NOT NULL"
               " OR state IN ('checked_in','running'))")


def downgrade() -> None:
    op.drop_column("claim", "pinned")
