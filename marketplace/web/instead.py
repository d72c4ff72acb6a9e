"""What is free instead of a work that was refused, as the buttons of a refusal."""

from __future__ import annotations

from flask import url_for

from marketplace.accounts.permissions import allowed
from marketplace.bookings.refusals import passes
from marketplace.catalogue.alternatives import LATER, NEARBY, Alternative, alternatives
from marketplace.catalogue.models import Quote
from marketplace.catalogue.services import Wish
from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError
from marketplace.web import prices, work
from marketplace.web.reader import formats, words

OFFERED = 3


def rows(actor: Actor | None, wanted: Wish | Quote) -> list[dict[str, str]]:
    """Up to three slots that can be booked now, each a link to its page; prices are for members."""
    if not allowed(actor, "price.read"):
        return []
    start = wanted.starts if isinstance(wanted, Quote) else wanted.start
    return [{"kind": each.kind, "label": _label(each, wanted.listing_id),
             "why": _why(each, same_time=each.window.start == start),
             "price": prices.text(each.priced), "url": _url(each)}
            for each in alternatives(actor, wanted, OFFERED, passes)]


def _label(found: Alternative, asked: int) -> str:
    offer = found.place.offer
    when = formats(offer.rules.zone).window(found.window)
    return when if offer.listing_id == asked else words(
        "instead.elsewhere", resource=offer.resource_name, when=when)


def _why(found: Alternative, same_time: bool) -> str:
    """What differs from what was asked for."""
    f, offer = formats(), found.place.offer
    if found.kind == LATER and not same_time:
        why = words("instead.later")
    elif found.kind == LATER:
        why = words("instead.same", count=found.lanes, number=f.number(found.lanes))
    elif found.kind == NEARBY and found.distance_km is not None:
        why = words("instead.nearby", distance=f.number(round(found.distance_km)))
    else:
        why = words("instead.other")
    return why if not offer.rules.approval else words(
        "instead.approval", why=why, hours=f.quantity(offer.rules.reply_hours, "hour"))


def _url(found: Alternative) -> str:
    offer = found.place.offer
    return url_for("listing_page.show", listing_id=offer.listing_id, _anchor="work",
                   **work.query_of(found.wish, offer.rules.zone))


def reason(refusal: DomainError) -> str:
    """Why nothing came of it, in one sentence: the first rule that is broken, else the title."""
    found = work.sentences(refusal.errors)
    return next(iter(found.values()), words(f"problem.{refusal.code}.title"))
