"""Table of the waitlist: who would take a slot of a resource when it gets free.

The lock of the resource guards its entries, as it guards its bookings.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.types import BigId, UtcDateTime

WAITING, OFFERED, BOOKED = "waiting", "offered", "booked"
PASSED, LEFT, OVER = "passed", "left", "over"
STATES = (WAITING, OFFERED, BOOKED, PASSED, LEFT, OVER)


class WaitlistEntry(Base):
    """A slot that a member waits for; ids are the order.

    `hold_id`, `offer_until`: of the offer made to it, which is a hold. *passed*: the offer ran out
    or was given back; *over*: the slot can no longer be booked.
    """

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        CheckConstraint("state IN (" + ",".join(f"'{each}'" for each in STATES) + ")",
                        name="state"),
        CheckConstraint("starts < ends", name="times"),
        Index("ix_waitlist_entry_resource", "resource_id", "state", "id"),
        Index("ix_waitlist_entry_company", "company_id", "id"),
        Index("ix_waitlist_entry_hold", "hold_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    pieces: Mapped[int | None]
    mode: Mapped[str] = mapped_column(String(20))
    lanes: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default=WAITING)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id"))
    offer_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
