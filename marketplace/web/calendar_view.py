"""What the pages of calendars show."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import url_for
from sqlalchemy import select

from marketplace.accounts.permissions import allowed
from marketplace.calendars import feeds as use_cases
from marketplace.calendars import queries
from marketplace.calendars.models import CalendarSource
from marketplace.calendars.schemas import error_words
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.resources.models import Resource
from marketplace.resources.queries import resource_of
from marketplace.web.formats import Formats
from marketplace.web.reader import formats, words

MACHINES = 300   # in the list to choose from


def feeds(actor: Actor) -> dict[str, Any]:
    """The member's addresses and what another could show."""
    rows, f = queries.feeds_of(actor), formats()
    names = use_cases.scope_names(rows, actor)
    return {
        "rows": [{"id": row.id, "shows": words(f"calendars.scope.{row.scope}"),
                  "name": names[row.id], "made": f.datetime(row.created_at),
                  "read": f.datetime(row.last_read_at) if row.last_read_at else "—"}
                 for row in rows],
        "scopes": [(each, words(f"calendars.scope.{each}"), None) for each in use_cases.SCOPES],
        "machines": [("", "—"), *operated(actor)]}


def operated(actor: Actor) -> list[tuple[str, str]]:
    """The machines that the company operates, to choose from."""
    rows = db.session.execute(
        select(Resource.id, Resource.code, Resource.name)
        .where(Resource.operating_company_id == actor.company_id)
        .order_by(Resource.code, Resource.id).limit(MACHINES))
    return [(str(id_), f"{code} {name}") for id_, code, name in rows]


def machine(actor: Actor, resource_id: int) -> dict[str, Any]:
    """The foreign calendars of a machine."""
    row = resource_of(actor, resource_id)
    f = formats(row.site.zone)
    may = row.operating_company_id == actor.company_id and allowed(actor, "resource.edit")
    return {"page_title": words("calendars.page.machine"), "resource": row, "may": may,
            "operated": row.operating_company_id == actor.company_id,
            "sources": [_source(each, f) for each in queries.sources_of(actor, resource_id)]}


def _source(row: CalendarSource, f: Formats) -> dict[str, Any]:
    """One foreign calendar; of its address the host alone, the rest may be a secret."""
    base = url_for("machine_calendars_page.show", resource_id=row.resource_id)
    return {
        "name": row.name, "host": urlsplit(row.url).hostname if row.url else "",
        "busy": row.busy, "ours": row.ours, "error": error_words(row),
        "read": f.datetime(row.read_at) if row.read_at else "—",
        "tried": f.datetime(row.tried_at) if row.tried_at else "—",
        "next": f.datetime(row.next_at) if row.url else "",
        "url": f"{base}/{row.id}"}
