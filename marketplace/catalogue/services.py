"""Use cases of the catalogue: publish and change listings, quote work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace import config
from marketplace.accounts.permissions import require, require_company
from marketplace.catalogue import queries
from marketplace.catalogue.errors import (
    AlreadyListed,
    ListingNotFound,
    ModeNotOffered,
    RuleBroken,
    TermsMissing,
)
from marketplace.catalogue.listing_rules import RULE_FIELDS
from marketplace.catalogue.models import Listing, ListingTerms, Quote
from marketplace.catalogue.rules import (
    ListingRules,
    Offer,
    counted_minutes,
    end_errors,
    end_over,
    length_errors,
    start_errors,
    work_minutes,
)
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import savepoint, transactional
from marketplace.pricing.quote import Timing, Usage, load_terms, modes
from marketplace.pricing.quote import quote as priced
from marketplace.resources.models import Resource


@dataclass(frozen=True)
class Wish:
    """Work wanted on a listing: a start, and an end or a number of pieces."""

    listing_id: int
    start: datetime
    end: datetime | None = None
    pieces: int | None = None
    mode: str | None = None
    lanes: int = 1


@dataclass(frozen=True)
class Slot:
    """A wish resolved against opening time: the window and the open minutes in it."""

    window: TimeWindow
    minutes: int


class TermsInvalid(Invalid):
    """Price terms with wrong fields; each is named."""

    code = "terms_invalid"


@dataclass(frozen=True)
class Publication:
    """A listing to publish: its resource, its rules by name and its terms by mode."""

    resource_id: int
    rules: Mapping[str, Any]
    terms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@transactional
def publish_listing(actor: Actor, publication: Publication) -> Listing:
    """The company that operates a resource offers it under rules and price terms."""
    require(actor, "listing.edit")
    resource = db.session.get(Resource, publication.resource_id)
    if resource is None:
        raise NotFound(kind="resource")
    require_company(actor, resource.operating_company_id, "resource")
    if db.session.scalar(select(Listing.id).where(Listing.resource_id == resource.id,
                                                  Listing.state == "published")):
        raise AlreadyListed(resource_id=resource.id)
    rows = terms_rows(publication.terms)
    listing = Listing(resource_id=resource.id, company_id=resource.operating_company_id,
                      created_at=clock.now(), state="published", terms=rows,
                      **{k: v for k, v in publication.rules.items() if k in RULE_FIELDS})
    try:
        with savepoint():   # of two who publish at once the database lets one through
            db.session.add(listing)
            db.session.flush()
    except IntegrityError:
        raise AlreadyListed(resource_id=publication.resource_id) from None
    audit.record(actor, "listing.publish", "listing", listing.id, modes=sorted(publication.terms))
    return listing


def terms_rows(terms: Mapping[str, Mapping[str, Any]]) -> list[ListingTerms]:
    """Check terms of every mode at once; raises TermsMissing or TermsInvalid naming all fields."""
    if not terms:
        raise TermsMissing()
    errors: list[FieldError] = []
    rows = []
    for mode, values in sorted(terms.items()):
        if mode not in modes():
            errors.append(FieldError(f"terms.{mode}", "choice", choices="/".join(modes())))
            continue
        try:
            headline = modes()[mode].headline(load_terms(mode, values))
        except ValidationError as error:
            errors += _field_errors(f"terms.{mode}", error)
            continue
        rows.append(ListingTerms(mode=mode, terms=dict(values),
                                 headline_micro=int(headline.value * 10**6)))
    if errors:
        raise TermsInvalid(errors=errors, count=len(errors))
    return rows


def _field_errors(prefix: str, error: ValidationError) -> list[FieldError]:
    messages: Any = error.messages
    found = []
    for name, texts in messages.items():
        for text in texts:
            code, _, rest = str(text).lstrip("!").partition(":")
            params = dict(part.split("=", 1) for part in rest.split(";") if "=" in part)
            known = str(text).startswith("!")
            found.append(FieldError(f"{prefix}.{name}", code if known else _plain_code(text),
                                    **(params if known else {})))
    return found


def _plain_code(text: str) -> str:
    """The code of a message that marshmallow made itself."""
    return {"Missing data for required field.": "required", "Unknown field.": "unknown",
            "Not a valid integer.": "not_integer"}.get(text, "not_valid")


@transactional
def withdraw_listing(actor: Actor, listing_id: int) -> Listing:
    """Take a listing off the market; bookings already made stay as they are."""
    require(actor, "listing.edit")
    listing = db.session.get(Listing, listing_id)
    if listing is None or listing.state != "published":
        raise ListingNotFound(id=listing_id)
    require_company(actor, listing.company_id, "listing")
    listing.state, listing.withdrawn_at = "withdrawn", clock.now()
    listing.version += 1
    audit.record(actor, "listing.withdraw", "listing", listing.id)
    return listing


@transactional
def quote(actor: Actor, wish: Wish) -> list[Quote]:
    """A firm asks what work costs and gets one immutable quote a mode, at the same moment."""
    return quote_all(actor, [wish])[0]


@transactional
def quote_all(actor: Actor, wishes: Sequence[Wish]) -> list[list[Quote]]:
    """Quotes for many wishes, in a few queries whatever their number."""
    require(actor, "quote.create")
    offers = queries.offers([wish.listing_id for wish in wishes])
    for wish in wishes:
        if wish.listing_id not in offers:
            raise ListingNotFound(id=wish.listing_id)
    opened = queries.openings_for([(offers[wish.listing_id].resource_id, wish.start, wish.end)
                                   for wish in wishes])
    rows = [quotes_of(actor, offers[wish.listing_id], wish, opened) for wish in wishes]
    db.session.add_all(row for each in rows for row in each)
    db.session.flush()
    return rows


def unsaved_quotes(actor: Actor, offer: Offer, wish: Wish) -> list[Quote]:
    """The quotes of a wish on an offer that was just read; raises what `slots` raises."""
    require(actor, "quote.create")
    return quotes_of(actor, offer, wish, queries.openings_for(
        [(offer.resource_id, wish.start, wish.end)]))


def quotes_of(actor: Actor, offer: Offer, wish: Wish,
              opened: Mapping[int, Sequence[TimeWindow]]) -> list[Quote]:
    """The quotes of a wish, one a mode, that nobody has stored; raises what `slots` raises."""
    found = _slots(offer, wish, opened.get(offer.resource_id, []))
    return [_quote_row(actor, offer, wish, mode, slot) for mode, slot in found.items()]


def slots(offer: Offer, wish: Wish) -> dict[str, Slot]:
    """The window of a wish in every mode that can price it.

    Raises ModeNotOffered, or RuleBroken naming every rule that is broken.
    """
    opened = queries.openings_for([(offer.resource_id, wish.start, wish.end)])
    return _slots(offer, wish, opened.get(offer.resource_id, []))


def _slots(offer: Offer, wish: Wish, opened: Sequence[TimeWindow]) -> dict[str, Slot]:
    wanted = sorted(offer.terms) if wish.mode is None else [wish.mode]
    if wish.mode is not None and wish.mode not in offer.terms:
        raise ModeNotOffered(mode=wish.mode, offered="/".join(sorted(offer.terms)))
    if wish.lanes > offer.lanes:
        raise RuleBroken(errors=[FieldError("lanes", "too_many_lanes", lanes=offer.lanes)],
                         count=1)
    found = {mode: _slot(offer, wish, mode, opened) for mode in wanted}
    result = {mode: slot for mode, slot in found.items() if slot is not None}
    if not result:
        raise ModeNotOffered(mode=wish.mode or "/".join(wanted),
                             offered="/".join(sorted(offer.terms)))
    return result


def _slot(offer: Offer, wish: Wish, mode: str, opened: Sequence[TimeWindow]) -> Slot | None:
    """The window in one mode; None when the mode cannot price this kind of wish."""
    rules = offer.rules
    errors = start_errors(rules, wish.start, clock.now())
    if wish.pieces is None:
        if modes()[mode].NEEDS_PIECES or wish.end is None:
            return None
        window: TimeWindow | None
        window = asked = TimeWindow(wish.start, wish.end)
        errors += end_errors(rules, asked)
        minutes = work_minutes(opened, asked, rules.may_pause)
        known, name = counted_minutes(asked, minutes, rules.zone), "end"
    else:
        clocked = timing(offer, mode)
        if clocked is None:
            return None
        known, name = clocked.minutes(wish.pieces, wish.lanes), "pieces"
        end = end_over(opened, wish.start, known, rules.may_pause)
        window, minutes = (TimeWindow(wish.start, end), known) if end else (None, None)
    errors += length_errors(rules, known, name)
    if minutes is None or window is None:
        errors.append(FieldError("start", "outside_opening"))
    if errors or minutes is None or window is None:
        raise RuleBroken(errors=errors, count=len(errors))
    return Slot(window, minutes)


def timing(offer: Offer, mode: str) -> Timing | None:
    """How long pieces take: the mode's own word, else that of another mode of the listing."""
    for name in (mode, *sorted(offer.terms)):
        known = modes()[name].timing(load_terms(name, offer.terms[name]))
        if known is not None:
            return known
    return None


def _quote_row(actor: Actor, offer: Offer, wish: Wish, mode: str, slot: Slot) -> Quote:
    """Price one slot and freeze the answer with the terms as they are."""
    now = clock.now()
    answer = priced(mode, offer.terms[mode], Usage(slot.minutes, wish.lanes, wish.pieces))
    return Quote(
        listing_id=offer.listing_id, company_id=actor.company_id, member_id=actor.member_id,
        mode=mode, starts=slot.window.start, ends=slot.window.end, pieces=wish.pieces,
        lanes=wish.lanes, work_minutes=slot.minutes,
        lines=[line.as_json() for line in answer.lines], terms=offer.terms[mode],
        rules=asdict(offer.rules),
        total=answer.total, total_min=answer.total_min, total_max=answer.total_max,
        created_at=now, valid_until=now + timedelta(minutes=config.current().quote_minutes))


def broken_by_time(pairs: Sequence[tuple[Offer, Quote]]) -> list[FieldError]:
    """What time may have changed since quotes were made: every rule that they break now.

    A valid quote is always honoured: its own price terms and its own listing rules count, not
    those that the seller has set since. What can come between is the clock, which has run into
    the notice, and a machine that no longer opens then.
    """
    opened = queries.openings_for([(offer.resource_id, row.starts, row.ends)
                                   for offer, row in pairs])
    errors = []
    for offer, row in pairs:
        rules = ListingRules(**row.rules)
        errors += start_errors(rules, row.starts, clock.now())
        if work_minutes(opened.get(offer.resource_id, []), TimeWindow(row.starts, row.ends),
                        rules.may_pause) is None:
            errors.append(FieldError("start", "outside_opening"))
    return errors
