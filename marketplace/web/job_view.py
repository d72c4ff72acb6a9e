"""Everything the pages of jobs show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from marketplace.accounts.permissions import allowed
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.jobs import queries
from marketplace.jobs.models import Job, Operation
from marketplace.jobs.rules import OPEN, STATES
from marketplace.web import job_reads, names, plan_words
from marketplace.web.job_form import JobForm
from marketplace.web.once import new_key
from marketplace.web.reader import formats, words

PAGE = 50
STEPS_SHOWN = 20   # a route longer than this is folded
STATE_WORDS = {"open": "jobs.state.open", "booked": "jobs.state.booked",
               "withdrawn": "jobs.state.withdrawn"}
FORM_LABELS = {"code": "jobs.field.code", "title": "jobs.field.title",
               "release": "jobs.field.release", "due": "jobs.field.due",
               "deadline": "jobs.field.deadline", "budget": "jobs.field.budget",
               "service_code": "jobs.field.service", "material": "jobs.field.material",
               "quantity": "jobs.field.quantity", "minutes": "jobs.field.minutes"}


def listed(actor: Actor, sent: Mapping[str, str]) -> dict[str, Any]:
    """One page of the order book; the most urgent first."""
    state = sent.get("state") if sent.get("state") in STATES else OPEN
    text, number = sent.get("q", "").strip()[:60], page_number(sent)
    rows, total = job_reads.page(actor, str(state), text, PAGE, (number - 1) * PAGE)
    counts = job_reads.counts(actor)
    may = allowed(actor, "job.edit")
    return {"page_title": words("nav.jobs"), "rows": [_row(*each) for each in rows],
            "state": state, "q": text, "total": total, "any": bool(counts),
            "facts": [words("jobs.count", count=counts.get(OPEN, 0),
                            number=formats().number(counts.get(OPEN, 0)))],
            "states": [(f"{words(STATE_WORDS[each])} {counts.get(each, 0)}",
                        url_for("jobs_page.show_list", state=each), each == state)
                       for each in STATES],
            "may_edit": may, "once": new_key(),
            "may_plan": bool(counts.get(OPEN)) and allowed(actor, "plan.create"),
            "pages": _pages(number, total, {"state": state, "q": text or None})}


def page_number(sent: Mapping[str, str]) -> int:
    """The page in the address, from 1."""
    text = sent.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 5 else 1


def _pages(number: int, total: int, kept: dict[str, Any]) -> dict[str, Any] | None:
    if total <= PAGE:
        return None

    def url(page: int) -> str:
        return url_for("jobs_page.show_list", page=page, **kept)

    last = min(number * PAGE, total)
    return {"first": min((number - 1) * PAGE + 1, total), "last": last, "total": total,
            "prev": url(number - 1) if number > 1 else None,
            "next": url(number + 1) if last < total else None}


def _row(job: Job, steps: int, minutes: int) -> dict[str, Any]:
    f = formats()
    return {"url": url_for("jobs_page.show_one", job_id=job.id), "code": job.code,
            "title": job.title, "steps": f.number(steps), "length": names.length(int(minutes)),
            "release": f.datetime(job.release), "due": f.datetime(job.due),
            "overdue": job.state == OPEN and job.due <= clock.now(),
            "budget": f.money(job.budget, cents=False)}


def form(page: JobForm) -> dict[str, Any]:
    """The page of a new job."""
    services = [("", words("jobs.choose"))] + [
        (code, f"{name} ({code})" if code[0].isdigit() else name)   # DIN 8580 says its number
        for _, rows in names.services_by_top_type() for code, name in rows]
    labels = {name: words(key) for name, key in FORM_LABELS.items()}
    for place in range(len(page.steps)):
        labels |= {f"operations.{place}.{name}": words(
            "jobs.field.of_step", number=place + 1, field=words(key))
            for name, key in FORM_LABELS.items()}
    return {"page_title": words("jobs.new"), "form": page, "services": services,
            "labels": labels, "once": new_key()}


def one(actor: Actor, job_id: int) -> dict[str, Any]:
    """One job with its route and, once booked, where each operation is done."""
    job = queries.job_of(actor, job_id)
    f = formats()
    booked = job_reads.bookings(actor, [each.id for each in job.operations])
    limited = job_reads.resource_names(
        [row.resource_id for each in job.operations for row in each.eligible])
    minutes = sum(each.minutes for each in job.operations)
    return {
        "page_title": job.code, "job": job, "once": new_key(), "shown": STEPS_SHOWN,
        "state_word": words(STATE_WORDS[job.state]),
        "facts": [words("jobs.steps", count=len(job.operations)), names.length(minutes),
                  words("jobs.due", time=f.datetime(job.due)), words(STATE_WORDS[job.state])],
        "pairs": [(words("jobs.field.release"), f.datetime(job.release)),
                  (words("jobs.field.due"), f.datetime(job.due)),
                  (words("jobs.field.deadline"), f.datetime(job.deadline) if job.deadline
                   else words("jobs.no_deadline")),
                  (words("jobs.field.budget"), f.money(job.budget) if job.budget
                   else words("jobs.no_budget"))],
        "steps": [_step(each, booked.get(each.id), limited) for each in job.operations],
        "left_out": _left_out(job), "may_withdraw": job.state == OPEN
        and allowed(actor, "job.edit"),
        "may_plan": job.state == OPEN and allowed(actor, "plan.create")}


def _left_out(job: Job) -> dict[str, Any] | None:
    """Why the newest plan that left this open job out did so."""
    row = job_reads.last_left_out(job.id) if job.state == OPEN else None
    if row is None:
        return None
    return {"plan_id": row.plan_run_id, "reason": plan_words.reason(row.reason, row.params)}


def _step(row: Operation, booked: Any, limited: Mapping[int, str]) -> dict[str, Any]:
    f = formats()
    found: dict[str, Any] = {
        "position": row.position, "service": names.service(row.service_code),
        "material": row.material, "quantity": f.number(row.quantity),
        "length": names.length(row.minutes), "may_pause": row.may_pause,
        "only_on": [limited[each.resource_id] for each in row.eligible]}
    if booked is None:
        return found
    booking, resource, zone, company = booked
    window = TimeWindow(booking.starts, booking.ends)
    return found | {"booking": {
        "url": url_for("bookings_page.show_one", booking_id=booking.id), "number": booking.id,
        "resource": resource, "company": company, "when": formats(zone).window(window)}}
