"""Jobs done in lots: how large they are, how long they take, what they cost, as routes.

A job of P pieces in n lots: the first ``P mod n`` lots have one piece more than the others. A lot
of p pieces takes ``ceil(duration * p / P)`` ticks of an operation and its share of the cost, such
that the shares of all lots add up to the cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, pairwise

from scheduling.problem import Job, Operation


def sizes(pieces: int, count: int) -> tuple[int, ...]:
    """Pieces of each lot, the larger ones first."""
    small, larger = divmod(pieces, count)
    return tuple(small + (lot < larger) for lot in range(count))


def durations(duration: int, pieces: int, count: int) -> tuple[int, ...]:
    """Ticks of each lot."""
    return tuple(-(-duration * size // pieces) for size in sizes(pieces, count))


def costs(cost: int, pieces: int, count: int) -> tuple[int, ...]:
    """Cost of each lot, adding up to ``cost``."""
    paid = [cost * done // pieces for done in accumulate(sizes(pieces, count), initial=0)]
    return tuple(after - before for before, after in pairwise(paid))


def routes(job: Job, count: int) -> tuple[Operation, ...]:
    """The job in so many lots as one route of ``count * K`` operations.

    Operation ``lot * K + k`` is operation ``k`` of that lot; predecessors lie within the lot.
    """
    if count == 1:
        return job.operations
    return tuple(step for lot in range(count) for step in _lot(job, lot, count))


def _lot(job: Job, lot: int, count: int) -> Iterator[Operation]:
    first = lot * len(job.operations)
    for operation in job.operations:
        choices = (
            replace(
                choice,
                duration=durations(choice.duration, job.pieces, count)[lot],
                cost=costs(choice.cost, job.pieces, count)[lot],
            )
            for choice in operation.alternatives
        )
        before = (first + one for one in operation.predecessors)
        yield replace(operation, alternatives=tuple(choices), predecessors=tuple(before))
