"""Files on jobs: of the company whose job it is, until it is withdrawn.

Who sells an operation of a job reads them too; planning, which knows bookings, says so.
"""

from __future__ import annotations

from marketplace.core.db import db
from marketplace.files.attachments import Subject, hangs_on
from marketplace.jobs import queries, rules
from marketplace.jobs.models import Job

KIND = "job"


def is_open(job_id: int) -> bool:
    """True while files may be added."""
    return db.session.get_one(Job, job_id).state != rules.WITHDRAWN


def is_delivered(_job_id: int) -> bool:
    """What was delivered is known to bookings alone; a higher feature says so."""
    return False


hangs_on(KIND, Subject(queries.job_of, is_open, is_delivered))
