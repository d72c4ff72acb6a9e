"""Who may operate what, and the certificates of resources.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "qualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_until IS NULL OR valid_from < valid_until",
                           name=op.f("ck_qualification_times")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"],
                                name=op.f("fk_qualification_company_id_company")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"],
                                name=op.f("fk_qualification_member_id_member")),
        sa.ForeignKeyConstraint(["granted_by"], ["member.id"],
                                name=op.f("fk_qualification_granted_by_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
    )
    op.create_index("ix_qualification_holder", "qualification",
                    ["member_id", "company_id", "code"])
    op.create_index("ix_qualification_company", "qualification", ["company_id", "id"])
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("issuer", sa.String(120), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"],
                                name=op.f("fk_certificate_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index("ix_certificate_kind", "certificate", ["resource_id", "kind", "lapses_at"])


def downgrade() -> None:
    op.drop_table("certificate")
    op.drop_table("qualification")
