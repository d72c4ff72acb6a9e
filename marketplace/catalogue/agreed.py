"""A quote at an agreed price or slot: what two sides settle is as immutable as any quote.

The lines are those of the first quote's own terms for the new slot; where another total is agreed
on, one more line says by how much. Such a quote cannot be booked by itself: only its proposal is
accepted, so it is never valid for anything else.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal

from marketplace.catalogue import queries
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import (
    ListingRules,
    Offer,
    end_over,
    length_errors,
    start_errors,
    work_minutes,
)
from marketplace.catalogue.services import Slot
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import FieldError
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.pricing.quote import Priced, QuoteLine, Usage
from marketplace.pricing.quote import quote as priced


def carried(original: Quote, offer: Offer) -> Offer:
    """An offer of the same seller under what a firm was promised: fees, grace, time to accept.

    Who proposes a slot of its own does not hold its own notice against the firm.
    """
    was = ListingRules(**original.rules)
    return replace(offer, rules=replace(
        offer.rules, notice_minutes=0, free_hours=was.free_hours, late_percent=was.late_percent,
        no_show_percent=was.no_show_percent, grace_minutes=was.grace_minutes,
        accept_days=was.accept_days))


def agreed_slot(original: Quote, offer: Offer, start: datetime,
                end: datetime | None = None) -> Slot:
    """Where the same work lies from another start; pieces and work without an end keep its length.

    Raises RuleBroken naming every rule that is broken.
    """
    rules = offer.rules
    found = queries.openings_for([(offer.resource_id, start, end)])
    opened = found.get(offer.resource_id, [])
    errors = start_errors(rules, start, clock.now())
    minutes: int | None = original.work_minutes
    if original.pieces or end is None:
        end = end_over(opened, start, original.work_minutes, rules.may_pause)
    elif end <= start or (end - start) % timedelta(minutes=rules.step):
        errors.append(FieldError("end", "step", minutes=rules.step))
    else:
        minutes = work_minutes(opened, TimeWindow(start, end), rules.may_pause)
        errors += length_errors(rules, TimeWindow(start, end).minutes
                                if minutes is None else minutes, "end")
    if not errors and (end is None or minutes is None):
        errors.append(FieldError("start", "outside_opening"))
    if errors or end is None or minutes is None:
        raise RuleBroken(errors=errors, count=len(errors))
    return Slot(TimeWindow(start, end), minutes)


def price(original: Quote, slot: Slot) -> Priced:
    """What the first quote's own terms ask for a slot."""
    return priced(original.mode, original.terms,
                  Usage(slot.minutes, original.lanes, original.pieces))


def agreed_quote(original: Quote, offer: Offer, slot: Slot, total: Money | None = None) -> Quote:
    """Write the quote of a slot, at `total` where that is agreed; its firm price must be one."""
    answer, now = price(original, slot), clock.now()
    lines = list(answer.lines)
    if total is not None and answer.total is not None and total != answer.total:
        rest = total - answer.total
        lines.append(QuoteLine("agreed_price", Decimal(1), "once", total.amount, rest,
                               explain="quote.rule.agreed_price",
                               params={"total": total.amount}))
    row = Quote(
        listing_id=offer.listing_id, company_id=original.company_id,
        member_id=original.member_id, mode=original.mode, starts=slot.window.start,
        ends=slot.window.end, pieces=original.pieces, lanes=original.lanes,
        work_minutes=slot.minutes, lines=[line.as_json() for line in lines],
        terms=original.terms, rules=asdict(offer.rules), total=total or answer.total,
        total_min=answer.total_min, total_max=answer.total_max, created_at=now, valid_until=now)
    db.session.add(row)
    db.session.flush()
    return row
