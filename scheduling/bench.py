"""A table of runs: what was reached on each of a list of instances, how surely and how fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scheduling.goals import Goal
from scheduling.io import Instance
from scheduling.plot import Curve, shown
from scheduling.result import Result, TracePoint

HEAD = ("instance", "jobs", "status", "value", "bound", "gap", "first", "seconds")
WIDTHS = (32, 6, 10, 14, 14, 9, 9, 9)
Solver = Callable[[Instance, int], Result]


@dataclass(frozen=True, slots=True)
class Row:
    """The best of the runs of one instance."""

    name: str
    instance: Instance
    result: Result

    @property
    def cells(self) -> tuple[str, ...]:
        """What the table shows, in the order of HEAD; values in the file's own unit."""
        result, unit = self.result, self.instance.unit
        first = first_answer(result.trace)
        return (
            self.name,
            str(len(self.instance.problem.jobs)),
            result.status,
            _number(unit(result.objective)),
            _number(unit(result.bound)),
            "-" if result.gap is None else f"{100 * result.gap:.2f} %",
            "-" if first is None else f"{first:.2f} s",
            f"{result.seconds:.2f} s",
        )


def first_answer(trace: Sequence[TracePoint]) -> float | None:
    """Seconds until there was a plan with a value; None without one."""
    return next((point.seconds for point in trace if point.value is not None), None)


def value_after(trace: Sequence[TracePoint], seconds: float) -> int | None:
    """The value known after so many seconds."""
    known = [p.value for p in trace if p.seconds <= seconds and p.value is not None]
    return known[-1] if known else None


def rows(named: Sequence[tuple[str, Instance]], solver: Solver, best: int) -> Iterator[Row]:
    """Solve every instance ``best`` times, with run numbers from 0, and keep its best run.

    The best run is the one with the best value, on later objectives where the first ties, and
    then with the best bound.
    """
    for name, instance in named:
        runs = [solver(instance, number) for number in range(best)]
        yield Row(name, instance, min(runs, key=lambda result: _key(instance, result)))


def _key(instance: Instance, result: Result) -> tuple[object, ...]:
    value, bound = result.objective, result.bound
    goal = Goal.of(instance.objective, instance.problem)
    sign, ties = goal.levels[0].sign, goal.key(instance.problem, result.schedule)[1:]
    return value is None, sign * (value or 0), ties, bound is None, -sign * (bound or 0)


def line(cells: Sequence[str]) -> str:
    """One line of the table: names to the left, numbers to the right."""
    padded = [
        cell.ljust(width) if index in (0, 2) else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    ]
    return "  ".join(padded).rstrip()


def curve(name: str, instance: Instance, result: Result) -> Curve:
    """What a plot shows of a run."""
    values, bounds = [], []
    for point in result.trace:
        value, bound = instance.unit(point.value), instance.unit(point.bound)
        if value is not None:
            values.append((point.seconds, value))
        if bound is not None:
            bounds.append((point.seconds, bound))
    return Curve(name, instance.objective, result.seconds, tuple(values), tuple(bounds))


def _number(value: int | float | None) -> str:
    return "-" if value is None else shown(value)
