"""Files on a booking or a job as its page shows them, with who fetched ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Company
from marketplace.accounts.permissions import allowed
from marketplace.bookings.models import Booking
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.files import attachments
from marketplace.files.kinds import DRAWING_BYTES, ENDINGS
from marketplace.files.models import File
from marketplace.planning import job_files
from marketplace.web.reader import asking, formats

ACCEPT = ",".join(sorted({f".{each}" for each in ENDINGS.values()} | {".stp", ".iges", ".jpeg"}))


def attached(kind: str, subject_id: int) -> dict[str, Any] | None:
    """The files on a thing for whoever reads the page; None for who may not read them."""
    actor = asking()
    if actor is None or not allowed(actor, "file.read"):
        return None
    try:
        rows = attachments.listed(actor, kind, subject_id)
    except NotFound:
        return None
    log = _log(actor, kind, subject_id)
    may = log is not None and allowed(actor, "file.attach")
    return {"kind": kind, "id": subject_id, "log": log,
            "files": _shown(actor, rows, may and not attachments.stay(kind, subject_id)),
            "may_add": may and attachments.may_add(kind, subject_id), "accept": ACCEPT,
            "megabytes": DRAWING_BYTES // 2**20}


def attached_to_job_of(booking: Booking) -> dict[str, Any] | None:
    """The files of the job that a booking was made for, if it was made for one."""
    job_id = job_files.job_of(booking)
    return None if job_id is None else attached("job", job_id)


def _shown(actor: Actor, rows: Sequence[File], may_remove: bool) -> list[dict[str, Any]]:
    f = formats()
    names = {id_: name for id_, name in db.session.execute(
        select(Company.id, Company.name).where(
            Company.id.in_({row.owner_company_id for row in rows})))}
    return [{"id": row.id, "name": row.name, "company": names[row.owner_company_id],
             "ours": row.owner_company_id == actor.company_id, "size": size_of(row.size),
             "at": f.datetime(row.created_at),
             "may_remove": may_remove and row.owner_company_id == actor.company_id}
            for row in rows]


def _log(actor: Actor, kind: str, subject_id: int) -> list[dict[str, Any]] | None:
    """Who fetched our files; None for who is no party and so has none there."""
    f = formats()
    try:
        found = attachments.log_of(actor, kind, subject_id)
    except NotFound:
        return None
    return [{"name": each.file.name, "gone": each.file.removed_at is not None,
             "member": each.member, "company": each.company, "at": f.datetime(each.at)}
            for each in found]


def size_of(count: int) -> str:
    """`312 kB`, `4.2 MB`: by thousands, as drives and mail programs count."""
    f = formats()
    if count < 10**6:
        return f"{f.number(max(1, round(count / 1000)))} kB"
    return f"{f.number(count / 10**6, 1)} MB"
