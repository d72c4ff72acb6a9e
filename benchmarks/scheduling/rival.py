"""PyJobShop (Lan and Berkhout, 2025, arXiv:2502.13483) on the same problem.

What its model has no words for: a value for accepting a job, idle windows that differ by lane,
transport by pair of sites, and setups that may not begin before the release. So order acceptance
and markets are not given to it.
"""

from __future__ import annotations

from pyjobshop import Model, Result

from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule

FORMS = ("fjsp", "unrelated_parallel")


def solve(problem: Problem, seconds: float, workers: int) -> tuple[Result, Schedule]:
    """Minimise the makespan with OR-Tools; the schedule is empty where it found none.

    The limit is that of its search alone; building its model is not counted.
    """
    model = _model(problem)
    result = model.solve(solver="ortools", time_limit=seconds, num_workers=workers, display=False)
    return result, _schedule(problem, model, result)


def _model(problem: Problem) -> Model:
    model = Model()
    machines = [model.add_machine() for _ in problem.resources]
    by_family = {}
    for job in problem.jobs:
        added = model.add_job(release_date=job.release)
        tasks = []
        for operation in job.operations:
            task = model.add_task(job=added, earliest_start=job.release)
            for choice in operation.alternatives:
                model.add_mode(task, machines[choice.resource], choice.duration)
            for before in operation.predecessors:
                model.add_end_before_start(tasks[before], task)
            tasks.append(task)
            by_family[operation.family] = task
    _setups(problem, model, machines, by_family)
    return model


def _setups(problem: Problem, model: Model, machines: list, by_family: dict) -> None:
    """Setups by pair of jobs: in the public instances every job is a family of its own."""
    for machine, resource in zip(machines, problem.resources, strict=True):
        for before, row in enumerate(resource.setups):
            for after, ticks in enumerate(row):
                if before != after and ticks:
                    model.add_setup_time(machine, by_family[before], by_family[after], ticks)


def _schedule(problem: Problem, model: Model, result: Result) -> Schedule:
    where = [(j, o) for j, job in enumerate(problem.jobs) for o in range(len(job.operations))]
    found = zip(where, result.best.tasks, strict=False)   # no task where no solution was found
    return Schedule.of(Assignment(j, o, task.resources[0], 0, task.start, task.end)
                       for (j, o), task in found)
