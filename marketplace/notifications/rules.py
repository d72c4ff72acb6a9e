"""What members are told of, by which way unless they choose otherwise, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

BUYER, SELLER = "buyer", "seller"
STALE = timedelta(days=7)     # news that nobody carried out for so long is told to nobody
KEPT = timedelta(days=365)    # a notice is kept so long


@dataclass(frozen=True)
class Ways:
    """Where somebody is told of an event."""

    inbox: bool
    mail: bool


INBOX, BOTH = Ways(inbox=True, mail=False), Ways(inbox=True, mail=True)

# Every event that can be chosen, in the order of the page, with its default.
EVENTS: Mapping[str, Ways] = {
    "made": BOTH, "requested": BOTH, "approved": BOTH, "declined": BOTH, "expired": BOTH,
    "cancelled": BOTH, "moved": BOTH, "handed_over": INBOX, "checked_in": INBOX,
    "started": INBOX, "delivered": BOTH, "accepted": INBOX, "disputed": BOTH, "resolved": BOTH,
    "no_show": BOTH, "fee": BOTH, "waitlist": BOTH, "proposed": BOTH, "answered": BOTH,
    "down": BOTH,
}

HEARD_BY_OPERATORS = ("disputed",)   # what asks them for something, whichever company it is about


def events_of(*, operator: bool) -> tuple[str, ...]:
    """The events that a member is ever told of, in the order of the page."""
    return HEARD_BY_OPERATORS if operator else tuple(EVENTS)


# What is said of a step of a booking, and the event that it belongs to. A step that is not here
# is no news.
STEPS: Mapping[str, tuple[str, str]] = {
    "confirm": ("made", "made"), "request": ("requested", "requested"),
    "approve": ("approved", "approved"), "decline": ("declined", "declined"),
    "expire": ("expired", "expired"), "cancel": ("cancelled", "cancelled"),
    "abort": ("aborted", "cancelled"), "move": ("moved", "moved"),
    "hand_over": ("handed_over", "handed_over"), "check_in": ("checked_in", "checked_in"),
    "start": ("started", "started"), "deliver": ("delivered", "delivered"),
    "accept": ("accepted", "accepted"), "dispute": ("disputed", "disputed"),
    "resolve": ("resolved", "resolved"), "no_show": ("no_show", "no_show"),
}
# The same done by the clock or for a rival, where the words differ.
BY_ITSELF: Mapping[str, tuple[str, str]] = {
    "decline": ("given_away", "declined"), "accept": ("accepted_silently", "accepted"),
    "cancel": ("could_not_be", "cancelled"),
}

# Who has something to do, until the moment that the booking names, after what was said.
TO_DO: Mapping[str, str] = {
    "requested": SELLER, "delivered": BUYER, "made": BUYER, "approved": BUYER, "moved": BUYER,
}


def said(action: str, side: str) -> tuple[str, str] | None:
    """What is said of a step, and the event; None when it is no news."""
    if side == "system" and action in BY_ITSELF:
        return BY_ITSELF[action]
    return STEPS.get(action)


def told_sides(side: str) -> tuple[str, ...]:
    """The sides that hear of what a side did: the other one, or both of the platform's deeds."""
    return {BUYER: (SELLER,), SELLER: (BUYER,)}.get(side, (BUYER, SELLER))


def as_heard(say: str, side: str) -> str:
    """The words as a side hears them: whose booking it is now hears that of itself."""
    return "handed_to_you" if (say, side) == ("handed_over", BUYER) else say


def to_do(say: str, side: str, until: str | None) -> str:
    """What the reader of a side is to do until then; empty where there is nothing."""
    return say if until is not None and TO_DO.get(say) == side else ""


def ways(event: str, chosen: Mapping[str, Ways]) -> Ways:
    """Where a member is told of an event: as chosen, else by default."""
    return chosen.get(event, EVENTS[event])


def differing(wanted: Mapping[str, Ways]) -> Iterable[tuple[str, Ways]]:
    """The choices that are not the default: only those are kept."""
    return [(event, each) for event, each in wanted.items() if each != EVENTS[event]]
