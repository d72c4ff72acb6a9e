"""The listing's rules, the same for every path that takes capacity, before the one `take()`.

Create, edit, move, approve, series, waitlist, plan and API all call `lock_counters()` before they
lock resources, and `check()` after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.accounts.models import Company
from marketplace.bookings import qualifications, rules, usage
from marketplace.bookings.models import Booking
from marketplace.bookings.rules import Use
from marketplace.bookings.usage import Besides, Group
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Listing, Quote
from marketplace.catalogue.rules import Offer
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.locking import Rank, lock
from marketplace.core.timewindow import TimeWindow
from marketplace.resources import certificates


@dataclass(frozen=True)
class Wanted:
    """A quoted slot that somebody wants: who it is for, who operates, what it replaces.

    `booking_id`, `hold_id`: of the same slot's own booking or hold, whose hours do not count twice.
    `agreed`: the notice was kept when the firm asked or held, and has been served by now.
    `fresh`: it was quoted under the lock that is held, so that time has changed nothing.
    """

    offer: Offer
    quote: Quote
    company_id: int
    member_id: int
    booking_id: int = 0
    hold_id: int = 0
    agreed: bool = False
    fresh: bool = False

    @property
    def window(self) -> TimeWindow:
        """From start to end of the work."""
        return TimeWindow(self.quote.starts, self.quote.ends)

    @property
    def use(self) -> Use:
        """What it takes, if it is taken now."""
        return Use(self.window, self.quote.lanes, clock.now())


def lock_counters(wanted: Sequence[Wanted]) -> None:
    """Lock the companies whose hours are counted, so that two bookings cannot share a rest."""
    lock(Company, {each.company_id for each in wanted if rules.counts(each.offer.rules)},
         Rank.COMPANY)


def lock_counted(offers: Sequence[Offer], company_id: int) -> None:
    """The same before anything is quoted: a company that wants something of these offers."""
    if any(rules.counts(each.rules) for each in offers):
        lock(Company, [company_id], Rank.COMPANY)


def check(wanted: Sequence[Wanted]) -> None:
    """Raise RuleBroken naming every rule that any of these breaks now."""
    errors = _time_errors(wanted)
    errors += access_errors(wanted) + _counted_errors(wanted)
    _refuse(errors)


def _time_errors(wanted: Sequence[Wanted]) -> list[FieldError]:
    """What the clock and the opening hours say; what a seller agrees to needs no more notice."""
    errors = []
    for agreed in (False, True):
        pairs = [(each.offer, each.quote) for each in wanted
                 if each.agreed == agreed and not each.fresh]
        found = catalogue.broken_by_time(pairs) if pairs else []
        errors += [each for each in found if not (agreed and each.code == "notice")]
    return errors


def _refuse(errors: Sequence[FieldError]) -> None:
    """Raise RuleBroken where there is an error; what is left of a limit is among its parameters."""
    found = distinct(errors)
    rest = [each.params for each in found if "remaining" in each.params]
    if found:
        raise RuleBroken(errors=found, count=len(found), **({"remaining": rest} if rest else {}))


def access_errors(wanted: Sequence[Wanted]) -> list[FieldError]:
    """Who may not operate, and which resources lack their certificate at the end of the work."""
    lapses = certificates.until_when({
        (each.offer.resource_id, each.offer.rules.certificate) for each in wanted
        if each.offer.rules.certificate})
    errors = []
    for each in wanted:
        kind = each.offer.rules.certificate
        last = lapses.get((each.offer.resource_id, kind))
        if kind and (last is None or last < each.quote.ends):
            errors.append(FieldError("start", "certificate_expired", certificate=kind))
        errors += _operator_errors(each.offer.company_id, each.offer.rules.qualification,
                                   each.member_id, each.window)
    return errors


def _operator_errors(seller_id: int, code: str, member_id: int,
                     window: TimeWindow) -> list[FieldError]:
    """The error of somebody whom the seller has not allowed to operate throughout the window."""
    if not code or qualifications.holds(seller_id, member_id, code, window):
        return []
    return [FieldError("member_id", "not_qualified", qualification=code)]


def check_operator(booking: Booking, member_id: int) -> None:
    """Raise RuleBroken when somebody may not operate what a booking is about, as of today."""
    code = db.session.get_one(Listing, booking.listing_id).qualification
    _refuse(_operator_errors(booking.seller_company_id, code, member_id,
                             TimeWindow(booking.starts, booking.ends)))


def _counted_errors(wanted: Sequence[Wanted]) -> list[FieldError]:
    """The weeks and days in which a company would have more than it may."""
    groups: dict[Group, list[Wanted]] = defaultdict(list)
    for each in wanted:
        groups[usage.group_of(each.company_id, each.offer)].append(each)
    return [error for group, members in groups.items() for error in _group_errors(group, members)]


def _group_errors(group: Group, members: Sequence[Wanted]) -> list[FieldError]:
    """What one company wants of listings that are counted together."""
    limits = {each.offer.rules for each in members if rules.counts(each.offer.rules)}
    if not limits:
        return []
    besides = Besides([each.booking_id for each in members], [each.hold_id for each in members])
    errors = []
    for limit in sorted(limits, key=repr):
        weeks = rules.weeks_around([each.window for each in members], limit.zone)
        used = usage.used(group, weeks, besides)
        taken = [each.use for each in members]
        errors += rules.quota_errors(limit, used, taken) + rules.prime_errors(limit, used, taken)
    return errors


def distinct(errors: Sequence[FieldError]) -> list[FieldError]:
    """Every error once, in order."""
    return list({(each.field, each.code, repr(each.params)): each for each in errors}.values())
