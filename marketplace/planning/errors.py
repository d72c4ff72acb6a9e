"""What planning refuses."""

from __future__ import annotations

from marketplace.core.errors import Conflict, NotFound


class PlanNotFound(NotFound):
    """No such plan of this company."""

    code = "plan_not_found"


class NothingToPlan(Conflict):
    """The company has no open job."""

    code = "nothing_to_plan"


class PlanNotReady(Conflict):
    """The plan is in a state in which this cannot be done."""

    code = "plan_state"


class PlanEmpty(Conflict):
    """The plan places no job: there is nothing to book."""

    code = "plan_empty"


class PlanOutdated(Conflict):
    """The market is no longer as the plan saw it: one part cannot be booked as planned."""

    code = "plan_outdated"
