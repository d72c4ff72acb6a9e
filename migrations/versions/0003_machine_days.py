"""Recorded machine-days beside resources.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "machine_day",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("cutting", sa.Integer(), nullable=False),
        sa.Column("connected", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.CheckConstraint("cutting + connected + fault + unknown = 1440",
                           name=op.f("ck_machine_day_whole_day")),
        sa.CheckConstraint("cutting >= 0 AND connected >= 0 AND fault >= 0 AND unknown >= 0",
                           name=op.f("ck_machine_day_not_negative")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"],
                                name=op.f("fk_machine_day_resource_id_resource")),
        sa.PrimaryKeyConstraint("resource_id", "day", name=op.f("pk_machine_day")),
    )


def downgrade() -> None:
    op.drop_table("machine_day")
