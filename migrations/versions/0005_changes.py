"""What changed on bookings, in an order that concurrent writers cannot break.

On PostgreSQL each row carries the number of its transaction, which the model does not say; the
feed shows only what is older than every running transaction. The indexes serve each side.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SIDES = ("buyer", "seller")


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("booking_id", BIG, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("target", sa.String(12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("buyer_company_id", sa.Integer(), nullable=False),
        sa.Column("seller_company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"],
                                name=op.f("fk_change_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    order = "id"
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE change ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()")
        order = "xid, id"
    for side in SIDES:
        op.execute(f"CREATE INDEX ix_change_{side} ON change ({side}_company_id, {order})")


def downgrade() -> None:
    op.drop_table("change")
