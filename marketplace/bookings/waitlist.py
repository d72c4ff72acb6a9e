"""The waitlist: join when a slot is taken, be offered it in order when it gets free.

What gets free is offered later, by a worker in a transaction of its own. The offer is a hold, made
by the path of every hold: the listing's rules, then the one `take()`. An entry is guarded by the
lock of its resource, so nobody joins, is offered or leaves while it changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import inspect, select

from marketplace import config
from marketplace.accounts.permissions import NotAllowed, require
from marketplace.accounts.tokens import actor_of_member
from marketplace.bookings import services, validator, waitlist_queries
from marketplace.bookings.events import HoldEnded, WaitlistOffered, WaitlistPassed
from marketplace.bookings.validator import Wanted
from marketplace.bookings.waitlist_errors import (
    AlreadyWaiting,
    SlotFree,
    WaitedEnough,
    WaitingTooMuch,
)
from marketplace.bookings.waitlist_models import (
    BOOKED,
    LEFT,
    OFFERED,
    OVER,
    PASSED,
    WAITING,
    WaitlistEntry,
)
from marketplace.capacity import services as capacity
from marketplace.capacity.services import CapacityFreed, HoldExpired, Want
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services as catalogue_services
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.models import Quote
from marketplace.catalogue.rules import Offer
from marketplace.catalogue.services import Wish
from marketplace.core import audit, clock, outbox
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.errors import DomainError, Unavailable
from marketplace.core.events import on, publish
from marketplace.core.locking import Rank, lock
from marketplace.core.outbox import OutboxMessage
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import Transaction, current, savepoint, transactional
from marketplace.resources.models import Resource

TOPIC = "waitlist.freed"
MOST = 100   # slots a company waits for at a time


@transactional
def join(actor: Actor, wish: Wish) -> WaitlistEntry:
    """A firm waits for a slot that is taken, at the end of the line.

    Raises RuleBroken or ModeNotOffered for what the listing would never book, also where the
    member may not operate the resource; SlotFree for what can be booked at once; AlreadyWaiting,
    WaitingTooMuch.
    """
    require(actor, "booking.create")
    offer = catalogue.offer(wish.listing_id)
    mode, slot = next(iter(catalogue_services.slots(offer, wish).items()))
    lock(Resource, [offer.resource_id], Rank.RESOURCE)
    row = WaitlistEntry(
        listing_id=offer.listing_id, resource_id=offer.resource_id, company_id=actor.company_id,
        member_id=actor.member_id, starts=slot.window.start, ends=slot.window.end,
        pieces=wish.pieces, mode=mode, lanes=wish.lanes, state=WAITING, created_at=clock.now())
    _refuse_access(_wanted(offer, row))
    if capacity.trial([_want(row)])[0]:
        raise SlotFree(wish, start=row.starts, end=row.ends)
    if waitlist_queries.waits_already(row):
        raise AlreadyWaiting(start=row.starts, end=row.ends)
    if waitlist_queries.waiting_count(actor) >= MOST:
        raise WaitingTooMuch(most=MOST)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "waitlist.join", "waitlist_entry", row.id, resource=row.resource_id)
    return row


def _refuse_access(wanted: Wanted) -> None:
    """Who may not operate, or a certificate that lapses, would never be offered anything."""
    errors = validator.distinct(validator.access_errors([wanted]))
    if errors:
        raise RuleBroken(errors=errors, count=len(errors))


def _want(row: WaitlistEntry) -> Want:
    return Want(row.resource_id, TimeWindow(row.starts, row.ends), "waitlist", row.id or 0,
                row.lanes)


@transactional
def leave(actor: Actor, entry_id: int) -> WaitlistEntry:
    """A firm no longer waits; an offer that it has goes to the next. Raises WaitedEnough."""
    require(actor, "booking.create")
    resource_id = waitlist_queries.entry_of(actor, entry_id).resource_id
    lock(Resource, [resource_id], Rank.RESOURCE)
    capacity.release_expired([resource_id])
    row = _locked(resource_id, [entry_id])[0]
    if row.state not in (WAITING, OFFERED):
        raise WaitedEnough(state=row.state)
    offered = row.hold_id if row.state == OFFERED else None
    row.state = LEFT   # before the hold ends: who has left is not passed as well
    if offered:
        services.release_hold(actor, offered)
    audit.record(actor, "waitlist.leave", "waitlist_entry", row.id)
    return row


def _locked(resource_id: int, ids: Sequence[int]) -> Sequence[WaitlistEntry]:
    """Entries read anew under the lock of their resource, in order."""
    lock(Resource, [resource_id], Rank.RESOURCE)
    query = (select(WaitlistEntry).where(WaitlistEntry.id.in_(ids)).order_by(WaitlistEntry.id)
             .execution_options(populate_existing=True))
    return db.session.scalars(query).all()


_asked: WeakKeyDictionary[Transaction, dict[int, OutboxMessage]] = WeakKeyDictionary()


@on(CapacityFreed)
def note_freed(event: CapacityFreed) -> None:
    """Time got free that somebody waits for: ask, once a resource and transaction, to offer it."""
    if not waitlist_queries.somebody_waits(event.resource_id, event.window):
        return
    asked = _asked.setdefault(current(), {})
    message = asked.get(event.resource_id)
    if message is None or inspect(message).transient:   # as after a savepoint undone
        asked[event.resource_id] = outbox.put(TOPIC, _freed(event.resource_id, event.window))
    else:
        known = _window(message)
        message.payload = _freed(event.resource_id, TimeWindow(
            min(known.start, event.window.start), max(known.end, event.window.end)))


def _freed(resource_id: int, window: TimeWindow) -> dict[str, Any]:
    return {"resource_id": resource_id, "start": window.start.isoformat(),
            "end": window.end.isoformat()}


def _window(message: OutboxMessage) -> TimeWindow:
    """From the first to the last moment that got free."""
    return TimeWindow(*(datetime.fromisoformat(message.payload[name])
                        for name in ("start", "end")))


@outbox.handler(TOPIC)
def carry_out_freed(message: OutboxMessage) -> None:
    """The worker's side of `note_freed`."""
    offer_freed(int(message.payload["resource_id"]), _window(message))


@transactional
def offer_freed(resource_id: int, window: TimeWindow | None = None) -> int:
    """Offer what is free to those who wait for it, in their order; how many offers were made.

    One pass along the line of those who wait for time in or near `window`; without one, along the
    whole line. One transaction under the resource's lock: nobody is offered what got free for an
    earlier one. Who joined after the counters were locked waits for the next pass.
    """
    firms = waitlist_queries.firms_in_line(resource_id, window)
    offers = catalogue.offers(list({listing_id for listing_id, _ in firms}))
    validator.lock_counters([Wanted(offers[listing_id], Quote(), company_id, 0)
                             for listing_id, company_id in firms if listing_id in offers])
    lock(Resource, [resource_id], Rank.RESOURCE)
    capacity.release_expired([resource_id])
    return sum(_offer_to([row for row in rows if (row.listing_id, row.company_id) in firms], offers)
               for rows in waitlist_queries.line(resource_id, window))


def _offer_to(rows: Sequence[WaitlistEntry], offers: Mapping[int, Offer]) -> int:
    """Offer what is free to some who wait, in order.

    Nothing gets free by an offer: who finds no room once has none until the next pass.
    """
    left = _with_room([row for row in rows
                       if not _close_hopeless(row, offers.get(row.listing_id))])
    made = 0
    while left:
        row, left = left[0], left[1:]
        if _offered(row, offers[row.listing_id]):
            made, left = made + 1, _with_room(left)
    return made


def _with_room(rows: Sequence[WaitlistEntry]) -> list[WaitlistEntry]:
    """Those whose slot is free as things stand, each by itself."""
    free = capacity.trial([_want(row) for row in rows], apart=True)
    return [row for row, fits in zip(rows, free, strict=True) if fits]


def _wanted(offer: Offer, row: WaitlistEntry) -> Wanted:
    """What an entry wants, before it is priced; locks are chosen by it."""
    unpriced = Quote(listing_id=row.listing_id, starts=row.starts, ends=row.ends, lanes=row.lanes)
    return Wanted(offer, unpriced, row.company_id, row.member_id)


def _until(row: WaitlistEntry, offer: Offer) -> datetime:
    """Until when an offer made now may be booked: not past what the listing's notice allows."""
    last = row.starts - timedelta(minutes=offer.rules.notice_minutes)
    return min(clock.now() + timedelta(minutes=config.current().offer_minutes), last)


def _close_hopeless(row: WaitlistEntry, offer: Offer | None) -> bool:
    """Close an entry whose listing is gone, or whose slot begins too soon to be booked."""
    if offer is not None and _until(row, offer) > clock.now():
        return False
    _close(row, OVER)
    return True


def _close(row: WaitlistEntry, state: str) -> None:
    row.state = state
    audit.record(SYSTEM, f"waitlist.{state}", "waitlist_entry", row.id)


def _offered(row: WaitlistEntry, offer: Offer) -> int:
    """Hold the slot for one who waits, at the price of now.

    0: the listing's rules are against it now (it goes on waiting), or it may no longer book.
    """
    actor = actor_of_member(row.member_id)
    if actor is None or actor.company_id != row.company_id:
        _close(row, PASSED)
        return 0
    wish = Wish(row.listing_id, row.starts, None if row.pieces else row.ends, row.pieces,
                row.mode, row.lanes)
    try:
        with savepoint():
            quote = catalogue_services.quote(actor, wish)[0]
            hold = services.hold(actor, quote.id, _until(row, offer))
    except Unavailable:
        raise
    except NotAllowed:
        _close(row, PASSED)
        return 0
    except DomainError:
        return 0
    row.state, row.hold_id, row.offer_until = OFFERED, hold.id, hold.expires_at
    db.session.flush()
    audit.record(SYSTEM, "waitlist.offer", "waitlist_entry", row.id, hold=hold.id)
    publish(WaitlistOffered(row.id, hold.id, row.member_id, hold.expires_at))
    return 1


def _of_holds(hold_ids: Sequence[int]) -> Sequence[WaitlistEntry]:
    """The entries that these holds were offered to."""
    query = (select(WaitlistEntry).order_by(WaitlistEntry.id)
             .where(WaitlistEntry.hold_id.in_(hold_ids), WaitlistEntry.state == OFFERED))
    return db.session.scalars(query).all()


@on(HoldExpired)
def note_expired(event: HoldExpired) -> None:
    """An offer that ran out: the slot is free for the next, which `note_freed` has asked for."""
    for row in _of_holds(event.holder_ids):
        _close(row, PASSED)
        publish(WaitlistPassed(row.id, row.member_id))


@on(HoldEnded)
def note_ended(event: HoldEnded) -> None:
    """An offer that was booked or given back."""
    for row in _of_holds([event.hold_id]):
        _close(row, BOOKED if event.state == "booked" else PASSED)
        if row.state == PASSED:
            publish(WaitlistPassed(row.id, row.member_id))


@transactional
def close_over(resource_id: int) -> int:
    """Close the entries of a resource whose start has passed; how many there were."""
    rows = _locked(resource_id, waitlist_queries.begun(resource_id))
    over = [row for row in rows if row.state == WAITING]
    for row in over:
        _close(row, OVER)
    return len(over)
