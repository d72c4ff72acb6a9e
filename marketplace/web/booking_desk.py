"""What can be done with a booking now, what runs by the clock, and what has happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from marketplace.accounts.permissions import WORKERS
from marketplace.accounts.queries import members
from marketplace.bookings import fees, lifecycle
from marketplace.bookings.changing import moment_of
from marketplace.bookings.models import Booking, BookingFee
from marketplace.bookings.steps_api import STEPS
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.web import booking_reads
from marketplace.web.reader import formats, words

OWN_PAGE = ("move", "counter", "propose_move")   # they ask for more than a reason
DEEDS = {action: row for action, row in STEPS.items() if action not in OWN_PAGE}
FIRST = ("approve", "check_in", "start", "deliver", "accept", "resolve")   # the primary button
LOSS = ("cancel", "abort")
PATH = "/bookings/<int:booking_id>/"


def _has_page(action: str) -> bool:
    """True when an action has an ask page: ours, or one of its own elsewhere."""
    return action in DEEDS or any(rule.rule == PATH + action
                                  for rule in current_app.url_map.iter_rules())


def buttons(booking: Booking, actions: Sequence[str]) -> list[dict[str, str]]:
    """A button for each step the reader may make now, the one that goes on first."""
    main = next((each for each in FIRST if each in actions), None)
    order = sorted(actions, key=lambda each: (each != main, each in LOSS))
    return [{"action": each, "label": words(f"booking.action.{each}"),
             "url": f"/bookings/{booking.id}/{each}",
             "kind": "pri" if each == main else "bad" if each in LOSS else ""}
            for each in order if _has_page(each)]


def clocks(booking: Booking, plain: Mapping[str, Any]) -> list[dict[str, str]]:
    """Sentences on what the clock does to a booking, for the reader's side."""
    f, mine, at = formats(), plain["side"], booking.answer_by
    found: list[tuple[str, str]] = []
    if booking.state == lifecycle.REQUESTED and at is not None:
        key = "asked_buyer" if mine == lifecycle.BUYER else "asked_seller"
        found.append(("warn", words(f"booking.clock.{key}", time=f.datetime(at))))
    if booking.state == lifecycle.DELIVERED and at is not None:
        key = "delivered_buyer" if mine == lifecycle.BUYER else "delivered_seller"
        found.append(("warn", words(f"booking.clock.{key}", time=f.datetime(at))))
    if booking.state == lifecycle.DISPUTED:
        found.append(("warn", words("booking.clock.disputed")))
    if booking.state == lifecycle.CONFIRMED:
        found += _before_start(booking, plain)
    return [{"tone": tone, "text": text} for tone, text in found]


def _before_start(booking: Booking, plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Until when to check in, and what leaving costs."""
    f, rules, found = formats(), fees.terms_of(booking), []
    side = lifecycle.BUYER if plain["side"] == lifecycle.BUYER else lifecycle.SELLER
    if booking.answer_by is not None and clock.now() < moment_of(booking).grace_ends:
        found.append(("warn", words(f"booking.clock.check_in_{side}",
                                    time=f.datetime(booking.answer_by),
                                    percent=_percent(rules.no_show_percent))))
    now = {each.code: each for each in plain["fees_now"]}
    late = now.get(fees.LATE_CANCEL)
    if late is None or plain["hit"]:
        return found
    if late.amount.minor:
        found.append(("warn", words(f"booking.clock.late_{side}", percent=_percent(late.percent),
                                    amount=f.money(late.amount))))
    elif rules.late_percent:
        found.append(("", words(f"booking.clock.free_{side}",
                                time=f.datetime(plain["free_until"]),
                                percent=_percent(rules.late_percent))))
    return found


def _percent(whole: int) -> str:
    return f"{formats().number(whole)}%"


def cost(booking: Booking, action: str, plain: Mapping[str, Any]) -> str:
    """What a step costs the firm at this moment, as a sentence; empty where nothing could."""
    if action not in ("cancel", "no_show") or booking.state != lifecycle.CONFIRMED:
        return ""
    if action == "cancel" and plain["side"] == lifecycle.SELLER:
        return words("booking.costs.seller")
    code = fees.LATE_CANCEL if action == "cancel" else fees.NO_SHOW
    found = next((each for each in plain["fees_now"] if each.code == code), None)
    if found is None or not found.amount.minor:
        return words("booking.costs.none")
    return words(f"booking.costs.{code}", percent=_percent(found.percent),
                 amount=formats().money(found.amount))


def fee_lines(rows: Sequence[BookingFee]) -> list[dict[str, Any]]:
    """Fees as lines: what for, how much, whether it is due."""
    f = formats()
    return [{"name": words(f"booking.fee.{row.code}", percent=_percent(row.percent)),
             "why": f"{f.datetime(row.created_at)} · {words(f'booking.fee.{row.state}')}"
                    + (f" · {_why(row.waived_for)}" if row.waived_for else ""),
             "amount": f.money(row.amount), "minus": row.state == "waived"} for row in rows]


def _why(said: str) -> str:
    return words("booking.fee.resold") if said == "resold" else said


def timeline(actor: Actor, booking: Booking, zone: str) -> list[dict[str, str]]:
    """The audit's steps of a booking: when, who, what, why."""
    rows = [row for row in booking_reads.history(booking.id)
            if row.action.startswith("booking.")]
    names = {member.id: member.name for member in db.session.scalars(members(actor.company_id))
             if member.id in {row.member_id for row in rows}} if actor.company_id else {}
    return [_step(row, names, zone) for row in rows]


def _step(row: AuditEntry, names: Mapping[int, str], zone: str) -> dict[str, str]:
    said, f = row.details, formats()
    side = words(f"booking.by.{said['side']}")
    name = names.get(row.member_id or 0, "")
    more = []
    if said.get("reason"):
        more.append(words("booking.reason.slot_given_to_another")
                    if said["reason"] == "slot_given_to_another" else said["reason"])
    if said.get("fee"):
        more.append(words("booking.history_fee", amount=f.money(Money(said["fee"]))))
    if row.action in ("booking.move", "booking.agree"):
        window = TimeWindow(*(datetime.fromisoformat(said[each]) for each in ("starts", "ends")))
        more.append(words("booking.history_slot", when=formats(zone).window(window)))
    return {"when": f.datetime(row.at), "iso": f.iso(row.at), "who": f"{side} {name}".strip(),
            "what": words(row.action.replace("booking.", "booking.step.", 1)),
            "more": " · ".join(more)}


def colleagues(actor: Actor, booking: Booking) -> list[tuple[int, str]]:
    """Who of the company may take a booking over."""
    rows = db.session.scalars(members(actor.company_id)).all()
    return [(row.id, row.name) for row in rows
            if row.role in WORKERS and row.id != booking.member_id]
