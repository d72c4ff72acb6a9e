"""What jobs refuse."""

from __future__ import annotations

from marketplace.core.errors import Conflict, Invalid, NotFound


class JobNotFound(NotFound):
    """No such job of this company."""

    code = "job_not_found"


class JobInvalid(Invalid):
    """One or more fields of the job are wrong; every one of them is named."""

    code = "job_invalid"


class JobCodeTaken(Conflict):
    """The company has another job with this code."""

    code = "job_code_taken"


class JobNotOpen(Conflict):
    """The job is booked or withdrawn: it cannot be planned, booked or withdrawn again."""

    code = "job_not_open"
