"""Everything the page of the waitlist shows, on both sides of it."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select

from marketplace.accounts.permissions import allowed
from marketplace.bookings import waitlist_queries
from marketplace.bookings.waitlist_models import OFFERED, WAITING, WaitlistEntry
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource, Site
from marketplace.web.once import new_key
from marketplace.web.reader import formats, words

SHOWN = 100


def view(actor: Actor) -> dict[str, Any]:
    """What the company waits for, offers first; and who waits for its machines."""
    query = (select(WaitlistEntry, Resource.name, Site.zone)
             .join(Resource, Resource.id == WaitlistEntry.resource_id)
             .join(Site, Site.id == Resource.site_id)
             .where(WaitlistEntry.company_id == actor.company_id)
             .order_by(WaitlistEntry.id.desc()).limit(SHOWN))
    found = db.session.execute(query).all()
    places = waitlist_queries.positions([row.id for row, _, _ in found])
    rows = [_row(row, name, zone, places.get(row.id)) for row, name, zone in found]
    order = {OFFERED: 0, WAITING: 1}
    return {"page_title": words("waitlist.title"), "once": new_key(),
            "rows": sorted(rows, key=lambda row: order.get(row["state"], 2)),
            "may_act": allowed(actor, "booking.create"),
            "demand": [_demand(each) for each in waitlist_queries.demand(actor)]}


def _row(row: WaitlistEntry, name: str, zone: str, place: int | None) -> dict[str, Any]:
    f = formats(zone)
    live = row.state == OFFERED and row.offer_until is not None and row.offer_until > clock.now()
    state = "passed" if row.state == OFFERED and not live else row.state
    note = words("waitlist.place", place=place) if place else ""
    if live and row.offer_until is not None:
        note = words("waitlist.until", time=f.datetime(row.offer_until))
    return {"id": row.id, "resource": name, "state": state, "note": note, "lanes": row.lanes,
            "when": f.window(TimeWindow(row.starts, row.ends)), "mode": row.mode,
            "pieces": row.pieces, "open": state in (WAITING, OFFERED),
            "url": url_for("listing_page.show", listing_id=row.listing_id),
            "hold_url": url_for("listing_page.show", listing_id=row.listing_id,
                                hold=row.hold_id) if live else ""}


def _demand(each: waitlist_queries.Demand) -> dict[str, Any]:
    f = formats()
    return {"resource": each.resource, "url": f"/machines/{each.resource_id}",
            "waiting": f.number(each.waiting),
            "hours": f.number(each.hours, 1 if each.hours % 1 else 0),
            "companies": words("offer.list_comma").join(each.companies)}
