"""Everything the template of the inbox shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from marketplace.core.actor import Actor
from marketplace.http.language import language
from marketplace.http.pages import offset_page
from marketplace.notifications import queries, views
from marketplace.web.reader import words

SIZES = (20, 50, 100)


def listed(actor: Actor, sent: Mapping[str, str]) -> dict[str, Any]:
    """One page of notices, the unread first."""
    size = next((each for each in SIZES if str(each) == sent.get("size")), SIZES[0])
    text = sent.get("page", "")
    number = max(1, min(int(text[:5]), 10**4)) if text.isdecimal() else 1
    first = (number - 1) * size
    rows = offset_page(queries.notices_of(actor), size, first)["items"]
    total = queries.total(actor)
    return {"rows": views.shown(language(), rows), "total": total, "size": size,
            "sizes": [(words("notice.inbox.per_page", number=each), _url(each), each == size)
                      for each in SIZES],
            "pages": _pages(number, size, total)}


def _url(size: int, page: int | None = None) -> str:
    return url_for("inbox_page.show_list", size=size, page=page)


def _pages(number: int, size: int, total: int) -> dict[str, Any] | None:
    if total <= size:
        return None
    last = min(number * size, total)
    return {"first": min((number - 1) * size + 1, total), "last": last, "total": total,
            "prev": _url(size, number - 1) if number > 1 else None,
            "next": _url(size, number + 1) if last < total else None}
