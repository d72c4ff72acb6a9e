"""What a booking's confirmation says is kept for each version.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_paper",
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                  nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"],
                                name=op.f("fk_booking_paper_booking_id_booking")),
        sa.PrimaryKeyConstraint("booking_id", "version", name=op.f("pk_booking_paper")),
    )


def downgrade() -> None:
    op.drop_table("booking_paper")
