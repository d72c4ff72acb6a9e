"""Markets drawn at random, as the public ones were, in the JSON that ``scheduling`` reads.

``python -m benchmarks.scheduling.market --jobs 1000 --machines 100 --load 0.8 --seed 7
--output FILE`` writes one; ``--compare FILE...`` prints its distributions beside those of files.
The same numbers always give the same file.

Fourteen days in slots of a quarter of an hour. Machines of up to twelve process types stand in
factories on a square of 300 km. Each has idle windows in a week, which the second week repeats.
Two jobs in five have three operations, the others one; an operation may be done on three to eight
machines of one type. Load is the work (before speeds) over the idle time that is aimed at.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, dist, exp, sqrt
from pathlib import Path
from random import Random
from typing import Any

SLOT_MINUTES = 15
DAY, WEEK, HORIZON = 96, 672, 1344
SIDE_KM, KM_PER_SLOT, HANDLING = 300, 15, 4
TRANSPORT_FEN, FEN_PER_KM = 2000, 80
LAST_START_OF_DAY = 88
WEEKEND = 0.66                # windows on a day of the weekend, over those on a working day
WINDOW = (12, 59)             # slots
NET_WINDOW = 34               # its mean, less what overlaps with others take away
SHORTEST, LONGEST, MEAN_OPERATION = 2, 32, 9.9
SHARE_OF_CHAINS = 0.4
RELEASES = HORIZON - 2 * DAY
SLACK = (DAY, 5 * DAY)
SLACK_PER_TRANSPORT = 22
FIXED_FEN, FIXED_FEN_OF_A_CHAIN = 500, 6000
ATTEMPTS = 100


@dataclass(frozen=True)
class Machine:
    """What a machine is: its process type, work per slot and price (fen per slot)."""

    kind: int
    speed: float
    price: float


def market(jobs: int, machines: int, load: float, seed: int) -> dict[str, Any]:
    """A market as plain data; raises ValueError for numbers of which none can be made.

    That is numbers that are not positive, and so few jobs that they do not connect the machines.
    """
    if min(jobs, machines, load) <= 0:
        raise ValueError("jobs, machines and load must be positive")
    random = Random(f"{jobs} {machines} {load} {seed}")
    kinds = max(1, min(12, machines // 8))
    factories = max(1, int(machines ** 0.518))   # 3, 4, 10 and 25 for 10, 20, 100 and 500
    places = [(random.uniform(0, SIDE_KM), random.uniform(0, SIDE_KM)) for _ in range(factories)]
    park = [_machine(random, number % kinds) for number in range(machines)]
    work = jobs * (1 + 2 * SHARE_OF_CHAINS) * MEAN_OPERATION
    windows_a_week = work / load / machines / (HORIZON / WEEK) / NET_WINDOW
    return {
        "slot_minutes": SLOT_MINUTES,
        "horizon_slots": HORIZON,
        "machine_factory": [random.randrange(factories) for _ in range(machines)],
        "machine_windows": [_windows(random, windows_a_week) for _ in range(machines)],
        "transport_slots": [[_slots(a, b) for b in places] for a in places],
        "transport_cost": [[_fen(a, b) for b in places] for a in places],
        "jobs": _jobs(random, park, jobs),
    }


def _machine(random: Random, kind: int) -> Machine:
    speed = random.uniform(0.75, 1.5)
    yuan_per_hour = random.uniform(25, 90) / sqrt(speed)
    return Machine(kind, speed, yuan_per_hour * 100 * SLOT_MINUTES / 60)


def _slots(here: tuple[float, float], there: tuple[float, float]) -> int:
    return 1 if here == there else ceil(dist(here, there) / KM_PER_SLOT) + HANDLING


def _fen(here: tuple[float, float], there: tuple[float, float]) -> int:
    return 0 if here == there else int(TRANSPORT_FEN + FEN_PER_KM * dist(here, there))


def _windows(random: Random, mean: float) -> list[list[int]]:
    """Idle windows of two equal weeks; those that touch are one."""
    merged: list[list[int]] = []
    for start, end in sorted(_window(random) for _ in range(max(1, _poisson(random, mean)))):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return merged + [[start + WEEK, end + WEEK] for start, end in merged]


def _window(random: Random) -> tuple[int, int]:
    day = random.choices(range(7), [1, 1, 1, 1, 1, WEEKEND, WEEKEND])[0]
    start = day * DAY + random.randrange(LAST_START_OF_DAY)
    return start, min(WEEK, start + random.randint(*WINDOW))


def _poisson(random: Random, mean: float) -> int:
    """By multiplying uniform numbers (Knuth, The Art of Computer Programming 2, 3.4.1)."""
    count, product = 0, random.random()
    while product > exp(-mean):
        count, product = count + 1, product * random.random()
    return count


def _jobs(random: Random, park: Sequence[Machine], count: int) -> list[dict[str, Any]]:
    """Jobs that use every machine and connect them all; drawn again until they do."""
    for _ in range(ATTEMPTS):
        jobs = [_job(random, park) for _ in range(count)]
        if connected(jobs, len(park)):
            return jobs
    raise ValueError(f"{count} jobs do not connect {len(park)} machines")


def connected(jobs: Sequence[dict[str, Any]], machines: int) -> bool:
    """Whether jobs and machines are one component, no machine without an operation."""
    root = list(range(machines))

    def find(machine: int) -> int:
        while root[machine] != machine:
            root[machine] = machine = root[root[machine]]
        return machine

    for job in jobs:
        where = [choice[0] for choices in job["ops"] for choice in choices]
        for machine in where:
            root[find(machine)] = find(where[0])
    return len({find(machine) for machine in range(machines)}) == 1


def _job(random: Random, park: Sequence[Machine]) -> dict[str, Any]:
    count = 3 if random.random() < SHARE_OF_CHAINS else 1
    work, cost, operations = 0, 0.0, []
    for _ in range(count):
        length = min(LONGEST, max(SHORTEST, round(random.gammavariate(2, 5))))
        choices = _choices(random, park, length)
        work += length
        cost += sum(choice[2] for choice in choices) / len(choices)
        operations.append(choices)
    release = random.randrange(RELEASES)
    slack = random.randint(*SLACK) + SLACK_PER_TRANSPORT * (count - 1)
    fixed = FIXED_FEN if count == 1 else FIXED_FEN_OF_A_CHAIN
    return {
        "release": release,
        "deadline": min(HORIZON, release + work + slack),
        "value": int(random.uniform(0.95, 2.2) * cost) + fixed,
        "ops": operations,
    }


def _choices(random: Random, park: Sequence[Machine], length: int) -> list[list[int]]:
    """Machines of one type that can do an operation: ``[machine, slots, cost in fen]``."""
    kind = random.choice(park).kind
    able = [number for number, machine in enumerate(park) if machine.kind == kind]
    chosen = random.sample(able, min(len(able), random.randint(3, 8)))
    slots = {number: ceil(length / park[number].speed) for number in chosen}
    return [[number, slots[number], round(slots[number] * park[number].price)]
            for number in chosen]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a market, or print its distributions beside those of files."""
    options = _options(arguments)
    try:
        data = market(options.jobs, options.machines, options.load, options.seed)
    except ValueError as error:
        sys.exit(f"market: {error}")
    if options.output:
        options.output.write_text(json.dumps(data) + "\n", encoding="utf-8")
    if options.compare:
        from benchmarks.scheduling.distributions import compare

        others = {each.stem: json.loads(each.read_text("utf-8")) for each in options.compare}
        print(compare({"drawn": data, **others}))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scheduling.market",
                                     description=__doc__)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--machines", type=int, required=True)
    parser.add_argument("--load", type=float, required=True, help="work over idle time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="where to write the market")
    parser.add_argument("--compare", type=Path, nargs="+", help="print beside these markets")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
