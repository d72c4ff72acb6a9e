"""A scheduling problem: frozen integer data, validated when it is made.

Time is counted in whole ticks from an origin the caller chooses, intervals are half-open
``[start, end)``, money is a whole number of minor units. Everything is referred to by index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

Span = tuple[int, int]
Lag = tuple[int, int | None]


class ProblemError(ValueError):
    """A problem that cannot be accepted: ``path`` names the bad field, ``message`` says why."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Lane:
    """One parallel unit of a resource.

    ``windows`` is when it is open; ``blocked`` is what other work has already taken, that work's
    own buffers included. Work happens in open, unblocked time. Both are sorted and disjoint;
    windows that touch stay two windows, and an operation that may not pause must fit into one.
    """

    windows: tuple[Span, ...]
    blocked: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """A machine, desk or truck with one or more identical lanes, standing at a site.

    Buffers (ticks) surround every work on a lane: they may lie outside the opening hours but
    overlap neither blocked time nor other work with its buffers. ``setups[f][g]`` is the
    changeover from family ``f`` to ``g``, ``initial_setups[g]`` that of the first work on a lane;
    the changeover lies directly before the work and its buffer, under the same rule as a buffer.
    With ``setup_after_release`` it may not begin before the release of its job.

    A resource with a ``capacity`` is cumulative, an oven or a store: on its one lane works may
    overlap as long as their amounts never exceed the capacity; it has no buffers and no setups.
    ``supplier`` is a number of the caller's, whose load can be balanced against others'.
    """

    lanes: tuple[Lane, ...]
    name: str = ""
    site: int = 0
    buffer_before: int = 0
    buffer_after: int = 0
    setups: tuple[tuple[int, ...], ...] = ()
    initial_setups: tuple[int, ...] = ()
    setup_after_release: bool = False
    capacity: int = 0
    supplier: int = 0

    def setup(self, before: int | None, after: int | None) -> int:
        """Ticks of changeover from family ``before`` to ``after``; None is "no family"."""
        if after is None or not self.setups:
            return 0
        return 0 if before is None else self.setups[before][after]

    def first_setup(self, family: int | None) -> int:
        """Ticks of changeover before the first work on a lane."""
        return 0 if family is None or not self.initial_setups else self.initial_setups[family]

    @property
    def has_setups(self) -> bool:
        """Whether the order of works on a lane changes how long they take."""
        return bool(self.setups or self.initial_setups)


@dataclass(frozen=True, slots=True)
class Crew:
    """People shared by operations: at most ``capacity`` at once in each ``(start, end, count)``.

    Outside the listed intervals nobody is there.
    """

    capacity: tuple[tuple[int, int, int], ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to do an operation: on any lane of a resource, so many ticks, at a price.

    ``also`` are further resources of which it holds one lane each from start to end: each in one
    window, pauses included, with its own buffers and changeovers. ``amount`` is what it takes of a
    cumulative ``resource``; of a cumulative further one it takes 1.
    """

    resource: int
    duration: int
    cost: int = 0
    amount: int = 1
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of a job, done without a break inside one window unless it may pause.

    A pausing operation holds its lane from start to end; only open time counts as work, and it
    starts and ends in open time. ``predecessors`` are operations of the same job; ``lags``, when
    there are any, give for each the least and the greatest number of ticks from its end to this
    start (None: no greatest). ``crew`` is the crew of which it needs so many ``people`` while it
    is working; ``family`` decides changeovers.
    """

    alternatives: tuple[Alternative, ...]
    predecessors: tuple[int, ...] = ()
    may_pause: bool = False
    crew: int | None = None
    family: int | None = None
    people: int = 1
    lags: tuple[Lag, ...] = ()

    def on(self, resource: int) -> Alternative | None:
        """The first alternative on a resource, or None where it is not eligible."""
        return next((item for item in self.alternatives if item.resource == resource), None)

    def chosen(self, item: Assignment) -> Alternative | None:
        """The alternative an assignment stands for, its further resources included."""
        also = tuple(resource for resource, _lane in item.also)
        for choice in self.alternatives:
            if choice.resource == item.resource and choice.also == also:
                return choice
        return None

    def waits(self) -> tuple[tuple[int, int, int | None], ...]:
        """``(predecessor, least lag, greatest lag)`` of every predecessor."""
        lags = self.lags or ((0, None),) * len(self.predecessors)
        return tuple((p, *lag) for p, lag in zip(self.predecessors, lags, strict=True))


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done whole or not at all; a mandatory one has to be done.

    A job of several ``pieces`` may be done in up to ``max_lots`` lots, as equal as whole pieces
    allow, each going through all operations on its own; `scheduling.lots` says how long a lot
    takes and what it costs. Jobs of a lower ``priority`` number come first where an objective
    asks for classes. ``move_price`` is to be paid when a job of the earlier plan is not exactly
    where that plan had it, or is left out.
    """

    operations: tuple[Operation, ...]
    name: str = ""
    release: int = 0
    due: int | None = None
    deadline: int | None = None
    value: int = 0
    mandatory: bool = False
    tardiness_weight: int = 0
    pieces: int = 1
    max_lots: int = 1
    priority: int = 0
    move_price: int = 0

    def tardiness(self, completion: int) -> int:
        """Ticks past the due date."""
        return 0 if self.due is None else max(0, completion - self.due)


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """One operation (of one lot) on one lane of a resource from ``start`` to ``end``.

    ``also`` are ``(resource, lane)`` of its further resources, in the order of the alternative.
    """

    job: int
    operation: int
    resource: int
    lane: int
    start: int
    end: int
    also: tuple[tuple[int, int], ...] = ()
    lot: int = 0

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """``(resource, lane)`` of everything it holds, its own lane first."""
        return ((self.resource, self.lane), *self.also)


@dataclass(frozen=True)
class Problem:
    """Everything a solver may know. Raises ProblemError when a field makes no sense.

    ``transport_ticks[a][b]`` and ``transport_cost[a][b]`` are charged between two consecutive
    operations of a job done at sites ``a`` and ``b``; empty means that nothing has to travel.
    ``pinned`` assignments are facts: they stay exactly where they are, are not themselves held
    against windows or eligibility, and make their job mandatory; a job with pinned work is not
    split. ``earlier`` is a plan that jobs should be moved from only for a price.
    """

    resources: tuple[Resource, ...]
    jobs: tuple[Job, ...]
    crews: tuple[Crew, ...] = ()
    transport_ticks: tuple[tuple[int, ...], ...] = ()
    transport_cost: tuple[tuple[int, ...], ...] = ()
    pinned: tuple[Assignment, ...] = ()
    earlier: tuple[Assignment, ...] = ()

    def __post_init__(self) -> None:
        from scheduling.validate import validate

        validate(self)

    @cached_property
    def pins(self) -> dict[tuple[int, int], Assignment]:
        """Pinned assignments by (job, operation)."""
        return {(pin.job, pin.operation): pin for pin in self.pinned}

    @cached_property
    def must_place(self) -> tuple[bool, ...]:
        """Per job, whether it has to be in the plan: mandatory or partly pinned."""
        pinned = {pin.job for pin in self.pinned}
        return tuple(job.mandatory or index in pinned for index, job in enumerate(self.jobs))

    @cached_property
    def earlier_by_job(self) -> dict[int, tuple[Assignment, ...]]:
        """The assignments of each job of the earlier plan, in order."""
        jobs: dict[int, list[Assignment]] = {}
        for item in sorted(self.earlier):
            jobs.setdefault(item.job, []).append(item)
        return {job: tuple(items) for job, items in jobs.items()}

    @property
    def operation_count(self) -> int:
        """Operations of all jobs."""
        return sum(len(job.operations) for job in self.jobs)

    @cached_property
    def horizon(self) -> int:
        """The last tick at which anything could end."""
        ends = [lane.windows[-1][1] for r in self.resources for lane in r.lanes if lane.windows]
        return max([0, *ends, *(pin.end for pin in self.pinned)])

    def travel(self, here: int, there: int) -> Span:
        """``(ticks, cost)`` of carrying a job from the site of one resource to another's."""
        if not self.transport_ticks:
            return 0, 0
        a, b = self.resources[here].site, self.resources[there].site
        return self.transport_ticks[a][b], self.transport_cost[a][b] if self.transport_cost else 0

    def all_mandatory(self) -> Problem:
        """The same problem where no job may be left out."""
        if all(job.mandatory for job in self.jobs):
            return self
        return replace(self, jobs=tuple(replace(job, mandatory=True) for job in self.jobs))
