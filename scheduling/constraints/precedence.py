"""An operation begins when those before it have ended."""

from __future__ import annotations

from typing import Any


def post(model: Any) -> None:
    """Order the operations of every job that is done; two pinned ones are as they are."""
    for number, job in enumerate(model.problem.jobs):
        for index, operation in enumerate(job.operations):
            for before in set(operation.predecessors):
                if not {(number, before), (number, index)} <= set(model.problem.pins):
                    later = model.start[number, index] >= model.end[number, before]
                    model.when(later, model.present[number])
