"""What capacity refuses."""

from __future__ import annotations

from marketplace.core.errors import Conflict, NotFound


class SlotTaken(Conflict):
    """The time is claimed or the resource cannot work then; `in_the_way` says what and when."""

    code = "slot_taken"
    negotiable = True


class ResourceNotFound(NotFound):
    """No such resource."""

    code = "resource_not_found"


class LanesInUse(Conflict):
    """A resource cannot lose lanes that have work on them, past work included."""

    code = "lanes_in_use"


class UnavailabilityNotFound(NotFound):
    """No such fact about a resource of this company."""

    code = "unavailability_not_found"


class UnavailabilityOver(Conflict):
    """The fact has ended already; what was, stays."""

    code = "unavailability_over"


class UnavailabilityBegun(Conflict):
    """The fact has begun: its past stays, only its end may change."""

    code = "unavailability_begun"
