"""What would become of each time of a series: free and its price, or why it cannot be booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from marketplace.bookings import queries, validator
from marketplace.bookings.series_errors import SeriesInvalid, SeriesNotOffered
from marketplace.bookings.series_rules import MISSING_HOUR, RuleRefused, Time, times
from marketplace.bookings.validator import Wanted
from marketplace.capacity import services as capacity
from marketplace.capacity.services import Want
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services as catalogue_services
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.catalogue.services import Wish
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow

TAKEN, ASKED, DEARER = "slot_taken", "already_asked", "dearer"


@dataclass(frozen=True)
class Judged:
    """One time: its quote, which nobody has stored yet, and what is against booking it."""

    starts: datetime
    ends: datetime
    quote: Quote | None
    errors: Sequence[FieldError] = field(default=())

    @property
    def reason(self) -> str:
        """The code of what is against it; "" when it can be booked."""
        return self.errors[0].code if self.errors else ""

    @property
    def most(self) -> Money | None:
        """The most that it can cost; None where it has no price."""
        if self.quote is None:
            return None
        return self.quote.total if self.quote.total is not None else self.quote.total_max


def offer_for(wish: Wish) -> Offer:
    """The listing of a series; raises ListingNotFound or SeriesNotOffered."""
    offer = catalogue.offer(wish.listing_id)
    if not offer.rules.series:
        raise SeriesNotOffered(listing_id=offer.listing_id)
    return offer


def times_of(offer: Offer, wish: Wish, rrule: str) -> list[Time]:
    """The times that a rule names on the site's clock; raises SeriesInvalid."""
    try:
        return times(rrule, wish.start, offer.rules.zone)
    except RuleRefused as refusal:
        raise SeriesInvalid(errors=[refusal.error], count=1) from None


def judge(actor: Actor, offer: Offer, wish: Wish, wanted: Sequence[Time],
          ceilings: Sequence[Money | None] = ()) -> list[Judged]:
    """Every time by opening hours and rules, by what is on the lanes or asked for, by quotas.

    `ceilings`: what each may cost at most, where it may not cost anything that it does.
    Nothing is written and nothing locked. Times of one series count against each other. Raises
    ModeNotOffered for a wish that the listing never prices.
    """
    found = _priced(actor, offer, wish, wanted)
    found = _placed(offer, found)
    if found and offer.rules.approval:
        found = _unasked(actor, offer, found)
    if ceilings:
        found = [_not_above(*each) for each in zip(found, ceilings, strict=True)]
    return _allowed(actor, offer, found)


def _priced(actor: Actor, offer: Offer, wish: Wish, wanted: Sequence[Time]) -> list[Judged]:
    """Each time with its quote or the rules it breaks, in one read of opening hours."""
    length = _length(offer, wish)
    wishes = [replace(wish, start=each.starts, end=each.starts + length if wish.end else None)
              for each in wanted]
    opened = catalogue.openings_for([(offer.resource_id, each.start, each.end)
                                     for each in wishes])
    found = []
    for time, each in zip(wanted, wishes, strict=True):
        ends = each.start + length
        if not time.exists:
            found.append(Judged(each.start, ends, None, [FieldError("start", MISSING_HOUR)]))
            continue
        try:
            quote = catalogue_services.quotes_of(actor, offer, each, opened)[0]
        except RuleBroken as refusal:
            found.append(Judged(each.start, ends, None, refusal.errors))
        else:
            found.append(Judged(quote.starts, quote.ends, quote))
    return found


def _length(offer: Offer, wish: Wish) -> timedelta:
    """From start to end; of pieces, without the closings that they may rest over."""
    if wish.end is not None:
        return wish.end - wish.start
    modes = sorted(offer.terms)
    timing = catalogue_services.timing(offer, wish.mode if wish.mode in modes else modes[0])
    return timedelta(minutes=timing.minutes(wish.pieces or 1, wish.lanes) if timing else 1)


def _placed(offer: Offer, found: Sequence[Judged]) -> list[Judged]:
    """Those of which `take()` would find the lanes; requests leave each other room."""
    priced = [each for each in found if each.quote is not None]
    wants = [Want(offer.resource_id, TimeWindow(each.starts, each.ends), "series", 0,
                  each.quote.lanes) for each in priced if each.quote is not None]
    placed = capacity.trial(wants, apart=offer.rules.approval)
    taken = {id(each) for each, fits in zip(priced, placed, strict=True) if not fits}
    return [replace(each, errors=[FieldError("start", TAKEN)]) if id(each) in taken else each
            for each in found]


def _unasked(actor: Actor, offer: Offer, found: Sequence[Judged]) -> list[Judged]:
    """Those that overlap no open request of the firm, and none of the ones before them."""
    windows = [TimeWindow(each.starts, each.ends) for each in found]
    hull = TimeWindow(min(each.start for each in windows), max(each.end for each in windows))
    asked = [TimeWindow(row.starts, row.ends) for row in queries.requests_of(
        actor.company_id or 0, offer.resource_id, hull)]
    again: set[int] = set()
    for place, (each, window) in enumerate(zip(found, windows, strict=True)):
        if each.errors:
            continue
        if any(window.overlaps(other) for other in asked):
            again.add(place)
        else:
            asked.append(window)
    return [replace(each, errors=[FieldError("start", ASKED)]) if place in again else each
            for place, each in enumerate(found)]


def _not_above(each: Judged, ceiling: Money | None) -> Judged:
    """A time with the error that it costs more than its ceiling, where it does."""
    if each.errors or each.most is None or ceiling is None or each.most <= ceiling:
        return each
    return replace(each, errors=[FieldError("start", DEARER, total=each.most.amount,
                                            seen=ceiling.amount)])


def _allowed(actor: Actor, offer: Offer, found: Sequence[Judged]) -> list[Judged]:
    """Those that break no rule beside the ones before them."""
    wanted = {place: Wanted(offer, each.quote, actor.company_id or 0, actor.member_id or 0)
              for place, each in enumerate(found) if each.quote is not None and not each.errors}
    broken: dict[int, Sequence[FieldError]] = {}
    _sift(wanted, list(wanted), [], broken)
    return [replace(each, errors=broken[place]) if place in broken else each
            for place, each in enumerate(found)]


def _sift(wanted: dict[int, Wanted], places: Sequence[int], kept: list[Wanted],
          broken: dict[int, Sequence[FieldError]]) -> None:
    """Keep what passes beside what is kept, halving where something does not: few checks."""
    if not places:
        return
    try:
        validator.check([*kept, *(wanted[place] for place in places)])
    except RuleBroken as refusal:
        if len(places) == 1:
            broken[places[0]] = refusal.errors
            return
        half = len(places) // 2
        _sift(wanted, places[:half], kept, broken)
        _sift(wanted, places[half:], kept, broken)
    else:
        kept += [wanted[place] for place in places]
