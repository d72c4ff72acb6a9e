"""What changed on bookings, in an order that misses and repeats nothing under many writers.

Numbers are given out before their transactions commit, so on PostgreSQL a reader that remembers
the highest number it saw would miss a slow writer's lower one. There each row also carries the
number of its transaction (`xid`, made by revision 0005), and only rows of transactions older than
every running one are shown, in the order (xid, id): nothing can appear below what was shown.
SQLite has one writer at a time, and its ids are that order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.permissions import require
from marketplace.bookings.events import BookingChanged
from marketplace.bookings.models import Booking
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import Base, db
from marketplace.core.errors import Invalid
from marketplace.core.events import on
from marketplace.core.types import BigId, UtcDateTime

START = "0.0"
CURSOR = re.compile(r"(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,17})")


class CursorUnknown(Invalid):
    """A cursor that the feed has not given out: begin anew without one."""

    code = "cursor_unknown"


class Change(Base):
    """One step of a booking, as its two companies are told; never changed, never deleted.

    The indexes that the feed is read by differ between the engines: revision 0005 has them.
    """

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    action: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(12))
    target: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    buyer_company_id: Mapped[int]
    seller_company_id: Mapped[int]


@on(BookingChanged)
def note(event: BookingChanged) -> None:
    """Write the step down beside it; the booking is in the session, so nothing is read."""
    booking = db.session.get_one(Booking, event.booking_id)
    db.session.execute(_WRITE, {
        "booking_id": booking.id, "action": event.action, "source": event.source,
        "target": event.target, "at": clock.now(), "buyer_company_id": booking.company_id,
        "seller_company_id": booking.seller_company_id})


_TABLE: Any = Change.__table__
_WRITE = insert(_TABLE)


@dataclass(frozen=True)
class Line:
    """One change and the cursor that stands behind it."""

    cursor: str
    booking_id: int
    action: str
    source: str
    target: str
    at: datetime
    side: str


@dataclass(frozen=True)
class Page:
    """Changes after a cursor; `cursor` asks for what comes then, and `more` is there already."""

    items: Sequence[Line]
    cursor: str
    more: bool


# One branch a side, each read from its own index; a company's own booking comes once, as its
# buyer's.
BRANCH = """
    SELECT {xid} AS xid, id, booking_id, action, source, target, at, '{side}' AS side
      FROM change WHERE {side}_company_id = :company {once}
       AND {after}
     ORDER BY {order} LIMIT :most"""
POSTGRESQL = {"xid": "xid", "order": "xid, id",
              "after": "(xid, id) > (CAST(:xid AS xid8), :id)"
                       " AND xid < pg_snapshot_xmin(pg_current_snapshot())"}
SQLITE = {"xid": "0", "order": "id", "after": "id > :id AND :xid >= ''"}


def _statement(words: dict[str, str]) -> str:
    buyer = BRANCH.format(side="buyer", once="", **words)
    seller = BRANCH.format(side="seller", once="AND buyer_company_id <> :company", **words)
    return (f"SELECT * FROM ({buyer}) AS bought UNION ALL SELECT * FROM ({seller}) AS sold"
            " ORDER BY 1, 2 LIMIT :most")


def _words() -> dict[str, str]:
    return POSTGRESQL if db.engine.dialect.name == "postgresql" else SQLITE


def since(actor: Actor, cursor: str, limit: int) -> Page:
    """What changed after a cursor on bookings that the actor's company is party to.

    An empty page has the cursor that was asked with. Raises CursorUnknown for one that this
    database has not given out, as after a restore: then a reader begins anew.
    """
    require(actor, "booking.read")
    xid, id_ = _read(actor, cursor)
    query = text(_statement(_words())).columns(at=UtcDateTime)
    rows = db.session.execute(query, {"company": actor.company_id, "xid": xid, "id": id_,
                                      "most": limit + 1}).all()
    lines = [_line(row) for row in rows[:limit]]
    return Page(lines, lines[-1].cursor if lines else cursor, len(rows) > limit)


def _line(row: Any) -> Line:
    return Line(f"{row.xid}.{row.id}", row.booking_id, row.action, row.source, row.target, row.at,
                row.side)


def _read(actor: Actor, cursor: str) -> tuple[str, int]:
    """The two numbers of a cursor, which name a change of this company or the very start."""
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise CursorUnknown(cursor=cursor)
    xid, id_ = found[1], int(found[2])
    if cursor == START:
        return xid, id_
    row = db.session.execute(
        text(f"SELECT {_words()['xid']} AS xid FROM change WHERE id = :id"
             " AND :company IN (buyer_company_id, seller_company_id)"),
        {"id": id_, "company": actor.company_id}).first()
    if row is None or str(row.xid) != xid:
        raise CursorUnknown(cursor=cursor)
    return xid, id_
