"""The order book of the plant as a scheduling problem, its replay and its plan.

Only this module of the seed data knows `scheduling`, and imports it when asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from seed_data.tables import seed

if TYPE_CHECKING:
    from scheduling.problem import Problem
    from scheduling.result import Result
    from scheduling.schedule import Schedule

HOUR = timedelta(hours=1)
TICK = timedelta(minutes=1)
EXTRA_WEEKS = 26
CREW = "plant"
Row = Mapping[str, str]
Progress = Callable[[float, int | None, int | None], None]
"""Hears seconds, the best value so far and the bound."""


@dataclass(frozen=True)
class Book:
    """What the backtest knows: operations in their order, stations, opening hours, crews, dues."""

    history: list[dict[str, str]]
    resources: list[dict[str, str]]
    opening: list[dict[str, str]]
    crews: list[dict[str, str]]
    jobs: list[dict[str, str]]

    @cached_property
    def origin(self) -> datetime:
        """Midnight of the first day of the log: tick 0."""
        first = min(datetime.fromisoformat(row["hour"]) for row in self.crews)
        return first.replace(hour=0)

    def tick(self, moment: str) -> int:
        """Minutes from the origin to an RFC 3339 moment."""
        return (datetime.fromisoformat(moment) - self.origin) // TICK

    def orders(self) -> dict[str, list[dict[str, str]]]:
        """The operations of each order, in the order of the file."""
        orders: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.history:
            orders[row["job_code"]].append(row)
        return orders

    def dues(self) -> dict[str, int]:
        """Due tick of each order."""
        return {row["job_code"]: self.tick(row["due"]) for row in self.jobs}


def committed_book() -> Book:
    """The book of the committed plant files."""
    return Book(
        seed("plant_history"), seed("plant_resources"), seed("plant_opening_hours"),
        seed("plant_crews"), seed("plant_jobs"),
    )


def open_hours_of(rows: Iterable[Row]) -> set[tuple[int, int]]:
    """(ISO weekday, hour) pairs in which some station opens; the plant opens as one."""
    pairs = set()
    for row in rows:
        for weekday in row["weekdays"].split(";"):
            hours = range(int(row["opens"][:2]), int(row["closes"][:2]))
            pairs |= {(int(weekday), hour) for hour in hours}
    return pairs


def crew_hours(book: Book) -> Iterator[tuple[datetime, int]]:
    """Open hours with the workers seen in them, hours without anyone left out.

    After the last hour of the log the crew of an hour is the median of that weekday's hour over
    the log, an assumption: the log ends, the plant did not.
    """
    seen = {datetime.fromisoformat(row["hour"]): int(row["workers"]) for row in book.crews}
    opening, last = open_hours_of(book.opening), max(seen)
    usual: dict[tuple[int, int], list[int]] = defaultdict(list)
    hour = book.origin
    while hour < last + timedelta(weeks=EXTRA_WEEKS):
        key = hour.isoweekday(), hour.hour
        if hour <= last:
            usual[key].append(seen.get(hour, 0))
        workers = seen.get(hour, 0) if hour <= last else int(median(usual[key] or [0]))
        if workers and key in opening:
            yield hour, workers
        hour += HOUR


def problem_from_log(book: Book) -> Problem:
    """Every order mandatory, its operations a chain on their eligible stations.

    Stations are open where the plant opens and someone was seen; an operation may pause when
    they close. Each operation needs one of the crew while it works.
    """
    from scheduling.builder import ProblemBuilder

    builder = ProblemBuilder()
    crew = [
        ((hour - book.origin) // TICK, (hour - book.origin + HOUR) // TICK, workers)
        for hour, workers in crew_hours(book)
    ]
    for row in book.resources:
        windows = [(start, end) for start, end, _ in crew]
        builder.resource(row["resource_code"], windows, lanes=int(row["lanes"]))
    builder.crew(CREW, crew)
    dues = book.dues()
    for code, rows in book.orders().items():
        release = book.tick(rows[0]["order_first_event"])
        job = builder.job(
            code, release=release, due=dues[code], mandatory=True, tardiness_weight=1
        )
        for row in rows:
            stations = row["eligible_resources"].split(";")
            minutes = int(row["event_minutes"])
            job.operation(dict.fromkeys(stations, minutes), crew=CREW, may_pause=True)
    return builder.build()


def replay(problem: Problem) -> Schedule:
    """First come, first served: in the order of release, each order takes the earliest time left.

    No earlier order ever waits for a later one; a later one may use the gaps that are left.
    """
    from scheduling.backends.desk import Desk
    from scheduling.goals import Goal

    level = Goal.of("earliest_completion", problem).levels[0]
    desk = Desk(problem, [(level.sign, level.terms)], [True] * len(problem.jobs))
    desk.fill(sorted(range(len(problem.jobs)), key=lambda j: (problem.jobs[j].release, j)))
    missing = desk.schedule().unplaced(problem)
    if missing:
        raise ValueError(f"order {problem.jobs[missing[0]].name} does not fit")
    return desk.schedule()


def plan(
    problem: Problem, seconds: float, on_progress: Progress | None = None
) -> Result:
    """The plan of least summed flow time that `scheduling.solve` finds, starting at the replay."""
    from scheduling.solve import solve

    return solve(
        problem, objective="earliest_completion", time_limit=seconds, seed=1, workers=1,
        warm_start=replay(problem), on_progress=on_progress,
    )
