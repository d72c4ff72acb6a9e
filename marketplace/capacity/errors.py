"""What capacity refuses."""

from __future__ import annotations

from marketplace.core.errors import Conflict, NotFound


class SlotTaken(Conflict):
    """The time is claimed or the resource cannot work then; `in_the_way` says what and when."""

    code = "slot_taken"


class ResourceNotFound(NotFound):
    """No such resource."""

    code = "resource_not_found"
