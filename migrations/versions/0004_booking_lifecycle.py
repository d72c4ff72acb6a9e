"""Bookings get their whole lifecycle, listings the rules it needs, late changes a fee.

`booking` is rebuilt on SQLite for its new check; nothing refers to it before this revision. A
later revision that rebuilds it must mind `booking_fee`.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = ("'requested','confirmed','checked_in','running','delivered','accepted','settled',"
          "'declined','expired','cancelled','no_show','disputed'")
MOMENTS = ("answer_by", "checked_in_at", "started_at", "ended_at")
FLAGS = {"approval": False, "series": True, "check_in": False, "last_day_free": True}
NUMBERS = {"reply_hours": 24, "grace_minutes": 30, "free_hours": 24, "late_percent": 50,
           "no_show_percent": 100, "accept_days": 7, "quota_hours": 0, "prime_from": 480,
           "prime_until": 1200, "prime_minutes": 0}
WORDS = {"quota_group": 40, "prime_days": 7, "qualification": 40, "certificate": 40}


def upgrade() -> None:
    with op.batch_alter_table("booking") as batch:
        for name in MOMENTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("grace_minutes", sa.Integer(), nullable=False,
                                   server_default="30"))
        batch.drop_constraint("state", type_="check")
        batch.create_check_constraint("state", f"state IN ({STATES})")
    op.create_index("ix_booking_answer", "booking", ["state", "answer_by"])
    op.create_index("ix_hold_member", "hold", ["member_id", "resource_id", "state"])
    for name, value in FLAGS.items():
        op.add_column("listing", sa.Column(name, sa.Boolean(), nullable=False,
                                           server_default=sa.true() if value else sa.false()))
    for name, number in NUMBERS.items():
        op.add_column("listing", sa.Column(name, sa.Integer(), nullable=False,
                                           server_default=str(number)))
    for name, length in WORDS.items():
        op.add_column("listing", sa.Column(name, sa.String(length), nullable=False,
                                           server_default=""))
    op.create_table(
        "booking_fee",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                  nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("waived_for", sa.String(200), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code IN ('late_cancel','late_move','no_show')",
                           name=op.f("ck_booking_fee_code")),
        sa.CheckConstraint("state IN ('due','waived')", name=op.f("ck_booking_fee_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_booking_fee_amount")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"],
                                name=op.f("fk_booking_fee_booking_id_booking")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"],
                                name=op.f("fk_booking_fee_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_fee")),
    )
    op.create_index(op.f("ix_booking_fee_booking_id"), "booking_fee", ["booking_id"])
    op.create_index("ix_booking_fee_slot", "booking_fee", ["resource_id", "state", "ends"])


def downgrade() -> None:
    op.drop_table("booking_fee")
    for name in (*WORDS, *NUMBERS, *FLAGS):
        op.drop_column("listing", name)
    op.drop_index("ix_hold_member", "hold")
    op.drop_index("ix_booking_answer", "booking")
    op.execute("UPDATE booking SET state = 'cancelled'"
               " WHERE state IN ('requested','declined','expired','no_show')")
    op.execute("UPDATE booking SET state = 'confirmed' WHERE state NOT IN ('confirmed','cancelled')")
    with op.batch_alter_table("booking") as batch:
        batch.drop_constraint("state", type_="check")
        batch.create_check_constraint("state", "state IN ('confirmed','cancelled')")
        batch.drop_column("grace_minutes")
        for name in MOMENTS:
            batch.drop_column(name)
