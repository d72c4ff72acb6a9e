"""Proposals of the two sides; when a booking got its slot; what facts leave free is claimed.

`blocks()` claims on every lane what the facts that stand there leave free, as reporting one does
from now on.

Revision 0010, after 0009.
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
LIVE = ("held", "booked", "blocked")

FACT = sa.table("unavailability", sa.column("id", sa.Integer), sa.column("resource_id", sa.Integer),
                sa.column("starts", WHEN), sa.column("ends", WHEN))
LANE = sa.table("lane", sa.column("id", sa.Integer), sa.column("resource_id", sa.Integer))
CLAIM = sa.table("claim", sa.column("lane_id", sa.Integer), sa.column("kind", sa.String),
                 sa.column("state", sa.String), sa.column("starts", WHEN),
                 sa.column("ends", WHEN), sa.column("blocked_from", WHEN),
                 sa.column("blocked_until", WHEN), sa.column("holder_kind", sa.String),
                 sa.column("holder_id", sa.Integer))


def gaps(start, end, taken):
    """What of a span is free beside sorted spans that do not overlap."""
    for first, last in sorted(taken):
        if last <= start or first >= end:
            continue
        if first > start:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end


def blocks() -> None:
    """Claim what every fact leaves free of the lanes of its resource."""
    bind = op.get_bind()
    lanes, taken = defaultdict(list), defaultdict(list)
    for lane_id, resource_id in bind.execute(
            sa.select(LANE.c.id, LANE.c.resource_id)
            .where(LANE.c.resource_id.in_(sa.select(FACT.c.resource_id)))):
        lanes[resource_id].append(lane_id)
    for lane_id, start, end in bind.execute(
            sa.select(CLAIM.c.lane_id, CLAIM.c.blocked_from, CLAIM.c.blocked_until)
            .join(LANE, LANE.c.id == CLAIM.c.lane_id)
            .where(LANE.c.resource_id.in_(sa.select(FACT.c.resource_id)),
                   CLAIM.c.state.in_(LIVE))):
        taken[lane_id].append((start, end))
    for fact in bind.execute(sa.select(FACT).order_by(FACT.c.id)).all():
        for lane_id in lanes[fact.resource_id]:
            found = list(gaps(fact.starts, fact.ends, taken[lane_id]))
            taken[lane_id] += found
            for start, end in found:
                bind.execute(CLAIM.insert().values(
                    lane_id=lane_id, kind="blocked", state="blocked", starts=start, ends=end,
                    blocked_from=start, blocked_until=end, holder_kind="unavailable",
                    holder_id=fact.id))


def upgrade() -> None:
    op.add_column("booking", sa.Column("placed_at", WHEN, nullable=True))
    op.create_table(
        "proposal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("booking_id", BIG, nullable=False),
        sa.Column("by_side", sa.String(8), nullable=False),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("starts", WHEN, nullable=False),
        sa.Column("ends", WHEN, nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("answer_by", WHEN, nullable=False),
        sa.Column("left_seconds", sa.Integer(), nullable=True),
        sa.Column("created_at", WHEN, nullable=False),
        sa.CheckConstraint("by_side IN ('buyer','seller')", name=op.f("ck_proposal_by_side")),
        sa.CheckConstraint("purpose IN ('counter','move')", name=op.f("ck_proposal_purpose")),
        sa.CheckConstraint("state IN ('open','accepted','declined','expired','withdrawn')",
                           name=op.f("ck_proposal_state")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_proposal_times")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"],
                                name=op.f("fk_proposal_booking_id_booking")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"],
                                name=op.f("fk_proposal_quote_id_quote")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"],
                                name=op.f("fk_proposal_resource_id_resource")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"],
                                name=op.f("fk_proposal_listing_id_listing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("uq_proposal_open", "proposal", ["booking_id"], unique=True,
                    sqlite_where=sa.text("state = 'open'"),
                    postgresql_where=sa.text("state = 'open'"))
    op.create_index("ix_proposal_booking", "proposal", ["booking_id", "id"])
    op.create_index("ix_proposal_answer", "proposal", ["state", "answer_by"])
    blocks()


def downgrade() -> None:
    op.execute("DELETE FROM claim WHERE holder_kind = 'unavailable'")
    op.drop_table("proposal")
    op.drop_column("booking", "placed_at")
