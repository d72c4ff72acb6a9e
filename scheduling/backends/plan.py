"""A plan under construction: jobs put in and taken out whole, on top of the kernel."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from scheduling.backends.kernel import FOREVER, CrewBook, LaneBook, SetupLane, Task, working
from scheduling.problem import Assignment, Job, Problem, Span
from scheduling.schedule import Schedule
from scheduling.validate import topological

Options = list[tuple[int, int, int, list[tuple[int, LaneBook]]]]


class Route:
    """A job ready for placing: operations in order, with what remains after each."""

    __slots__ = ("latest", "options", "order", "predecessors", "release", "successors", "tasks")

    def __init__(self, problem: Problem, number: int, lanes: list[list[LaneBook]]) -> None:
        job = problem.jobs[number]
        self.order = topological(job)
        self.release = job.release
        self.predecessors = [tuple(set(o.predecessors)) for o in job.operations]
        self.tasks = [Task(problem, number, o) for o in range(len(job.operations))]
        self.options: list[Options] = [
            [
                (c.resource, c.duration, c.cost, list(enumerate(lanes[c.resource])))
                for c in operation.alternatives
            ]
            for operation in job.operations
        ]
        self.successors: list[list[int]] = [[] for _ in job.operations]
        for index, before in enumerate(self.predecessors):
            for one in before:
                self.successors[one].append(index)
        self.latest = self._latest(problem, number, job)

    def _latest(self, problem: Problem, number: int, job: Job) -> list[int]:
        """Per operation the last end that leaves the rest time before the deadline and pins."""
        latest = [FOREVER if job.deadline is None else job.deadline] * len(job.operations)
        for index in reversed(self.order):
            for after in self.successors[index]:
                pin = problem.pins.get((number, after))
                shortest = min((c.duration for c in job.operations[after].alternatives), default=0)
                limit = pin.start if pin else latest[after] - shortest
                latest[index] = min(latest[index], limit)
        return latest


class Plan:
    """Lanes, crews and the jobs on them. ``wish`` steers the choice among alternatives.

    ``wish`` is None to finish as early as possible, else money per tick: an operation goes where
    cost + transport cost + wish x end is least. With ``noise`` an alternative is passed over with
    probability ``skip``. ``fits`` counts the questions asked of lanes.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.lanes = [
            [(SetupLane if r.has_setups else LaneBook)(r, lane) for lane in r.lanes]
            for r in problem.resources
        ]
        self.crews = [CrewBook(crew) for crew in problem.crews]
        self.routes = [Route(problem, j, self.lanes) for j in range(len(problem.jobs))]
        self.placed: dict[int, dict[int, Assignment]] = {}
        self.pinned: dict[int, dict[int, Assignment]] = {}
        self.completion: dict[int, int] = {}
        self.cost: dict[int, int] = {}
        self.fits = 0
        self.skip = 0.0
        for pin in problem.pinned:
            self.pinned.setdefault(pin.job, {})[pin.operation] = pin
            self._put(pin)

    def schedule(self, placed: dict[int, dict[int, Assignment]] | None = None) -> Schedule:
        """What is placed (now, or in a copy of ``placed``), with pins of unfinished jobs."""
        placed = self.placed if placed is None else placed
        items = [item for at in placed.values() for item in at.values()]
        for job, held in self.pinned.items():
            if job not in placed:
                items.extend(held.values())
        return Schedule.of(items)

    def load(self, schedule: Schedule) -> None:
        """Take over the whole jobs of a valid schedule into an empty plan."""
        for job in schedule.complete_jobs(self.problem):
            self.restore(job, schedule.by_job[job])

    def restore(self, job: int, items: Iterable[Assignment]) -> None:
        """Put a job back exactly where it was."""
        fixed = self.pinned.get(job, {})
        at = {item.operation: item for item in items}
        for item in at.values():
            if item.operation not in fixed:
                self._put(item)
        self._settle(job, at)

    def remove(self, job: int) -> tuple[int, ...]:
        """Take a job out (not its pinned work); returns jobs that cannot stay without it."""
        fixed = self.pinned.get(job, {})
        broken: list[int] = []
        for item in self.placed.pop(job).values():
            if item.operation not in fixed:
                broken.extend(self._take(item))
        del self.completion[job], self.cost[job]
        return tuple(broken)

    def insert(self, job: int, wish: float | None = None, noise: Random | None = None) -> bool:
        """Place a whole job among what is there; False, and nothing changed, if it will not fit."""
        route, fixed = self.routes[job], self.pinned.get(job, {})
        at = dict(fixed)
        for operation in route.order:
            if operation in fixed:
                continue
            item = self._choose(job, operation, at, (wish, noise))
            if item is None:
                for one in at.values():
                    if one.operation not in fixed:
                        self._take(one)
                return False
            at[operation] = item
            self._put(item)
        self._settle(job, at)
        return True

    def _choose(
        self,
        job: int,
        operation: int,
        at: dict[int, Assignment],
        how: tuple[float | None, Random | None],
    ) -> Assignment | None:
        wish, noise = how
        best, best_score = None, (float(FOREVER), 0.0)
        options = self.routes[job].options[operation]
        for resource, work, cost, lanes in options:
            if noise is not None and len(options) > 1 and noise.random() < self.skip:
                continue
            ready, latest, travel = self._bounds(job, operation, resource, at)
            if ready + work > latest:
                continue
            task = self.routes[job].tasks[operation]
            found = self._on_lanes(lanes, (ready, work, latest), task)
            if found is None:
                continue
            lane, (start, end) = found
            paid = cost + travel
            score = (end, paid) if wish is None else (paid + wish * end, end)
            if score < best_score:
                best, best_score = Assignment(job, operation, resource, lane, start, end), score
        return best

    def _bounds(
        self, job: int, operation: int, resource: int, at: dict[int, Assignment]
    ) -> tuple[int, int, int]:
        """Ready, latest end and transport cost of doing an operation on a resource."""
        route, problem = self.routes[job], self.problem
        ready, latest, paid = route.release, route.latest[operation], 0
        if not problem.transport_ticks:
            for before in route.predecessors[operation]:
                ready = max(ready, at[before].end)
            return ready, latest, 0
        for before in route.predecessors[operation]:
            ticks, cost = problem.travel(at[before].resource, resource)
            ready = max(ready, at[before].end + ticks)
            paid += cost
        for after in route.successors[operation]:
            if after in at:
                ticks, cost = problem.travel(resource, at[after].resource)
                latest = min(latest, at[after].start - ticks)
                paid += cost
        return ready, latest, paid

    def _on_lanes(
        self, lanes: list[tuple[int, LaneBook]], need: tuple[int, int, int], task: Task
    ) -> tuple[int, Span] | None:
        """The lane that ends first; the first that can start at once ends the search."""
        ready, work, latest = need
        best: tuple[int, Span] | None = None
        for number, lane in lanes:
            found = self.fit(lane, need, task)
            if found is not None and (best is None or found[1] < best[1][1]):
                best = (number, found)
                if found[1] == ready + work:
                    break
                latest = found[1] - 1
                need = (ready, work, latest)
        return best

    def fit(self, lane: LaneBook, need: tuple[int, int, int], task: Task) -> Span | None:
        """Earliest fit of ``(ready, work, latest)`` on a lane, with its crew there."""
        ready, work, latest = need
        self.fits += 1
        found = lane.earliest(ready, work, task, latest)
        if task.crew is None:
            return found
        crew = self.crews[task.crew]
        while found is not None:
            parts = [found]
            if task.may_pause:
                parts = working(lane.calendar, *found)
            clash = crew.clash(parts)
            if clash is None:
                return found
            found = lane.earliest(clash, work, task, latest)
        return None

    def _settle(self, job: int, at: dict[int, Assignment]) -> None:
        route, cost = self.routes[job], 0
        for operation, item in at.items():
            choice = self.problem.jobs[job].operations[operation].on(item.resource)
            cost += choice.cost if choice else 0
            if self.problem.transport_ticks:
                for before in route.predecessors[operation]:
                    cost += self.problem.travel(at[before].resource, item.resource)[1]
        self.placed[job] = at
        self.completion[job] = max(item.end for item in at.values())
        self.cost[job] = cost

    def _parts(self, item: Assignment, task: Task) -> list[Span]:
        if not task.may_pause:
            return [(item.start, item.end)]
        if task.pinned:
            windows = self.problem.resources[item.resource].lanes[item.lane].windows
            cut = [(max(a, item.start), min(b, item.end)) for a, b in windows]
            return [(a, b) for a, b in cut if a < b]
        return working(self.lanes[item.resource][item.lane].calendar, item.start, item.end)

    def _put(self, item: Assignment) -> None:
        task = self.routes[item.job].tasks[item.operation]
        self.lanes[item.resource][item.lane].add(item.start, item.end, task)
        if task.crew is not None:
            for a, b in self._parts(item, task):
                self.crews[task.crew].change(a, b, -1)

    def _take(self, item: Assignment) -> tuple[int, ...]:
        task = self.routes[item.job].tasks[item.operation]
        if task.crew is not None:
            for a, b in self._parts(item, task):
                self.crews[task.crew].change(a, b, 1)
        return self.lanes[item.resource][item.lane].remove(item.start)
