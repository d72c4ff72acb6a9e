"""Everything the pages of plans show, but for the search while it runs and the Gantt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from marketplace.accounts.permissions import allowed
from marketplace.core.actor import Actor
from marketplace.core.money import Money
from marketplace.jobs.models import Job
from marketplace.planning import queries, rules, views
from marketplace.planning.models import PlanRun
from marketplace.web import plan_gantt, plan_progress, plan_reads, plan_words
from marketplace.web.job_view import page_number
from marketplace.web.once import new_key
from marketplace.web.reader import formats, words

PAGE = 25
LEFT_SHOWN = 200
LINKS_SHOWN = 4
TONES = {"queued": "", "running": "acc", "solved": "acc", "accepted": "ok", "failed": "bad",
         "cancelled": ""}
EFFORTS = (10, 30, 60, 300)


def listed(actor: Actor, sent: Mapping[str, str]) -> dict[str, Any]:
    """One page of plans, newest first."""
    number = page_number(sent)
    rows, total = plan_reads.page(actor, PAGE, (number - 1) * PAGE)
    totals = plan_reads.totals([row.id for row in rows])
    open_jobs = len(queries.open_jobs(actor))
    return {"page_title": words("nav.plans"), "once": new_key(), "open_jobs": open_jobs,
            "rows": [_line(row, totals.get(row.id, (0, 0, 0))) for row in rows],
            "facts": [words("jobs.count", count=open_jobs, number=formats().number(open_jobs))],
            "may_plan": bool(open_jobs) and allowed(actor, "plan.create"),
            "efforts": [(each, words("plans.effort", seconds=each)) for each in EFFORTS],
            "pages": pages(number, total, lambda page: url_for("plans_page.show_list",
                                                               page=page))}


def _line(row: PlanRun, totals: tuple[int, int, int]) -> dict[str, Any]:
    f = formats()
    placed, parts, fen = totals
    known = row.state in (rules.SOLVED, rules.ACCEPTED)
    return {"id": row.id, "url": url_for("plans_page.show_one", plan_id=row.id),
            "state": words(rules.STATE_WORDS[row.state]), "tone": TONES[row.state],
            "made": f.datetime(row.created_at), "asked": f.number(len(row.options["job_ids"])),
            "placed": f.number(placed) if known else "—",
            "parts": f.number(parts) if known else "—",
            "cost": f.money(Money(fen), cents=False) if known else "—"}


def pages(number: int, total: int, url: Any, size: int = PAGE) -> dict[str, Any] | None:
    """The pagination of a list, or none where it has one page."""
    if total <= size:
        return None
    last = min(number * size, total)
    return {"first": min((number - 1) * size + 1, total), "last": last, "total": total,
            "prev": url(number - 1) if number > 1 else None,
            "next": url(number + 1) if last < total else None}


def one(actor: Actor, plan_id: int, sent: Mapping[str, str]) -> dict[str, Any]:
    """One plan in whatever state it is."""
    row = queries.plan_of(actor, plan_id)
    plain = views.summary(row)
    f = formats()
    known = row.state in (rules.SOLVED, rules.ACCEPTED)
    found: dict[str, Any] = {
        "page_title": words("plans.number", number=row.id), "plan": row, "plain": plain,
        "once": new_key(), "running": row.state in rules.UNFINISHED, "known": known,
        "state": words(rules.STATE_WORDS[row.state]), "tone": TONES[row.state],
        "facts": [words("plans.asked", count=plain["jobs"], number=f.number(plain["jobs"])),
                  words("plans.made", time=f.datetime(row.created_at))],
        "error": words(rules.ERRORS[row.error]) if row.error else "",
        "may_plan": allowed(actor, "plan.create")}
    if found["running"]:
        return found | plan_progress.view(row)
    return found | (_answer(actor, row, plain, sent) if known else {})


def _answer(actor: Actor, row: PlanRun, plain: Mapping[str, Any],
            sent: Mapping[str, str]) -> dict[str, Any]:
    """What a solved or accepted plan says."""
    placed, parts, fen = plan_reads.totals([row.id]).get(row.id, (0, 0, 0))
    left, left_total = plan_reads.left_out(row.id, LEFT_SHOWN)
    job_id = _number(sent.get("job"))
    return {
        "placed": placed, "parts": parts, "cost": formats().money(Money(fen)),
        "tiles": _tiles(row, plain, (placed, parts, fen)), "proof": proof(row, plain),
        "chart": plan_progress.chart(row), "trace": plan_progress.table(row),
        "left": [{"job": job.code, "title": job.title,
                  "url": url_for("jobs_page.show_one", job_id=job.id),
                  "reason": plan_words.reason(each.reason, each.params)} for each, job in left],
        "left_total": left_total,
        "accepted": row.state == rules.ACCEPTED,
        "may_accept": row.state == rules.SOLVED and parts and allowed(actor, "plan.accept"),
        "why_not": _why_not(actor, row, parts),
        } | _jobs(row, sent, job_id) | plan_gantt.view(row, sent, job_id)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _why_not(actor: Actor, row: PlanRun, parts: int) -> str:
    """Why a plan cannot be accepted here; empty when it can or has been."""
    if row.state != rules.SOLVED or allowed(actor, "plan.accept"):
        return "" if parts else words("problem.plan_empty.detail")
    return words("plans.why_not.verify" if not actor.company_verified else "plans.why_not.role")


def _tiles(row: PlanRun, plain: Mapping[str, Any],
           totals: tuple[int, int, int]) -> list[dict[str, Any]]:
    f = formats()
    placed, parts, fen = totals
    late = plan_reads.late(row.id)
    cost = fen + sum(rules.late_cost(due, finish) for due, finish in late)
    gain = plain["possible_gain"]
    short = gain is not None and gain.minor > 0 and cost > 0
    gap = words("plans.gap", share=f.percent(gain.minor / cost, 2)) if short else ""
    return [
        {"label": words("plans.tile.placed"), "value": f"{placed} / {plain['jobs']}",
         "change": words("plans.late", count=len(late)), "good": False if late else None,
         "formula": words("plans.formula.placed", count=parts, number=f.number(parts))},
        {"label": words("plans.tile.price"), "value": f.money(Money(fen), cents=False),
         "change": "", "formula": words("plans.formula.price")},
        {"label": words("plans.tile.cost"), "value": f.money(Money(cost), cents=False),
         "change": "", "formula": words("plans.formula.cost")},
        {"label": words("plans.tile.gain"), "value": f.money(gain, cents=False), "change": gap,
         "formula": words("plans.formula.gain")}]


def proof(row: PlanRun, plain: Mapping[str, Any]) -> str:
    """How good the plan is, in one sentence that claims no more than was proven."""
    gain = plain["possible_gain"]
    if gain is None:
        return words("plans.proof.none")
    if gain.minor <= 0:
        return words("plans.proof.best")
    return words("plans.proof.gap", gain=formats().money(gain))


def _jobs(row: PlanRun, sent: Mapping[str, str], job_id: int | None) -> dict[str, Any]:
    """One page of the jobs in the plan."""
    text, number = sent.get("q", "").strip()[:60], page_number(sent)
    rows, total = plan_reads.jobs(row.id, text, PAGE, (number - 1) * PAGE)
    booked = plan_reads.bookings(row.id, [job.id for job, *_ in rows])

    def url(page: int) -> str:
        return url_for("plans_page.show_one", plan_id=row.id, q=text or None, page=page) + "#jobs"

    return {"q": text, "job_pages": pages(number, total, url),
            "jobs": [_job(row, each, booked, job_id) for each in rows]}


def _job(row: PlanRun, found: Any, booked: Mapping[int, list[int]],
         job_id: int | None) -> dict[str, Any]:
    f = formats()
    job: Job = found[0]
    parts, fen, start, finish = found[1:]
    numbers = booked.get(job.id, [])
    return {"code": job.code, "title": job.title, "picked": job.id == job_id,
            "url": url_for("plans_page.show_one", plan_id=row.id, job=job.id) + "#gantt",
            "parts": f.number(parts), "price": f.money(Money(int(fen))),
            "start": f.datetime(start), "finish": f.datetime(finish), "due": f.datetime(job.due),
            "late": f.duration(finish - job.due) if finish > job.due else "",
            "bookings": [(each, url_for("bookings_page.show_one", booking_id=each))
                         for each in numbers[:LINKS_SHOWN]],
            "more": max(0, len(numbers) - LINKS_SHOWN)}
