"""The compiled kernel from outside: a problem, a plan being made of it, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from scheduling.backends import at, memo, places, ruin, state, walk
from scheduling.backends.flatten import Flat
from scheduling.backends.memory import FOREVER, Ints
from scheduling.backends.state import Signed
from scheduling.problem import Assignment, Problem
from scheduling.schedule import Schedule
from scheduling.slot_prices import UNIT


class Desk:
    """A plan under construction in flat arrays; all changes are made by compiled code.

    ``memory.whole`` and ``memory.real`` are views on its arrays by name.
    """

    def __init__(self, problem: Problem, levels: Sequence[Signed], must: Sequence[bool]) -> None:
        self.problem = problem
        self.flat = Flat(problem)
        self.memory = state.memory(problem, self.flat.facts, levels, must)
        self.x, self.y, self.p = self.memory.x, self.memory.y, self.memory.p
        self._remember_earlier()
        self._pin()
        walk.judge(self.x, self.p)

    def _pin(self) -> None:
        """Put pinned work where it is."""
        b = self.memory.whole
        for number, (job, operation, _lot) in enumerate(self.flat.names):
            pin = self.problem.pins.get((job, operation))
            if pin is not None:
                row = self._row(number, pin)
                b["lane"][number], b["choice"][number] = row[0], row[1]
                b["start"][number], b["end"][number] = row[2], row[3]
                b["beside"][number, : len(row) - 4] = row[4:]
                places.restore(self.x, self.p, number)

    def _row(self, number: int, item: Assignment) -> list[int]:
        """Lane, alternative, start, end and the lanes beside of an assignment."""
        lanes = self.flat.lane_number
        beside = [lanes[place] for place in item.also]
        where = lanes[item.resource, item.lane]
        return [where, self._choice(number, item), item.start, item.end, *beside]

    def _choice(self, number: int, item: Assignment) -> int:
        """The alternative an assignment stands for, -1 for a pin that is none of them."""
        f, also = self.flat.facts, [resource for resource, _lane in item.also]
        for chosen in range(f.choice_first[number], f.choice_first[number + 1]):
            beside = f.also[f.also_first[chosen] : f.also_first[chosen + 1]].tolist()
            if f.resource[chosen] == item.resource and beside == also:
                return chosen
        return -1

    def seed(self, seed: int) -> None:
        """Begin another sequence of chance."""
        self.memory.whole["random"][0] = 88172645463325252 ^ (seed * 2654435761 + 1)

    def clear(self) -> None:
        """Take everything out but what is pinned."""
        self.memory.whole["best_variant"][:] = -1
        memo.reload(self.x, self.p)

    def load(self, schedule: Schedule) -> None:
        """Make the plan the whole jobs of a valid schedule."""
        variants, where = self.memory.whole["best_variant"], self.memory.whole["best_where"]
        variants[:] = -1
        for job in schedule.complete_jobs(self.problem):
            self._note(job, schedule.by_job[job], variants, where)
        memo.reload(self.x, self.p)

    def _note(
        self, job: int, items: Iterable[Assignment], variants: Ints, where: Ints
    ) -> None:
        """Write down where the operations of a whole job are."""
        items = list(items)
        variant = int(self.flat.facts.variant_first[job]) + max(item.lot for item in items)
        variants[job] = variant
        for item in items:
            number = self.flat.number[variant, item.operation, item.lot]
            row = self._row(number, item)
            where[number] = -1
            where[number, : len(row)] = row

    def _remember_earlier(self) -> None:
        """Note the earlier plan; a job that is not whole in it can not be like it again."""
        variants, where = self.memory.whole["was_variant"], self.memory.whole["was_where"]
        for job, items in self.problem.earlier_by_job.items():
            if Schedule.of(items).complete_jobs(self.problem) == (job,):
                self._note(job, items, variants, where)
            else:
                variants[job] = places.NOT_LIKE_IT

    def fill(self, order: Iterable[int]) -> None:
        """Place jobs in an order, as far as they fit and pay."""
        jobs = np.array(list(order), dtype=np.int64)
        walk.fill(self.x, self.y, self.p, jobs)

    def keep(self) -> None:
        """Take the plan as it stands for the best so far."""
        self.memory.whole["best_key"][:] = FOREVER
        memo.remember(self.x, self.p)

    def move(self, moves: int) -> None:
        """Make so many moves of ruin and recreate."""
        ruin.walk(self.x, self.y, self.p, moves)

    def charge(self, prices: Ints) -> None:
        """Take over the price of each tick of each lane, in the objective's unit x 1000."""
        p, run = self.p, np.cumsum(prices, axis=1) / UNIT
        toll = self.memory.real["toll"].reshape(len(self.flat.lanes), p[at.blocks])
        ends = np.minimum(np.arange(1, p[at.blocks]) * p[at.grain], run.shape[1]) - 1
        toll[:, 1:] = run[:, ends]
        self.memory.whole["tolled"][0] = 1

    @property
    def movable(self) -> bool:
        """Whether there is a job that is not wholly pinned."""
        return bool(self.p[at.movables])

    @property
    def key(self) -> tuple[int, ...]:
        """Jobs missing that must not be, then the levels, less being better."""
        return tuple(self.memory.whole["key"].tolist())

    @property
    def best_key(self) -> tuple[int, ...]:
        """The key of the best plan seen."""
        return tuple(self.memory.whole["best_key"].tolist())

    def schedule(self) -> Schedule:
        """The plan as it stands, with pins of unfinished jobs."""
        b = self.memory.whole
        where = np.column_stack((b["lane"], b["choice"], b["start"], b["end"], b["beside"]))
        return self._schedule(b["variant"], where)

    def best(self) -> Schedule:
        """The best plan seen."""
        return self._schedule(self.memory.whole["best_variant"], self.memory.whole["best_where"])

    def _schedule(self, variants: Ints, where: Ints) -> Schedule:
        items, first = [], self.flat.facts.operation_first.tolist()
        held = {pin.job for pin in self.problem.pinned}
        for job, variant in enumerate(variants.tolist()):
            if variant >= 0:
                rows = where[first[variant] : first[variant + 1]].tolist()
                items += [self._item(first[variant] + i, row) for i, row in enumerate(rows)]
            elif job in held:
                items += [pin for pin in self.problem.pinned if pin.job == job]
        return Schedule.of(items)

    def _item(self, number: int, row: list[int]) -> Assignment:
        job, operation, lot = self.flat.names[number]
        resource, lane = self.flat.lanes[row[0]]
        also = tuple(self.flat.lanes[beside] for beside in row[4:] if beside >= 0)
        return Assignment(job, operation, resource, lane, row[2], row[3], also, lot)
