"""A job that is done is done in one number of lots, and has the steps of so many."""

from __future__ import annotations

from typing import Any


def post(model: Any) -> None:
    """Choose the number of lots; the steps of lot ``l`` are there when it is greater than ``l``."""
    for number, job in enumerate(model.problem.jobs):
        if job.max_lots == 1:
            continue
        split = model.split[number]
        model.cp.add(sum(split) == model.present[number])
        for key in model.steps(number):
            lot = key[1] // len(job.operations)
            if lot:
                model.cp.add(sum(split[lot:]) == model.active[key])
