"""The parts A to E: which scenarios they run, and which lines of the table come of them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.http import scenarios
from benchmarks.http.load import Generator, Round, joined
from benchmarks.http.processes import PostgreSQL, memory
from benchmarks.http.report import Line, at_least, at_most, bound, middle, shown
from benchmarks.http.services import Market, Ours, Reference, Service, fill, served_reference

PLACES, MIDDLE, SIZES = 200, 10_000, (1_000, 10_000, 50_000)
ROUNDS, SAMPLES, SLOTS, DAYS = 5, 200, 50, 30
FEWEST, PATIENCE = 3, 240   # rounds; seconds after which no further one begins


@dataclass(frozen=True)
class Task:
    """One loop of a round: how many requests the reference and we are given."""

    name: str
    kind: str   # book | ids | full
    ours: int
    other: int
    clients: int = 20


TASKS = (Task("B", "book", 300, 900), Task("B one", "book", 40, 80, clients=1),
         Task("C ids", "ids", 300, 500), Task("C one", "ids", 40, 80, clients=1),
         Task("C full", "full", 120, 400))


@dataclass
class Bench:
    """A run: where it works, what it found."""

    postgres: PostgreSQL
    folder: Path
    load: Generator
    say: Callable[[str], None]
    lines: list[Line] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class Pair:
    """Both services on the same market."""

    ours: Ours
    other: Reference
    free: dict[str, list[tuple[int, datetime]]]
    rounds: dict[tuple[str, str], list[Round]] = field(default_factory=lambda: defaultdict(list))

    def rates(self, task: str) -> list[tuple[float, float]]:
        """Good answers a second, round by round."""
        return [(ours.rate, other.rate) for ours, other in self._pairs(task)]

    def alone(self, task: str) -> list[tuple[float, float]]:
        """Median answers in ms, round by round."""
        return [(ours.at(50), other.at(50)) for ours, other in self._pairs(task)]

    def _pairs(self, task: str) -> list[tuple[Round, Round]]:
        return list(zip(self.rounds["ours", task], self.rounds["reference", task], strict=True))


async def steady(bench: Bench, parts: set[str]) -> None:
    """B, C, D and E: rounds of both services in turn, on one market a size."""
    sizes = SIZES if "E" in parts else (MIDDLE,)
    with ExitStack() as stack:
        pairs = {size: _start(bench, stack, size) for size in sizes}
        for pair in pairs.values():
            await _rounds(bench.load, pair, warm=True)
        begun = time.monotonic()
        for number in range(1, ROUNDS + 1):
            if number > FEWEST and time.monotonic() - begun > PATIENCE:
                break   # a slow machine measures fewer rounds
            for pair in pairs.values():
                await _rounds(bench.load, pair)
            bench.say(f"round {number} of {ROUNDS}")
        _speed(bench, pairs[MIDDLE])
        await _right(bench, pairs[MIDDLE])
        _memory(bench, pairs[MIDDLE])
        if "E" in parts:
            _growth(bench, pairs)
        for size, pair in pairs.items():
            bench.details[str(size)] = {f"{who}: {task}": joined(found).summary()
                                        for (who, task), found in pair.rounds.items()}
            _no_overlap(bench, pair, size)


def _start(bench: Bench, stack: ExitStack, size: int) -> Pair:
    """Seed a market, copy its bookings to the reference, serve both."""
    name = f"market_{size}"
    market = Market.made(bench.postgres.create(name), bench.folder / name, PLACES, size)
    ours = stack.enter_context(market.served())
    database = bench.postgres.create(f"reference_{size}")
    machine = {place: number for number, place in enumerate(ours.places, 1)}
    fill(database, [(machine[place], start, end) for place, start, end in ours.taken()])
    other = stack.enter_context(served_reference(database, bench.folder / name))
    bench.say(f"both services run on {size} bookings")
    return Pair(ours, other, {each.name: scenarios.free_hours(each) for each in (ours, other)})


async def _rounds(load: Generator, pair: Pair, warm: bool = False) -> None:
    """Every task once, first the reference, then ours."""
    for task in TASKS:
        for service in (pair.other, pair.ours):
            count = 40 if warm else task.other if service is pair.other else task.ours
            done = await _one(load, pair, service, task, count)
            if not warm:
                pair.rounds[service.name, task.name].append(done)


async def _one(load: Generator, pair: Pair, service: Service, task: Task, count: int) -> Round:
    if task.kind == "book":
        return await scenarios.booking(load, service, pair.free[service.name], count,
                                       task.clients)
    return await scenarios.searching(load, service, count, full=task.kind == "full",
                                     clients=task.clients)


def _speed(bench: Bench, pair: Pair) -> None:
    """The lines of B and C."""
    bench.lines += [
        at_least("B", "bookings/s, 20 clients", pair.rates("B"), 0.35),
        at_most("B", "booking, one client, p50 ms", pair.alone("B one"), 3),
        at_least("C", "searches/s, fields=id, 20 clients", pair.rates("C ids"), 0.5),
        shown("C", "search, fields=id, one client, p50 ms",
              *(middle(each) for each in zip(*pair.alone("C one"), strict=True))),
        at_least("C", "searches/s, full answer, limit=20", pair.rates("C full"), 0.3)]


async def _right(bench: Bench, pair: Pair) -> None:
    """Searches against SQL."""
    for service in (pair.ours, pair.other):
        wrong = await scenarios.samples(bench.load, service, SAMPLES)
        what = f"searches of {SAMPLES} that SQL contradicts"
        if service is pair.ours:
            bench.lines.append(bound("C", what, wrong, 0))
        elif wrong:
            raise scenarios.Wrong(f"the reference: {wrong} {what}")


def _memory(bench: Bench, pair: Pair) -> None:
    """The lines of D."""
    ours, other = memory(pair.ours.process), memory(pair.other.process)
    bench.details["memory"] = {"ours": ours, "reference": other}
    bench.lines.append(bound("D", "4 workers after the run, MiB proportional", ours["pss"], 200,
                             other["pss"]))


def _growth(bench: Bench, pairs: dict[int, Pair]) -> None:
    """The lines of E: cost at the largest size over cost at the smallest, in the same round."""
    small, large = pairs[SIZES[0]], pairs[SIZES[-1]]
    for what, task, most in (("search", "C ids", 1.6), ("booking", "B", 1.2)):
        found = [middle([one.rate / many.rate for one, many in zip(
            small.rounds[who, task], large.rounds[who, task], strict=True)])
            for who in ("ours", "reference")]
        bench.lines.append(bound("E", f"{what}: cost at 50,000 over cost at 1,000", found[0],
                                 most, found[1]))


def _no_overlap(bench: Bench, pair: Pair, size: int) -> None:
    """Raise Wrong when the database of either service holds two bookings of one moment."""
    for service in (pair.ours, pair.other):
        rows = sorted(service.taken())
        for (one, _, end), (other, start, _) in pairwise(rows):
            if one == other and start < end:
                raise scenarios.Wrong(f"{service.name} at {size}: place {one} overlaps")


async def races(bench: Bench) -> None:
    """A: equal hours and unequal overlaps, 4 and 8 workers, both databases."""
    name = "market_race"
    market = Market.made(bench.postgres.create(name), bench.folder / name, 4, 0)
    for workers, places in ((4, (0, 1)), (8, (2, 3))):
        with market.served(workers) as ours:
            await _race(bench, ours, places, f"PostgreSQL, {workers} workers", (150, 500))
    bench.lines.append(bound("A", "deadlocks in PostgreSQL's log",
                             bench.postgres.logged("deadlock detected", name), 0))
    file = Market.made("", bench.folder / "market_sqlite", 2, 0)
    with file.served() as ours:
        await _race(bench, ours, (0, 1), "SQLite, 4 workers", (None, 2000))
    database = bench.postgres.create("reference_race")
    fill(database, [])
    with served_reference(database, bench.folder / name) as other:
        done = await scenarios.race(bench.load, other, 1, SLOTS)
    bench.lines.append(shown("A", "the reference: p99 ms", None, done.round.at(99)))
    bench.lines.append(shown("A", "the reference: max ms", None, done.round.at(100)))


async def _race(bench: Bench, ours: Ours, places: tuple[int, int], what: str,
                most: tuple[int | None, int]) -> None:
    """Both races of one server: what was sold twice, not at all, refused for nothing; how long."""
    equal = await scenarios.race(bench.load, ours, ours.places[places[0]], SLOTS)
    unequal = await scenarios.race(bench.load, ours, ours.places[places[1]], DAYS, unequal=True)
    both = joined([equal.round, unequal.round])
    once = equal.round.statuses.get(201, 0)
    slots = f"{equal.slots} hours and {unequal.slots} days"
    bench.say(f"race on {what}, {slots}: {both.statuses}")
    bench.details[f"race, {what}"] = {"equal": equal.round.summary(),
                                      "unequal": unequal.round.summary()}
    bench.lines += [
        bound("A", f"{what}: slots booked twice", equal.doubled + unequal.doubled, 0),
        bound("A", f"{what}: slots not booked once", abs(equal.slots - once) + equal.empty, 0),
        bound("A", f"{what}: refused although free", equal.not_maximal + unequal.not_maximal, 0),
        bound("A", f"{what}: answers not 201 or 409", equal.unexpected + unequal.unexpected, 0)]
    if most[0] is not None:
        bench.lines.append(bound("A", f"{what}: p99 ms", both.at(99), most[0]))
    bench.lines.append(bound("A", f"{what}: max ms", both.at(100), most[1]))
