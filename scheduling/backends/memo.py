"""Notes of where jobs lie, compiled: the best plan so far, and what a move has to undo."""

from __future__ import annotations

from scheduling.backends import at
from scheduling.backends.gaps import run_of
from scheduling.backends.insert import remove
from scheduling.backends.memory import Ints, Places
from scheduling.backends.places import restore, settle
from scheduling.backends.walk import IMPROVED, better, judge
from scheduling.compiled import compiled


@compiled
def save(x: Ints, p: Places, job: int, variants: int, where: int) -> None:
    """Note where a placed job lies."""
    variant = x[p[at.variant] + job]
    x[variants + job] = variant
    low, high = run_of(x, p[at.operation_first], variant)
    for operation in range(low, high):
        index = where + operation * p[at.spot]
        x[index], x[index + 1] = x[p[at.lane] + operation], x[p[at.choice] + operation]
        x[index + 2], x[index + 3] = x[p[at.start] + operation], x[p[at.end] + operation]
        for k in range(p[at.width]):
            x[index + 4 + k] = x[p[at.beside] + operation * p[at.width] + k]


@compiled
def load(x: Ints, p: Places, job: int, variants: int, where: int) -> None:
    """Put a job back exactly where it was noted."""
    variant = x[variants + job]
    low, high = run_of(x, p[at.operation_first], variant)
    for operation in range(low, high):
        if x[p[at.pinned] + operation]:
            continue
        index = where + operation * p[at.spot]
        x[p[at.lane] + operation], x[p[at.choice] + operation] = x[index], x[index + 1]
        x[p[at.start] + operation], x[p[at.end] + operation] = x[index + 2], x[index + 3]
        for k in range(p[at.width]):
            x[p[at.beside] + operation * p[at.width] + k] = x[index + 4 + k]
        restore(x, p, operation)
    settle(x, p, job, variant)


@compiled
def remember(x: Ints, p: Places) -> None:
    """Keep the plan when it is the best so far."""
    if not better(x, p, p[at.key], p[at.best_key]):
        return
    for i in range(p[at.levels] + 1):
        x[p[at.best_key] + i] = x[p[at.key] + i]
    x[p[at.counts] + IMPROVED] += 1
    for job in range(p[at.jobs]):
        x[p[at.best_variant] + job] = -1
        if x[p[at.variant] + job] >= 0:
            save(x, p, job, p[at.best_variant], p[at.best_where])


@compiled
def reload(x: Ints, p: Places) -> None:
    """Make the plan what ``best_*`` says."""
    for job in range(p[at.jobs]):
        if x[p[at.variant] + job] >= 0:
            remove(x, p, job)
    x[p[at.stranded]] = 0
    for job in range(p[at.jobs]):
        if x[p[at.best_variant] + job] >= 0:
            load(x, p, job, p[at.best_variant], p[at.best_where])
    judge(x, p)
