"""Ruin and recreate: take some jobs out, put them back in another order, keep what is no worse.

Schrimpf et al. (2000), J. Comput. Phys. 159, with the acceptance rule of late acceptance hill
climbing, Burke and Bykov (2017), EJOR 258: no temperature, so the walk depends on the seed and
not on the clock, and a longer run repeats a shorter one before it goes on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from random import Random

from scheduling.backends.dispatch import due, profit, work
from scheduling.backends.judge import Judge, Key
from scheduling.backends.plan import Plan
from scheduling.problem import Assignment
from scheduling.schedule import Schedule

MEMORY = 60
PATIENCE = 1500
SKIPS = (0.02, 0.05, 0.3)


class Search:
    """A walk from the plan it is given; ``best`` is the best schedule seen."""

    def __init__(self, plan: Plan, judge: Judge, seed: int) -> None:
        self.plan = plan
        self.judge = judge
        self.random = Random(seed)
        self.jobs = plan.problem.jobs
        self.scores = {job: judge.score(plan, job) for job in plan.placed}
        self.key: Key = judge.key(plan, self.scores)
        self.best_key = self.key
        self.kept = dict(plan.placed)
        self.memory = [self.key] * MEMORY
        self.rounds = 0
        self.last_gain = 0
        self.movable = [j for j in range(len(self.jobs)) if self._movable(j)]
        self.largest = self._largest()
        self.area: set[int] = set()
        self.users = self._users()
        self.orders = self._orders()

    def _movable(self, job: int) -> bool:
        return len(self.plan.pinned.get(job, ())) < len(self.jobs[job].operations)

    def _largest(self) -> int:
        """Jobs to take out at most: about fifty operations, so that a move stays quick."""
        operations = sum(len(self.jobs[j].operations) for j in self.movable)
        share = 50 * len(self.movable) // max(1, operations)
        return max(2, min(16, share, 1 + len(self.movable) // 2))

    def _users(self) -> list[list[int]]:
        """Per resource the jobs that could use it."""
        users: list[set[int]] = [set() for _ in self.plan.problem.resources]
        for job in self.movable:
            for operation in self.jobs[job].operations:
                for choice in operation.alternatives:
                    users[choice.resource].add(job)
        return [sorted(jobs) for jobs in users]

    def _orders(self) -> list[Callable[[int], float]]:
        jobs, chance = self.jobs, self.random.random
        effort = [work(job) * (1 if self._movable(j) else 0) for j, job in enumerate(jobs)]
        density = [-profit(job) / max(1, work(job)) for job in jobs]
        slack = [due(job) - work(job) for job in jobs]
        return [
            lambda j: chance(),
            lambda j: jobs[j].release + chance(),
            lambda j: effort[j] * (0.5 + chance()),
            lambda j: -effort[j] * (0.5 + chance()),
            lambda j: slack[j] + chance(),
            lambda j: density[j] * (0.7 + 0.6 * chance()),
        ]

    def run(self, go_on: Callable[[], bool]) -> Schedule:
        """Walk until ``go_on`` says no; returns the best schedule."""
        if self.movable:
            while go_on():
                self.step()
        return self.best

    @property
    def best(self) -> Schedule:
        """The best schedule seen."""
        return self.plan.schedule(self.kept)

    def step(self) -> None:
        """One move."""
        self.rounds += 1
        before = self.key
        out = self._ruin()
        touched = self._recreate(list(out))
        self.key = self.judge.key(self.plan, self.scores)
        slot = self.rounds % MEMORY
        if self.key <= before or self.key <= self.memory[slot]:
            self._remember()
        else:
            self._revert(out, touched)
            self.key = before
        self.memory[slot] = min(self.memory[slot], self.key)
        if self.rounds - self.last_gain > PATIENCE:
            self._restart()

    def _remember(self) -> None:
        if self.key < self.best_key:
            self.best_key, self.last_gain = self.key, self.rounds
            self.kept = dict(self.plan.placed)

    def _restart(self) -> None:
        """Back to the best, with some patience for worse plans."""
        self.last_gain = self.rounds
        for job in list(self.plan.placed):
            self.plan.remove(job)
        for job, items in self.kept.items():
            self.plan.restore(job, items.values())
        self.scores = {job: self.judge.score(self.plan, job) for job in self.plan.placed}
        self.key = self.judge.key(self.plan, self.scores)
        self.memory = [self.key] * MEMORY

    def _ruin(self) -> dict[int, tuple[Assignment, ...]]:
        """Jobs taken out, with where they were."""
        self.area.clear()
        size = 2 + int(self.random.random() ** 2 * (self.largest - 1))
        wanted = self._related(size) if self.random.random() < 0.7 else self._scattered(size)
        out: dict[int, tuple[Assignment, ...]] = {}
        while wanted:
            job = wanted.pop()
            if job in self.scores:
                out[job] = tuple(self.plan.placed[job].values())
                wanted.extend(self.plan.remove(job))
                del self.scores[job]
        return out

    def _scattered(self, size: int) -> list[int]:
        return self.random.sample(self.movable, min(size, len(self.movable)))

    def _seed_job(self) -> int:
        if self.judge.largest and self.scores and self.random.random() < 0.5:
            return max(self.scores, key=lambda job: (self.scores[job], job))
        return self.random.choice(self.movable)

    def _related(self, size: int) -> list[int]:
        """Jobs near one job, on the lanes it uses or could use."""
        job = self._seed_job()
        near = [job]
        for _ in range(3 * size):
            if len(near) >= size:
                break
            near.extend(j for j in self._neighbours(job) if j not in near)
        return near[:size]

    def _neighbours(self, job: int) -> list[int]:
        route = self.plan.routes[job]
        operation = self.random.randrange(len(route.tasks))
        options = route.options[operation]
        if not options:
            return []
        resource, _work, _cost, lanes = self.random.choice(options)
        self.area.add(resource)
        lane = self.random.choice(lanes)[1]
        placed = self.plan.placed.get(job)
        when = placed[operation].start if placed else route.release
        at = bisect_left(lane.starts, when)
        return [t.job for t in lane.tasks[max(0, at - 2) : at + 3] if self._movable(t.job)]

    def _recreate(self, out: list[int]) -> list[int]:
        """Put jobs back, and try some that were left out; returns all that were tried."""
        pool = out + self._absent(set(out))
        pool.sort(key=self.random.choice(self.orders))
        if self.plan.pinned:
            pool.sort(key=lambda j: j not in self.plan.pinned)
        wishes = self._wishes()
        self.plan.skip = self.random.choice(SKIPS)
        for job in pool:
            score = self.judge.place(self.plan, job, wishes, self.random)
            if score is not None:
                self.scores[job] = score
        return pool

    def _absent(self, out: set[int]) -> list[int]:
        """Some jobs that were left out, those that could use what was just freed first."""
        near = {j for resource in self.area for j in self.users[resource]}
        here = sorted(j for j in near if j not in self.scores and j not in out)
        if here:
            return self.random.sample(here, min(len(here), 8))
        absent = [j for j in self.movable if j not in self.scores and j not in out]
        return self.random.sample(absent, min(len(absent), 8))

    def _wishes(self) -> tuple[float | None, ...]:
        if not self.judge.cost_matters:
            return (None,)
        return (0.0,) if self.random.random() < 0.3 else (0.0, None)

    def _revert(self, out: dict[int, tuple[Assignment, ...]], touched: list[int]) -> None:
        for job in touched:
            if job in self.scores:
                self.plan.remove(job)
                del self.scores[job]
        for job, items in out.items():
            self.plan.restore(job, items)
            self.scores[job] = self.judge.score(self.plan, job)
