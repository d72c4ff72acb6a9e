"""Work lies in open, unblocked time after the release and before the deadline."""

from __future__ import annotations

from typing import Any

from ortools.sat.python import cp_model

from scheduling.backends.calendar import LaneCalendar


def post(model: Any) -> None:
    """Give every use of its own lane its start domain; a pausing one also its closed time."""
    for key in model.active:
        may_pause = model.operation(key).may_pause
        for use in model.uses(key):
            if not use.pinned:
                pieces = starts(model.calendar(use), use.work, may_pause)
                _use(model, use, cut(model, use, pieces))


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


def cut(
    model: Any, use: Any, pieces: dict[int, list[tuple[int, int]]]
) -> dict[int, list[list[int]]]:
    """The pieces between release and the last start in time."""
    job = model.problem.jobs[use.key[0]]
    latest = 2 * model.far if job.deadline is None else job.deadline
    kept = {}
    for closed, spans in pieces.items():
        limit = latest - use.work - closed
        inside = [[max(a, job.release), min(b, limit)] for a, b in spans]
        inside = [[a, b] for a, b in inside if a <= b]
        if inside:
            kept[closed] = inside
    return kept


def _use(model: Any, use: Any, pieces: dict[int, list[list[int]]]) -> None:
    key, at = use.key, model.at.get(use.key)
    literals = []
    for closed, spans in pieces.items():
        literal = use.literal
        if len(pieces) > 1:
            literal = model.flag(use.known and at.end - at.start == use.work + closed)
            literals.append(literal)
        model.within(model.start[key], cp_model.Domain.from_intervals(spans), literal)
        model.when(model.span[key] == use.work + closed, literal)
    if not pieces:
        model.cp.add(use.literal == 0)
    elif literals:
        model.cp.add(sum(literals) == use.literal)
