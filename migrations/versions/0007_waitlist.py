"""Who waits for a slot that is taken, in order.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "waitlist_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=True),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("hold_id", BIG, nullable=True),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting','offered','booked','passed','left','over')",
                           name=op.f("ck_waitlist_entry_state")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_waitlist_entry_times")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"],
                                name=op.f("fk_waitlist_entry_listing_id_listing")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"],
                                name=op.f("fk_waitlist_entry_resource_id_resource")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"],
                                name=op.f("fk_waitlist_entry_company_id_company")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"],
                                name=op.f("fk_waitlist_entry_member_id_member")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"],
                                name=op.f("fk_waitlist_entry_hold_id_hold")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entry")),
    )
    op.create_index("ix_waitlist_entry_resource", "waitlist_entry",
                    ["resource_id", "state", "id"])
    op.create_index("ix_waitlist_entry_company", "waitlist_entry", ["company_id", "id"])
    op.create_index("ix_waitlist_entry_hold", "waitlist_entry", ["hold_id"])


def downgrade() -> None:
    op.drop_table("waitlist_entry")
