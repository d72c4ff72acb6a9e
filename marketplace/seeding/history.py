"""Past and coming bookings of the demo, each made by the service at a moment before its start.

`lives` says what became of those that are past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from marketplace.accounts.models import Company
from marketplace.bookings.models import Booking
from marketplace.bookings.services import book_wish
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.resources.models import Resource, Site
from marketplace.seeding.lives import NOBODYS, live_on

TRIES = 7   # the generator does not know today's weekday: look for an open day near by


def make_history(rows: Sequence[Mapping[str, str]], actors: Mapping[str, Actor],
                 operator: Actor) -> int:
    """Book what the rows say, and let it live on until now; returns how many bookings there are."""
    people = {actor.company_id or NOBODYS: actor for actor in (*actors.values(), operator)}
    now = clock.now()
    places = listings()
    made = 0
    for number, row in enumerate(rows):
        place = places.get((row["owner_credit_code"], row["resource_code"]))
        actor = actors.get(row["buyer_credit_code"])
        booking = _book(row, actor, place, now) if place and actor else None
        if booking is not None:
            live_on(booking.id, number, people, now)
            made += 1
    return made


def listings() -> dict[tuple[str, str], tuple[int, int, str]]:
    """Listing id, notice minutes and zone by owner's credit code and resource code."""
    query = (select(Company.credit_code, Resource.code, Listing.id, Listing.notice_minutes,
                    Site.zone)
             .join(Resource, Resource.id == Listing.resource_id)
             .join(Site, Site.id == Resource.site_id)
             .join(Company, Company.id == Resource.owner_company_id)
             .where(Listing.state == "published"))
    return {(owner, code): (id_, notice, zone)
            for owner, code, id_, notice, zone in db.session.execute(query)}


def _book(row: Mapping[str, str], actor: Actor, place: tuple[int, int, str],
          now: datetime) -> Booking | None:
    """Book on the first day, of a week from the wished one, on which the service accepts it."""
    listing_id, notice, zone = place
    local = now.astimezone(ZoneInfo(zone))
    for shift in range(TRIES):
        day = local - timedelta(days=int(row["days_ago"])) + timedelta(days=shift)
        start = day.replace(hour=int(row["start_hour"]), minute=0, second=0, microsecond=0)
        moment = min(now, start - timedelta(minutes=notice + 60))
        pieces = int(row["pieces"]) if row["pieces"] else None
        hours = timedelta(hours=float(row["hours"] or 0))
        wish = Wish(listing_id, start, None if pieces else start + hours, pieces, row["mode"])
        try:
            with clock.moved_to(moment):
                return book_wish(actor, wish)
        except DomainError:
            continue   # closed, taken or against the rules on that day: try the next
    return None
