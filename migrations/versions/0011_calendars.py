"""Calendars of other programs: secret addresses out, busy time in.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def moment(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("unavailability", sa.Column("source_id", sa.Integer(), nullable=True))
    op.add_column("unavailability", sa.Column("source_uid", sa.String(200), nullable=True))
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        moment("created_at", nullable=False), moment("revoked_at"), moment("last_read_at"),
        sa.CheckConstraint("scope IN ('company','resource','member')",
                           name=op.f("ck_calendar_feed_scope")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"],
                                name=op.f("fk_calendar_feed_member_id_member")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"],
                                name=op.f("fk_calendar_feed_company_id_company")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feed_secret_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_member_id"), "calendar_feed", ["member_id"])
    op.create_table(
        "calendar_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("busy", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(200), nullable=False),
        sa.Column("modified", sa.String(60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        moment("created_at", nullable=False), moment("read_at"), moment("tried_at"),
        moment("next_at", nullable=False),
        sa.CheckConstraint("state IN ('read','failed')", name=op.f("ck_calendar_source_state")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"],
                                name=op.f("fk_calendar_source_resource_id_resource")),
        sa.ForeignKeyConstraint(["created_by"], ["member.id"],
                                name=op.f("fk_calendar_source_created_by_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_source")),
    )
    op.create_index(op.f("ix_calendar_source_resource_id"), "calendar_source", ["resource_id"])
    op.create_index("ix_calendar_source_due", "calendar_source", ["next_at"])


def downgrade() -> None:
    op.drop_table("calendar_source")
    op.drop_table("calendar_feed")
    op.drop_column("unavailability", "source_uid")
    op.drop_column("unavailability", "source_id")
