"""From what happened to who is told: one outbox row in the transaction that did it, the rest later.

A booking must be quick, so its transaction writes a single row. The worker fans it out into
notices and mails in one transaction with the mark that the row is done: exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from marketplace.bookings.events import BookingChanged
from marketplace.bookings.models import Booking
from marketplace.core import clock, outbox
from marketplace.core.db import db
from marketplace.core.events import on
from marketplace.core.outbox import OutboxMessage
from marketplace.notifications import queries, rules
from marketplace.notifications.models import Notice
from marketplace.resources.models import Resource, Site

TOPIC = "news"
Teller = Callable[[dict[str, Any]], None]
_tellers: dict[str, Teller] = {}


@dataclass(frozen=True)
class News:
    """What is told: the event, the parameters of its words, and where it leads."""

    event: str
    params: dict[str, Any]
    link: str


def teller(kind: str) -> Callable[[Teller], Teller]:
    """Name the kind of news that a function tells."""

    def register(function: Teller) -> Teller:
        _tellers[kind] = function
        return function

    return register


def note(kind: str, **facts: Any) -> None:
    """Ask for something to be told: the one row that the running transaction writes."""
    outbox.put(TOPIC, {"kind": kind} | facts)


@outbox.handler(TOPIC)
def fan_out(message: OutboxMessage) -> None:
    """Tell what a row asks for; what is older than a week is told to nobody any more."""
    if message.created_at > clock.now() - rules.STALE:
        _tellers[message.payload["kind"]](message.payload)


def tell(members: Collection[int], news: News) -> None:
    """Write a notice and ask for a mail for each member, by the ways that it chose."""
    if not members:
        return
    now = clock.now()
    for member_id, ways in queries.ways_of(members, news.event).items():
        if ways.inbox:
            db.session.add(Notice(member_id=member_id, event=news.event, params=news.params,
                                  link=news.link, created_at=now))
        if ways.mail:
            outbox.put("mail", {"kind": TOPIC, "member_id": member_id, "event": news.event,
                                "params": news.params, "link": news.link})


@on(BookingChanged)
def note_change(event: BookingChanged) -> None:
    """A booking was made or made a step that is news to somebody; as it is at this moment.

    The booking has just been written, so the session has it and no statement is needed.
    """
    if rules.said(event.action, event.side) is None:
        return
    booking = db.session.get_one(Booking, event.booking_id)
    note("booking", booking=booking.id, action=event.action, side=event.side,
         by=event.member_id, fee=event.fee, member=booking.member_id,
         starts=booking.starts.isoformat(), ends=booking.ends.isoformat(),
         price=price_of(booking),
         until=booking.answer_by.isoformat() if booking.answer_by else None)


@teller("booking")
def tell_change(facts: dict[str, Any]) -> None:
    """Tell the other side's people who may act, and whose booking it is; never who did it."""
    booking = db.session.get_one(Booking, facts["booking"])
    said = rules.said(facts["action"], facts["side"])
    if said is None:
        return
    for side, members in audience(booking, rules.told_sides(facts["side"]), facts):
        say = rules.as_heard(said[0], side)
        todo = rules.to_do(say, side, facts["until"])
        tell(members, of_booking(booking, said[1], facts, {
            "say": say, "todo": todo, "until": facts["until"] if todo else None}))
    if said[1] in rules.HEARD_BY_OPERATORS:
        tell(queries.operators(), of_booking(booking, said[1], facts, {
            "say": "to_resolve", "todo": "", "until": None}))
    if facts["fee"]:
        tell_fee(booking, facts)


def tell_fee(booking: Booking, facts: dict[str, Any]) -> None:
    """Tell both sides what a late change costs."""
    for _, members in audience(booking, (rules.BUYER, rules.SELLER), facts):
        tell(members, of_booking(booking, "fee", facts, {
            "say": "fee", "fee": facts["fee"], "todo": "", "until": None}))


def audience(booking: Booking, sides: Collection[str],
             facts: dict[str, Any]) -> list[tuple[str, set[int]]]:
    """Whom to tell by side: who may act there, and on the buyer's always whose booking it is."""
    companies = {rules.BUYER: booking.company_id, rules.SELLER: booking.seller_company_id}
    buyers = ids([companies[rules.BUYER]] if rules.BUYER in sides else [], facts["member"])
    sellers = ids([companies[rules.SELLER]] if rules.SELLER in sides else [])
    by = {facts["by"]}
    return [(rules.BUYER, buyers - by), (rules.SELLER, sellers - buyers - by)]


def ids(company_ids: Collection[int], also: int | None = None) -> set[int]:
    """Who of these companies may act, and one member more, while they are active."""
    return {each.id for each in queries.who_may_act(company_ids, also)}


def of_booking(booking: Booking, event: str, facts: dict[str, Any],
                words: dict[str, Any]) -> News:
    """News of what a side did to a booking; the firm stands for the clock."""
    by_seller = facts["side"] == rules.SELLER
    return News(event, place_of(booking.resource_id) | {
        "number": booking.id, "starts": facts["starts"], "ends": facts["ends"],
        "doer": booking.seller_company_id if by_seller else booking.company_id,
        "price": facts["price"]} | words, f"/bookings/{booking.id}")


def place_of(resource_id: int) -> dict[str, Any]:
    """A resource by its number, and the zone of its site."""
    zone = db.session.scalars(select(Site.zone).join(Resource, Resource.site_id == Site.id)
                              .where(Resource.id == resource_id)).one()
    return {"resource": resource_id, "zone": zone}


def price_of(priced: Any) -> list[int]:
    """The total of a booking or quote in fen, or the least and the most of it."""
    amounts: Sequence[Any] = ([priced.total] if priced.total is not None
                              else [priced.total_min, priced.total_max])
    return [each.minor for each in amounts if each is not None]
