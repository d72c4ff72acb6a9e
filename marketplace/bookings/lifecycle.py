"""The one table of what may happen to a booking: action, from, to, by whom, when.

API links, buttons, the diagram in the docs and the negative tests are made from it. `held` is the
state of a hold, which a booking grows out of; all others are states of a booking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

BUYER, SELLER, OPERATOR, SYSTEM = "buyer", "seller", "operator", "system"
HELD, REQUESTED, CONFIRMED = "held", "requested", "confirmed"
CHECKED_IN, RUNNING, DELIVERED = "checked_in", "running", "delivered"
ACCEPTED, SETTLED, DECLINED, EXPIRED = "accepted", "settled", "declined", "expired"
CANCELLED, NO_SHOW, DISPUTED, RELEASED = "cancelled", "no_show", "disputed", "released"

STATES = (REQUESTED, CONFIRMED, CHECKED_IN, RUNNING, DELIVERED, ACCEPTED, SETTLED,
          DECLINED, EXPIRED, CANCELLED, NO_SHOW, DISPUTED)
OCCUPIES = frozenset({HELD, CONFIRMED, CHECKED_IN, RUNNING})
BOOKED = tuple(state for state in STATES if state in OCCUPIES)   # bookings that take lanes
BOOKED_SQL = "('confirmed','checked_in','running')"

CHECK_IN_EARLY = timedelta(minutes=60)   # work may begin this long before its start


@dataclass(frozen=True)
class Moment:
    """What a time rule looks at: the work's window, its grace, its clock, and now.

    `answer_by`: until when a request is to be answered or delivered work to be accepted;
    for a hold, when it runs out.
    """

    starts: datetime
    ends: datetime
    now: datetime
    grace_minutes: int = 30
    answer_by: datetime | None = None

    @property
    def grace_ends(self) -> datetime:
        """From here on who has not checked in has not come."""
        return min(self.starts + timedelta(minutes=self.grace_minutes), self.ends)


def _over(moment: Moment) -> bool:
    return moment.answer_by is not None and moment.now >= moment.answer_by


WHEN: dict[str, Callable[[Moment], bool]] = {
    "always": lambda at: True,
    "before_start": lambda at: at.now < at.starts,
    "answer_open": lambda at: not _over(at),
    "answer_over": _over,
    "before_end": lambda at: at.now < at.ends,
    "after_end": lambda at: at.now >= at.ends,
    "request_open": lambda at: not _over(at) and at.now < at.starts,
    "request_over": lambda at: _over(at) or at.now >= at.starts,
    "check_in": lambda at: at.starts - CHECK_IN_EARLY <= at.now < at.grace_ends,
    "work_time": lambda at: at.starts - CHECK_IN_EARLY <= at.now < at.ends,
    "grace_over": lambda at: at.now >= at.grace_ends,
}


@dataclass(frozen=True)
class Step:
    """One allowed step; `when` names the time rule in WHEN that must hold."""

    action: str
    source: str
    target: str
    by: frozenset[str]
    when: str = "always"


def _by(*sides: str) -> frozenset[str]:
    return frozenset(sides)


TABLE = (
    Step("book", HELD, CONFIRMED, _by(BUYER), "request_open"),
    Step("request", HELD, REQUESTED, _by(BUYER), "request_open"),
    Step("release", HELD, RELEASED, _by(BUYER), "answer_open"),
    Step("expire", HELD, EXPIRED, _by(SYSTEM), "answer_over"),
    Step("approve", REQUESTED, CONFIRMED, _by(SELLER), "request_open"),
    Step("decline", REQUESTED, DECLINED, _by(SELLER, SYSTEM)),
    Step("expire", REQUESTED, EXPIRED, _by(SYSTEM), "request_over"),
    Step("cancel", REQUESTED, CANCELLED, _by(BUYER)),
    Step("cancel", CONFIRMED, CANCELLED, _by(BUYER, SELLER), "before_start"),
    Step("cancel", CONFIRMED, CANCELLED, _by(SYSTEM), "after_end"),   # it was down throughout
    Step("move", CONFIRMED, CONFIRMED, _by(BUYER), "before_start"),
    Step("counter", REQUESTED, REQUESTED, _by(BUYER, SELLER), "request_open"),
    Step("propose_move", CONFIRMED, CONFIRMED, _by(SELLER), "before_end"),
    Step("agree", REQUESTED, CONFIRMED, _by(SYSTEM), "before_start"),   # both sides have consented
    Step("agree", CONFIRMED, CONFIRMED, _by(SYSTEM), "before_end"),
    Step("hand_over", REQUESTED, REQUESTED, _by(BUYER), "before_start"),
    Step("hand_over", CONFIRMED, CONFIRMED, _by(BUYER), "before_start"),
    Step("hand_over", CHECKED_IN, CHECKED_IN, _by(BUYER)),
    Step("check_in", CONFIRMED, CHECKED_IN, _by(BUYER, SELLER), "check_in"),
    Step("no_show", CONFIRMED, NO_SHOW, _by(SELLER), "grace_over"),
    Step("no_show", CONFIRMED, NO_SHOW, _by(SYSTEM), "answer_over"),
    Step("start", CONFIRMED, RUNNING, _by(SELLER), "work_time"),
    Step("start", CHECKED_IN, RUNNING, _by(SELLER)),
    Step("abort", CHECKED_IN, CANCELLED, _by(SELLER)),
    Step("abort", RUNNING, CANCELLED, _by(SELLER)),
    Step("deliver", CHECKED_IN, DELIVERED, _by(SELLER)),
    Step("deliver", RUNNING, DELIVERED, _by(SELLER)),
    Step("accept", DELIVERED, ACCEPTED, _by(BUYER)),
    Step("accept", DELIVERED, ACCEPTED, _by(SYSTEM), "answer_over"),
    Step("dispute", DELIVERED, DISPUTED, _by(BUYER), "answer_open"),
    Step("resolve", DISPUTED, ACCEPTED, _by(OPERATOR)),
    Step("settle", ACCEPTED, SETTLED, _by(SYSTEM)),
)
ACTIONS = tuple(dict.fromkeys(step.action for step in TABLE))


def step(action: str, state: str, side: str, moment: Moment) -> Step | None:
    """The step an action means here, or None when the table does not have it."""
    for row in TABLE:
        if (row.action, row.source) == (action, state) and side in row.by and (
                WHEN[row.when](moment)):
            return row
    return None


def actions(state: str, side: str, moment: Moment) -> list[str]:
    """What this side may do now: buttons and API links are made from it."""
    return [name for name in ACTIONS if step(name, state, side, moment)]


def diagram() -> str:
    """The table as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2"]
    for row in TABLE:
        sides = "/".join(sorted(row.by))
        lines.append(f"    {row.source} --> {row.target}: {row.action} ({sides}, {row.when})")
    return "\n".join(lines)
