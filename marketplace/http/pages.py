"""Lists in pages: by id, from a cursor, never more than the limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select

from marketplace.core.db import db


def page(query: Select[Any], column: Any, limit: int, cursor: int, *,
         newest_first: bool = False) -> dict[str, Any]:
    """One page ordered by an id column: `items` and `next_cursor` (None on the last page)."""
    if cursor:
        query = query.where(column < cursor if newest_first else column > cursor)
    query = query.order_by(None).order_by(column.desc() if newest_first else column)
    rows: Sequence[Any] = db.session.scalars(query.limit(limit + 1)).unique().all()
    more = len(rows) > limit
    return {"items": rows[:limit], "next_cursor": rows[limit - 1].id if more else None}


def offset_page(query: Select[Any], limit: int, offset: int) -> dict[str, Any]:
    """One page of a query that keeps its own order; the cursor is an offset."""
    rows: Sequence[Any] = db.session.scalars(query.limit(limit + 1).offset(offset)).unique().all()
    more = len(rows) > limit
    return {"items": rows[:limit], "next_cursor": offset + limit if more else None}
