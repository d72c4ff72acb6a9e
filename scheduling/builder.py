"""Builds a Problem by names instead of indices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduling.problem import (
    Alternative,
    Assignment,
    Crew,
    Job,
    Lane,
    Operation,
    Problem,
    ProblemError,
    Resource,
    Span,
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to do an operation with all it may say; ``also`` names further resources."""

    duration: int
    cost: int = 0
    also: tuple[str, ...] = ()
    amount: int = 1


Choice = int | tuple[int, int] | Way


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted, disjoint spans covering the same ticks; touching ones become one."""
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def lane(windows: Iterable[Span], blocked: Iterable[Span] = ()) -> Lane:
    """A lane from spans in any order, overlapping or not."""
    return Lane(merged(windows), merged(blocked))


@dataclass
class JobDraft:
    """A job being written down; operations follow one another unless ``after`` says otherwise."""

    builder: ProblemBuilder
    index: int
    fields: dict[str, Any]
    operations: list[Operation] = field(default_factory=list)

    def operation(
        self,
        alternatives: Mapping[str, Choice | list[Choice]],
        *,
        after: Sequence[int] | None = None,
        crew: str | None = None,
        **fields: Any,
    ) -> int:
        """Add an operation and return its index.

        ``alternatives`` maps resource names to a duration, to ``(duration, cost)``, to a Way or
        to a list of these; ``after`` lists predecessors (default: the operation before);
        ``fields`` are may_pause, family, people and lags (parallel to ``after``).
        """
        if after is None:
            after = (len(self.operations) - 1,) if self.operations else ()
        path = f"jobs[{self.index}].operations[{len(self.operations)}]"
        choices = [
            self._alternative(name, choice, path)
            for name, given in alternatives.items()
            for choice in (given if isinstance(given, list) else [given])
        ]
        number = None if crew is None else self.builder.crew_number(crew, path)
        self.operations.append(Operation(tuple(choices), tuple(after), crew=number, **fields))
        return len(self.operations) - 1

    def _alternative(self, name: str, choice: Choice, path: str) -> Alternative:
        if isinstance(choice, int):
            choice = Way(choice)
        elif isinstance(choice, tuple):
            choice = Way(*choice)
        number = self.builder.number
        also = tuple(number(other, path) for other in choice.also)
        return Alternative(number(name, path), choice.duration, choice.cost, choice.amount, also)

    def pin(self, operation: int, resource: str, start: int, end: int, lane: int = 0) -> None:
        """Fix an operation where it is: it has begun, or it is agreed."""
        number = self.builder.number(resource, f"jobs[{self.index}]")
        self.builder.pinned.append(Assignment(self.index, operation, number, lane, start, end))


class ProblemBuilder:
    """Collects resources, crews, transport and jobs by name; ``build()`` makes the Problem."""

    def __init__(self) -> None:
        self._resources: dict[str, Resource] = {}
        self._numbers: dict[str, int] = {}
        self._crews: dict[str, Crew] = {}
        self._sites: dict[str, int] = {}
        self._travel: dict[Span, Span] = {}
        self._jobs: list[JobDraft] = []
        self.pinned: list[Assignment] = []
        self.earlier: list[Assignment] = []

    def site(self, name: str) -> int:
        """The number of a site, given out on first mention."""
        return self._sites.setdefault(name, len(self._sites))

    def resource(
        self,
        name: str,
        windows: Iterable[Span] = (),
        *,
        lanes: int | Sequence[Lane] = 1,
        site: str | None = None,
        **fields: Any,
    ) -> int:
        """Add a resource and return its number.

        ``lanes`` is a count (all open in ``windows``) or the lanes themselves; ``fields`` are
        those of Resource (buffers, setups, capacity, supplier).
        """
        if name in self._resources:
            raise ProblemError(f"resources[{len(self._resources)}].name", f"{name!r} twice")
        if isinstance(lanes, int):
            lanes = [lane(windows)] * lanes
        number = 0 if site is None else self.site(site)
        self._resources[name] = Resource(tuple(lanes), name, number, **fields)
        return self._numbers.setdefault(name, len(self._resources) - 1)

    def crew(self, name: str, capacity: Iterable[tuple[int, int, int]]) -> None:
        """Add a crew with its ``(start, end, people)`` intervals."""
        self._crews[name] = Crew(tuple(sorted(capacity)), name)

    def transport(self, here: str, there: str, ticks: int, cost: int = 0) -> None:
        """Carrying between two sites (both ways unless the other way is given as well)."""
        a, b = self.site(here), self.site(there)
        self._travel[a, b] = (ticks, cost)
        self._travel.setdefault((b, a), (ticks, cost))

    def job(self, name: str, **fields: Any) -> JobDraft:
        """Start a job; ``fields`` are those of Job (release, due, deadline, value, pieces, ...)."""
        draft = JobDraft(self, len(self._jobs), {"name": name, **fields})
        self._jobs.append(draft)
        return draft

    def moving_from(self, plan: Iterable[Assignment]) -> None:
        """Name the earlier plan, which jobs with a move_price leave only for that price."""
        self.earlier = list(plan)

    def number(self, name: str, path: str = "") -> int:
        """The index of a resource by name; raises ProblemError for an unknown one."""
        if name not in self._numbers:
            raise ProblemError(path, f"there is no resource {name!r}")
        return self._numbers[name]

    def crew_number(self, name: str, path: str = "") -> int:
        """The index of a crew by name; raises ProblemError for an unknown one."""
        if name not in self._crews:
            raise ProblemError(path, f"there is no crew {name!r}")
        return list(self._crews).index(name)

    def build(self) -> Problem:
        """The validated problem."""
        jobs = tuple(Job(tuple(draft.operations), **draft.fields) for draft in self._jobs)
        return Problem(
            tuple(self._resources.values()),
            jobs,
            tuple(self._crews.values()),
            *self._matrices(),
            tuple(self.pinned),
            tuple(self.earlier),
        )

    def _matrices(self) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
        size = range(len(self._sites))
        ticks = tuple(tuple(self._travel.get((a, b), (0, 0))[0] for b in size) for a in size)
        cost = tuple(tuple(self._travel.get((a, b), (0, 0))[1] for b in size) for a in size)
        return ticks, cost
