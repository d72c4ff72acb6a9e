"""The terms of an objective as an expression over the variables of a CP-SAT model."""

from __future__ import annotations

from typing import Any

from scheduling.schedule import completion
from scheduling.terms import Terms


def expression(model: Any, terms: Terms) -> Any:
    """What `Terms.value` makes of the schedule that the model's variables stand for.

    Lateness, and the end of an optional job, may be more than they are in a solution that has no
    reason to keep them small, never less.
    """
    jobs = range(len(model.problem.jobs))
    total = sum((_job(model, terms, job) for job in jobs), start=0)
    if terms.latest:
        total += terms.latest * model.latest([_end(model, job) for job in jobs])
    if terms.peak:
        loads = model.loads(terms.groups)
        total += terms.peak * model.latest([terms.factors[g] * load for g, load in loads.items()])
    return total


def _job(model: Any, terms: Terms, job: int) -> Any:
    total = terms.done[job] * model.present[job]
    if terms.completion[job]:
        total += terms.completion[job] * _end(model, job)
    for name in ("cost", "tardiness", "worked", "moved"):
        weight = getattr(terms, name)[job]
        if weight:
            total += weight * getattr(model, name)(job)
    return total


def _end(model: Any, job: int) -> Any:
    """When a job ends, at least; 0 is enough for one that is left out."""
    last, present = model.completion(job), model.present[job]
    if isinstance(present, int):
        return last
    ended = model.number(0, 2 * model.far, completion(model.hint[job]) if job in model.hint else 0)
    model.when(ended >= last, present)
    return ended
