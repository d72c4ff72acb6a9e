"""What each time of a series cost when it was made, and costs now where it is skipped for that.

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("series_item", sa.Column("price_seen", sa.BigInteger()))
    op.add_column("series_item", sa.Column("price_now", sa.BigInteger()))
    op.execute("UPDATE series_item SET price_seen = (SELECT COALESCE(b.total, b.total_max)"
               " FROM booking b WHERE b.id = series_item.booking_id)"
               " WHERE booking_id IS NOT NULL")


def downgrade() -> None:
    op.drop_column("series_item", "price_now")
    op.drop_column("series_item", "price_seen")
