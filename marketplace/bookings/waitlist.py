"""The waitlist: join when a slot is taken, be offered it in order when it gets free.

What gets free is offered later, by a worker in a transaction of its own. The offer is a hold, made
by the path of every hold: the listing's rules, then the one `take()`. An entry is guarded by the
lock of its resource, so nobody joins, is offered or leaves while it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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

    Raises RuleBroken or ModeNotOffered for what the listing would never book, SlotFree for what
    can be booked at once, AlreadyWaiting, WaitingTooMuch.
    """
    require(actor, "booking.create")
    offer = catalogue.offer(wish.listing_id)
    mode, slot = next(iter(catalogue_services.slots(offer, wish).items()))
    lock(Resource, [offer.resource_id], Rank.RESOURCE)
    row = WaitlistEntry(
        listing_id=offer.listing_id, resource_id=offer.resource_id, company_id=actor.company_id,
        member_id=actor.member_id, starts=slot.window.start, ends=slot.window.end,
        pieces=wish.pieces, mode=mode, lanes=wish.lanes, state=WAITING, created_at=clock.now())
    if capacity.trial([_want(row)])[0]:
        raise SlotFree(start=row.starts, end=row.ends)
    if waitlist_queries.waits_already(row):
        raise AlreadyWaiting(start=row.starts, end=row.ends)
    if waitlist_queries.waiting_count(actor) >= MOST:
        raise WaitingTooMuch(most=MOST)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "waitlist.join", "waitlist_entry", row.id, resource=row.resource_id)
    return row


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
    if row.state == OFFERED and row.hold_id:
        services.release_hold(actor, row.hold_id)
    row.state = LEFT
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
    asked = _asked.setdefault(current(), {})
    message = asked.get(event.resource_id)
    if message is not None and not inspect(message).transient:   # as after a savepoint undone
        return
    if waitlist_queries.somebody_waits(event.resource_id, event.window):
        asked[event.resource_id] = outbox.put(TOPIC, {"resource_id": event.resource_id})


@outbox.handler(TOPIC)
def carry_out_freed(message: OutboxMessage) -> None:
    """The worker's side of `note_freed`."""
    offer_freed(int(message.payload["resource_id"]))


@transactional
def offer_freed(resource_id: int) -> int:
    """Offer what is free to those who wait for it, in their order; how many offers were made.

    One transaction under the resource's lock: nobody is offered what got free for an earlier one.
    """
    waiting = waitlist_queries.waiting(resource_id)
    offers = catalogue.offers(list({row.listing_id for row in waiting}))
    validator.lock_counters([_wanted(offers[row.listing_id], row) for row in waiting
                             if row.listing_id in offers])
    rows = [row for row in _locked(resource_id, [row.id for row in waiting])
            if row.state == WAITING]
    capacity.release_expired([resource_id])
    made = 0
    left = [row for row in rows if not _close_hopeless(row, offers.get(row.listing_id))]
    while left:
        free = capacity.trial([_want(row) for row in left], apart=True)
        first = next((place for place, fits in enumerate(free) if fits), None)
        if first is None:
            break
        made += _offered(left[first], offers[left[first].listing_id])
        left = left[first + 1:]
    return made


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
