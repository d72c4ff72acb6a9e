"""News of what is offered to somebody: a slot that was waited for.

`news` has the one row that is written at once and the worker that fans it out.
"""

from __future__ import annotations

from typing import Any

from marketplace.bookings.events import WaitlistOffered
from marketplace.bookings.models import Hold
from marketplace.catalogue.models import Quote
from marketplace.core.db import db
from marketplace.core.events import on
from marketplace.notifications.news import News, ids, note, place_of, price_of, tell, teller


@on(WaitlistOffered)
def note_offer(event: WaitlistOffered) -> None:
    """Somebody's turn on a waitlist has come."""
    note("waitlist", hold=event.hold_id, member=event.member_id, until=event.until.isoformat())


@teller("waitlist")
def tell_offer(facts: dict[str, Any]) -> None:
    """Tell who waited that a slot is held for it, and until when."""
    hold = db.session.get_one(Hold, facts["hold"])
    quote = db.session.get_one(Quote, hold.quote_id)
    tell(ids([], facts["member"]), News("waitlist", place_of(hold.resource_id) | {
        "starts": quote.starts.isoformat(), "ends": quote.ends.isoformat(),
        "price": price_of(quote), "say": "waitlist", "todo": "waitlist",
        "until": facts["until"]}, f"/listings/{quote.listing_id}?hold={hold.id}"))
