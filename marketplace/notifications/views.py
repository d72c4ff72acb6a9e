"""Notices and choices as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.notifications import queries, wording
from marketplace.notifications.models import Notice
from marketplace.notifications.rules import Ways


def shown(lang: str, rows: Sequence[Notice]) -> list[dict[str, Any]]:
    """Notices in their reader's language, whatever their number in two queries."""
    names = queries.names_in([row.params for row in rows])
    return [_one(row, wording.told(lang, row.params, names)) for row in rows]


def _one(row: Notice, told: wording.Told) -> dict[str, Any]:
    return {"id": row.id, "event": row.event, "text": told.headline, "when": told.when,
            "price": told.price, "todo": told.todo, "link": row.link,
            "created_at": row.created_at, "read_at": row.read_at}


def choices(ways: Mapping[str, Ways]) -> dict[str, Any]:
    """The ways of every event."""
    return {"choices": [{"event": event, "inbox": each.inbox, "mail": each.mail}
                        for event, each in ways.items()]}
