"""Work lies in open, unblocked time after the release and before the deadline."""

from __future__ import annotations

from typing import Any

from ortools.sat.python import cp_model

from scheduling.backends.calendar import LaneCalendar


def post(model: Any) -> None:
    """Give every choice its start domain; a pausing one also its stretches of closed time."""
    for key, choices in model.choices.items():
        operation = model.problem.jobs[key[0]].operations[key[1]]
        for choice in choices:
            if choice.pinned:
                continue
            calendar = model.plan.lanes[choice.resource][choice.lane].calendar
            pieces = starts(calendar, choice.work, operation.may_pause)
            _choice(model, choice, _cut(model, choice, pieces))


def starts(calendar: LaneCalendar, work: int, may_pause: bool) -> dict[int, list[tuple[int, int]]]:
    """Possible starts ``(first, last)`` by the closed time the operation then spans."""
    pieces: dict[int, list[tuple[int, int]]] = {}
    for i, (a, b) in enumerate(zip(calendar.starts, calendar.ends, strict=True)):
        for j in range(i, (calendar.last[i] if may_pause else i) + 1):
            closed = (calendar.starts[j] - calendar.before(j)) - (a - calendar.before(i))
            first = max(a, a + calendar.before(j) + 1 - calendar.before(i) - work)
            last = min(b - 1, a + calendar.worked[j] - calendar.before(i) - work)
            if first <= last:
                pieces.setdefault(closed, []).append((first, last))
            if last == b - 1:
                break
    return pieces


def _cut(
    model: Any, choice: Any, pieces: dict[int, list[tuple[int, int]]]
) -> dict[int, list[list[int]]]:
    """The pieces between release and the last start in time."""
    release = model.problem.jobs[choice.job].release
    latest = model.deadline(choice.job, choice.operation)
    cut = {}
    for closed, spans in pieces.items():
        limit = latest - choice.work - closed
        kept = [[max(a, release), min(b, limit)] for a, b in spans if b >= release and a <= limit]
        if kept:
            cut[closed] = kept
    return cut


def _choice(model: Any, choice: Any, pieces: dict[int, list[list[int]]]) -> None:
    key = (choice.job, choice.operation)
    at = model.hint_of(*key)
    here = at is not None and (at.resource, at.lane) == (choice.resource, choice.lane)
    literals = []
    for closed, spans in pieces.items():
        literal = choice.literal
        if len(pieces) > 1:
            literal = model.flag(here and at.end - at.start == choice.work + closed)
            literals.append(literal)
        model.within(model.start[key], cp_model.Domain.from_intervals(spans), literal)
        model.when(model.span[key] == choice.work + closed, literal)
    if not pieces:
        model.cp.add(choice.literal == 0)
    elif literals:
        model.cp.add(sum(literals) == choice.literal)
