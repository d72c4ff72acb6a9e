"""Series: a wish that repeats by a rule, and what became of each of its times.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", BIG, nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("rrule", sa.String(200), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=True),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active','cancelled')", name=op.f("ck_series_state")),
        sa.CheckConstraint("(minutes IS NULL) <> (pieces IS NULL)",
                           name=op.f("ck_series_length")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"],
                                name=op.f("fk_series_listing_id_listing")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"],
                                name=op.f("fk_series_resource_id_resource")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"],
                                name=op.f("fk_series_company_id_company")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"],
                                name=op.f("fk_series_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index("ix_series_company", "series", ["company_id", "id"])
    op.create_table(
        "series_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("series_id", BIG, nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", BIG, nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.CheckConstraint("(booking_id IS NULL) <> (reason = '')",
                           name=op.f("ck_series_item_booked_or_skipped")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_series_item_times")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"],
                                name=op.f("fk_series_item_series_id_series")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"],
                                name=op.f("fk_series_item_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_item")),
    )
    op.create_index("ix_series_item_series", "series_item", ["series_id", "id"])
    op.create_index("ix_series_item_booking", "series_item", ["booking_id"])


def downgrade() -> None:
    op.drop_table("series_item")
    op.drop_table("series")
