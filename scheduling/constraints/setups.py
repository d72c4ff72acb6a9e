"""Changeovers that depend on the order of works on a lane, as a circuit through them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model

FAR = 1 << 40


def post(model: Any) -> None:
    """A circuit a lane of every resource that has changeovers."""
    for (resource, lane), uses in model.lanes.items():
        if model.problem.resources[resource].has_setups:
            _Lane(model, resource, lane, uses).post()


class _Lane:
    """One lane: node 0 is its beginning and end, node i + 1 its i-th use."""

    def __init__(self, model: Any, resource: int, lane: int, uses: list[Any]) -> None:
        self.model = model
        self.resource = model.problem.resources[resource]
        self.blocked = self.resource.lanes[lane].blocked
        self.uses = uses
        begins = [(model.known(model.start[u.key]), i) for i, u in enumerate(uses, 1) if u.known]
        order = [0, *(i for _, i in sorted(begins)), 0]
        self.hinted = set(pairwise(order))

    def post(self) -> None:
        """All arcs, and the time each takes."""
        empty = self.model.flag((0, 0) in self.hinted)
        arcs = [(0, 0, empty)]
        for j, after in enumerate(self.uses, 1):
            absent = 0 if isinstance(after.literal, int) else ~after.literal
            arcs.append((j, j, absent))
            arcs.append((j, 0, self.model.flag((j, 0) in self.hinted)))
            for i in range(len(self.uses) + 1):
                if i != j:
                    literal = self.model.flag((i, j) in self.hinted)
                    arcs.append((i, j, literal))
                    self._arc(i, after, literal)
        self.model.cp.add_circuit(arcs)

    def _family(self, use: Any) -> int | None:
        family: int | None = self.model.operation(use.key).family
        return family

    def _arc(self, i: int, after: Any, literal: Any) -> None:
        start = self.model.start[after.key]
        if i == 0:
            self._room(start, after, self.resource.first_setup(self._family(after)), literal)
            return
        before = self.uses[i - 1]
        setup = self.resource.setup(self._family(before), self._family(after))
        end = self.model.end[before.key]
        gap = self.resource.buffer_before + self.resource.buffer_after + setup
        if before.pinned and after.pinned:
            self.model.when(start >= end, literal)
            return
        self.model.when(start >= end + gap, literal)
        self._room(start, after, setup, literal)

    def _room(self, start: Any, after: Any, setup: int, literal: Any) -> None:
        """A changeover avoids blocked time and, where asked, begins after the release."""
        if setup == 0 or after.pinned:
            return
        before = self.resource.buffer_before
        first = 0
        if self.resource.setup_after_release:
            first = self.model.problem.jobs[after.key[0]].release + before + setup
        domain = cp_model.Domain(first, FAR)
        for a, b in self.blocked:
            closed = cp_model.Domain(a + before + 1, b + before + setup - 1)
            domain = domain.intersection_with(closed.complement())
        self.model.within(start, domain, literal)
