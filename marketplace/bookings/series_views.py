"""Series and their previews as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.bookings import series_queries
from marketplace.bookings.series_judging import Judged
from marketplace.bookings.series_models import Series
from marketplace.catalogue.models import Quote
from marketplace.core.money import Money

COLUMNS = ("id", "listing_id", "resource_id", "member_id", "rrule", "starts", "minutes",
           "pieces", "mode", "lanes", "reference", "state", "created_at")


def foreseen(judged: Sequence[Judged]) -> dict[str, Any]:
    """A preview: each time, and the least and most that the free ones cost together."""
    free = [each.quote for each in judged if each.quote is not None and not each.errors]
    return {"items": [_time(each) for each in judged], "free": len(free),
            "skipped": len(judged) - len(free), "total_min": total(free, least=True),
            "total_max": total(free, least=False)}


def _time(each: Judged) -> dict[str, Any]:
    quote = each.quote
    prices = {name: getattr(quote, name) if quote else None
              for name in ("total", "total_min", "total_max")}
    return {"start": each.starts, "end": each.ends, "free": not each.errors,
            "reason": each.reason} | prices


def total(quotes: Sequence[Quote], *, least: bool) -> Money:
    """The least or the most that these cost together; a firm price is both."""
    found = [quote.total or (quote.total_min if least else quote.total_max)
             for quote in quotes]
    return Money(sum(price.minor for price in found if price is not None))


def listed(rows: Sequence[Series]) -> list[dict[str, Any]]:
    """Series without their times, in one query whatever their number."""
    counts = series_queries.counts([row.id for row in rows])
    return [{name: getattr(row, name) for name in COLUMNS}
            | dict(zip(("booked", "skipped"), counts.get(row.id, (0, 0)), strict=True))
            for row in rows]


def shown(row: Series) -> dict[str, Any]:
    """A series with every time and what became of it; a moved booking shows where it is now."""
    items = series_queries.items_of(row.id)
    bookings = series_queries.bookings_of(items)
    found = []
    for item in items:
        booking = bookings.get(item.booking_id or 0)
        now = booking or item
        found.append({"start": now.starts, "end": now.ends, "booking_id": item.booking_id,
                      "state": booking.state if booking else None, "reason": item.reason,
                      "price_seen": item.price_seen, "price_now": item.price_now})
    return listed([row])[0] | {"items": found}
