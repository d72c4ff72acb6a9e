"""A snapshot of the market as whole ticks: what the solver is asked. Pure; knows no solver."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace.catalogue.rules import Offer
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.planning import rules
from marketplace.planning.rules import Way
from marketplace.resources.service_codes import covers

Span = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """An operation as it is in the database; `material` folded, minutes for the whole lot."""

    operation_id: int
    service_code: str
    material: str
    quantity: int
    minutes: int
    may_pause: bool
    resource_ids: frozenset[int]


@dataclass(frozen=True)
class Work:
    """A job as it is in the database."""

    job_id: int
    release: datetime
    due: datetime
    deadline: datetime
    budget: Money | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Stand:
    """A listing with where it stands, what it can do and the book of each of its lanes."""

    offer: Offer
    site_id: int
    point: tuple[float, float]
    buffers: tuple[int, int]
    abilities: tuple[tuple[str, frozenset[str]], ...]
    opened: tuple[TimeWindow, ...]
    blocked: tuple[tuple[TimeWindow, ...], ...]   # by lane
    lane_ids: tuple[int, ...]

    def does(self, step: Step) -> bool:
        """True where the firm named this resource, or named none and it can do the work."""
        if step.resource_ids:
            return self.offer.resource_id in step.resource_ids
        return any(covers(code, step.service_code)
                   and (not step.material or step.material in materials)
                   for code, materials in self.abilities)


@dataclass(frozen=True)
class Snapshot:
    """The market at one moment, as far as these jobs could use it."""

    now: datetime
    works: tuple[Work, ...]
    stands: tuple[Stand, ...]


@dataclass(frozen=True)
class Choice:
    """An operation on one stand: its way, and how many ticks it takes there."""

    stand: int
    way: Way
    ticks: int


@dataclass(frozen=True)
class Task:
    """One operation with its choices."""

    operation_id: int
    may_pause: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Order:
    """One job in ticks; `value` and `late_weight` (a tick) in fen."""

    job_id: int
    release: int
    due: int
    deadline: int
    value: int
    late_weight: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Place:
    """One stand in ticks: its open windows, what is blocked by lane, buffers, site number."""

    windows: tuple[Span, ...]
    blocked: tuple[tuple[Span, ...], ...]
    buffers: Span
    site: int


@dataclass(frozen=True)
class Draft:
    """What the solver is asked, with the stands the numbers stand for."""

    origin: datetime
    tick: int
    stands: tuple[Stand, ...]
    places: tuple[Place, ...]
    travel: tuple[tuple[int, ...], ...]
    orders: tuple[Order, ...]
    assumed: int = 0   # what the jobs without a budget are taken to be worth together, in fen

    def moment(self, tick: int) -> datetime:
        """The moment of a tick."""
        return self.origin + timedelta(minutes=tick * self.tick)

    @property
    def hash(self) -> str:
        """SHA-256 of all numbers: the same question has the same hash."""
        facts = [self.origin.isoformat(), self.tick, [asdict(each) for each in self.places],
                 self.travel, [asdict(each) for each in self.orders],
                 [each.offer.listing_id for each in self.stands]]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def draft(snapshot: Snapshot) -> Draft:
    """Turn a snapshot into ticks: what is open shrinks to them, what is taken or needed grows."""
    stands = snapshot.stands
    tick = rules.tick_minutes(each.offer.rules.step for each in stands)
    origin = _origin(snapshot)
    sites: dict[int, int] = {}
    for stand in stands:
        sites.setdefault(stand.site_id, len(sites))
    grid = _Grid(origin, tick)
    places = tuple(_place(grid, snapshot.now, stand, sites[stand.site_id]) for stand in stands)
    tasks = [tuple(_task(grid, stands, step) for step in work.steps) for work in snapshot.works]
    reference = rules.reference_value([_dearest(work, each)
                                       for work, each in zip(snapshot.works, tasks, strict=True)])
    orders = tuple(_order(grid, work, each, reference)
                   for work, each in zip(snapshot.works, tasks, strict=True))
    assumed = reference * sum(work.budget is None for work in snapshot.works)
    return Draft(origin, tick, stands, places, _travel(grid, stands, sites), orders, assumed)


def _origin(snapshot: Snapshot) -> datetime:
    """Midnight of the first stand's zone: steps are counted from there."""
    zone = ZoneInfo(snapshot.stands[0].offer.rules.zone) if snapshot.stands else UTC
    local = snapshot.now.astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


@dataclass(frozen=True)
class _Grid:
    """Instants to ticks, rounded down or up; durations are rounded up."""

    origin: datetime
    minutes: int

    def down(self, moment: datetime) -> int:
        return (moment - self.origin) // timedelta(minutes=self.minutes)

    def up(self, moment: datetime) -> int:
        return -((self.origin - moment) // timedelta(minutes=self.minutes))

    def length(self, minutes: int) -> int:
        return -(-minutes // self.minutes)


def _place(grid: _Grid, now: datetime, stand: Stand, site: int) -> Place:
    """Windows between notice and horizon; buffers between two works folded into one gap.

    A work's own buffers also keep it off what is already taken, so the taken time grows by
    them. What is then left for the library is the gap after a work, rounded once.
    """
    terms = stand.offer.rules
    before, after = stand.buffers
    first = now + timedelta(minutes=terms.notice_minutes + rules.ACCEPT_MINUTES)
    last = now + timedelta(days=terms.horizon_days)
    windows = []
    for window in stand.opened:
        span = max(grid.up(max(window.start, first)), 0), grid.down(min(window.end, last))
        if span[0] < span[1]:
            windows.append(span)
    blocked = tuple(merged([(grid.down(each.start), grid.up(each.end + timedelta(minutes=before)))
                            for each in lane]) for lane in stand.blocked)
    return Place(tuple(windows), blocked, (0, grid.length(before + after)), site)


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Sorted, disjoint spans over the same ticks."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def _task(grid: _Grid, stands: Sequence[Stand], step: Step) -> Task:
    """The choices of an operation: every stand that does it and has a firm price for it."""
    found = [(number, way) for number, stand in enumerate(stands) if stand.does(step)
             and (way := rules.cheapest_way(stand.offer, step.minutes, step.quantity))]
    may_pause, kept = rules.pauses(step.may_pause, [
        (stands[number].offer, way,
         max((each.minutes for each in stands[number].opened), default=0))
        for number, way in found])
    choices = []
    for number, way in (found[index] for index in kept):
        terms = stands[number].offer.rules
        if may_pause and not rules.pause_fits(stands[number].opened, terms.step):
            continue
        pad = rules.padding(terms, grid.origin, grid.minutes)
        choices.append(Choice(number, way, grid.length(way.minutes + pad)))
    return Task(step.operation_id, may_pause, tuple(choices))


def _dearest(work: Work, tasks: Sequence[Task]) -> int:
    """The most a job could cost with its lateness (fen)."""
    price = sum(max((choice.way.price.minor for choice in task.choices), default=0)
                for task in tasks)
    return price + rules.late_cost(work.due, work.deadline)


def _order(grid: _Grid, work: Work, tasks: tuple[Task, ...], reference: int) -> Order:
    value = reference if work.budget is None else work.budget.minor
    return Order(work.job_id, max(0, grid.up(work.release)), max(0, grid.down(work.due)),
                 max(0, grid.down(work.deadline)), value,
                 rules.LATE_FEN_PER_MINUTE * grid.minutes, tasks)


def _travel(grid: _Grid, stands: Sequence[Stand], sites: dict[int, int]
            ) -> tuple[tuple[int, ...], ...]:
    points = {sites[stand.site_id]: stand.point for stand in stands}
    return tuple(tuple(0 if a == b else grid.length(rules.transport_minutes(points[a], points[b]))
                       for b in range(len(sites))) for a in range(len(sites)))
