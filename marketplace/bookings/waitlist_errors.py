"""What the waitlist refuses."""

from __future__ import annotations

from typing import Any

from marketplace.core.errors import Conflict, NotFound


class EntryNotFound(NotFound):
    """No such entry of this company."""

    code = "waitlist_entry_not_found"


class SlotFree(Conflict):
    """The slot can be booked at once: nobody has to wait for it.

    `again` is the wish for it; the handler adds its quote to the answer, to be booked.
    """

    code = "slot_free"

    def __init__(self, again: Any = None, **params: Any) -> None:
        super().__init__(**params)
        self.again = again


class AlreadyWaiting(Conflict):
    """The member waits for this slot already, or has it on offer."""

    code = "already_waiting"
    negotiable = True


class WaitingTooMuch(Conflict):
    """The company waits for as many slots as it may."""

    code = "waiting_too_much"
    negotiable = True


class WaitedEnough(Conflict):
    """The entry has ended: booked, passed on, left or over."""

    code = "waitlist_entry_ended"
