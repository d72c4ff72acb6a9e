"""What a plan is made by, as pure functions of values. See docs/decisions/0003 for the reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, lcm

from marketplace.catalogue.rules import ListingRules, Offer, aligned, length_errors
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from marketplace.pricing.quote import Usage, load_terms, modes, quote
from marketplace.resources.geo import distance_km

QUEUED, RUNNING, SOLVED, FAILED = "queued", "running", "solved", "failed"
CANCELLED, ACCEPTED = "cancelled", "accepted"
STATES = (QUEUED, RUNNING, SOLVED, FAILED, CANCELLED, ACCEPTED)
UNFINISHED = (QUEUED, RUNNING)
MAX_ATTEMPTS = 2             # a run whose worker died is run again, once
MAX_JOBS = 1000              # jobs in one plan

# Words that leave the service; pages translate them.
REASONS = {
    "no_eligible_resource": "plan.reason.no_eligible_resource",
    "no_window_long_enough": "plan.reason.no_window_long_enough",
    "transport": "plan.reason.transport",
    "deadline": "plan.reason.deadline",
    "not_chosen": "plan.reason.not_chosen",
}
WORKER_LOST, SOLVER_FAILED = "worker_lost", "solver_failed"
ERRORS = {WORKER_LOST: "plan.error.worker_lost", SOLVER_FAILED: "plan.error.solver_failed"}
STATE_WORDS = {
    QUEUED: "plan.state.queued", RUNNING: "plan.state.running", SOLVED: "plan.state.solved",
    FAILED: "plan.state.failed", CANCELLED: "plan.state.cancelled",
    ACCEPTED: "plan.state.accepted",
}

LATE_FEN_PER_MINUTE = 10     # what a minute after the due date counts: ¥6 an hour, ¥144 a day
ACCEPT_MINUTES = 30          # how long after planning a plan's first start still keeps its notice
ROAD_FACTOR = 1.3            # roads are longer than great circles: an estimate
ROAD_KM_PER_HOUR = 60        # an estimate for a lorry, motorway and town together
HANDLING_MINUTES = 60        # loading and unloading together: an estimate


@dataclass(frozen=True)
class Way:
    """One way to have an operation done on a listing: mode, working minutes, price.

    `pieces` is set in a mode that counts them.
    """

    mode: str
    minutes: int
    price: Money
    pieces: int | None = None


def cheapest_way(offer: Offer, minutes: int, quantity: int) -> Way | None:
    """The cheapest firm price of an operation on a listing, or None where no mode can do it.

    By the hour, the operation takes its own minutes, lifted to the listing's shortest booking
    and rounded up to its step; by the piece, what the terms say for its quantity. A mode whose
    price depends on a later measurement is never firm. Ties go to the shorter, then by name.
    """
    found = [way for mode in sorted(offer.terms)
             if (way := _way(offer, mode, minutes, quantity)) is not None]
    return min(found, key=lambda way: (way.price, way.minutes, way.mode), default=None)


def _way(offer: Offer, mode: str, minutes: int, quantity: int) -> Way | None:
    pieces = quantity if modes()[mode].NEEDS_PIECES else None
    length = rounded(max(minutes, offer.rules.min_minutes), offer.rules.step)
    if pieces is not None:
        timing = modes()[mode].timing(load_terms(mode, offer.terms[mode]))
        if timing is None:
            return None
        length = timing.minutes(pieces)
    if length_errors(offer.rules, length, "minutes"):
        return None
    total = quote(mode, offer.terms[mode], Usage(length, 1, pieces)).total
    return None if total is None else Way(mode, length, total, pieces)


def rounded(minutes: int, step: int) -> int:
    """Minutes rounded up to a step."""
    return -(-minutes // step) * step


def tick_minutes(steps: Iterable[int]) -> int:
    """The length of the plan's time unit, so that its starts lie on the listings' steps.

    The least common multiple of the steps that divide an hour, else of those that divide a day.
    A listing that it does not serve gets padded operations instead (`padding`).
    """
    steps = set(steps)
    fine = {step for step in steps if 60 % step == 0} or {
        step for step in steps if 1440 % step == 0}
    return lcm(*fine) if fine else 1


def padding(rules: ListingRules, origin: datetime, tick: int) -> int:
    """Minutes to add so that the next start on the step still leaves room; 0 where every is."""
    served = tick % rules.step == 0 and aligned(origin, rules.step, rules.zone)
    return 0 if served else rules.step - 1


def next_start(rules: ListingRules, moment: datetime) -> datetime:
    """The first moment on the listing's step, not before `moment` (whole minutes)."""
    for _ in range(2 * rules.step):
        if aligned(moment, rules.step, rules.zone):
            return moment
        moment += timedelta(minutes=1)
    raise ValueError(f"no start on a step of {rules.step} minutes near {moment}")


def pauses(wanted: bool, ways: Sequence[tuple[Offer, Way, int]]) -> tuple[bool, list[int]]:
    """Whether an operation pauses over closings in this plan, and on which of its listings.

    `ways` are its listings with their longest opening in minutes. An operation that may pause
    does so where every listing allows it. Where some do not, it is done in one piece if one
    opening is long enough anywhere, else it pauses on the listings that allow it.
    """
    everywhere = list(range(len(ways)))
    allowing = [i for i in everywhere if ways[i][0].rules.may_pause]
    if not wanted or not allowing:
        return False, everywhere
    if len(allowing) == len(ways):
        return True, everywhere
    if any(way.minutes <= longest for _, way, longest in ways):
        return False, everywhere
    return True, allowing


def pause_fits(openings: Sequence[TimeWindow], step: int) -> bool:
    """True when every closing lasts whole steps: only then is a pausing end on the step too."""
    return all((after.start - before.end) % timedelta(minutes=step) == timedelta(0)
               for before, after in pairwise(openings))


def transport_minutes(here: tuple[float, float], there: tuple[float, float]) -> int:
    """Carrying between two sites: great circle × 1.3 at 60 km/h and handling; an estimate."""
    hours = distance_km(here, there) * ROAD_FACTOR / ROAD_KM_PER_HOUR
    return HANDLING_MINUTES + ceil(hours * 60)


Step = tuple[float, int | None, int | None]   # seconds, value and bound in fen
TRACE_STEPS = 80


def traced(trace: Sequence[Step], step: Step) -> list[Step]:
    """The trace of a search with one step more: only what changed, thinned by half when long."""
    if trace and trace[-1][1:] == step[1:]:
        return list(trace)
    kept = list(trace) if len(trace) < TRACE_STEPS else [*trace[::2], trace[-1]]
    return [*kept, step]


def late_cost(due: datetime, end: datetime) -> int:
    """What ending after the due date counts, in fen."""
    return max(0, int((end - due).total_seconds()) // 60) * LATE_FEN_PER_MINUTE


def reference_value(dearest: Collection[int]) -> int:
    """What a job without a budget is worth in a plan (fen).

    More than doing all jobs in their dearest way and at their latest costs together: so a plan
    never leaves such a job out to make others cheaper or earlier.
    """
    return sum(dearest) + 1


def told(fen: int | None, assumed: int) -> int | None:
    """A value or a bound as people are told it: without the assumed worth of unpriced jobs.

    Both move by the same sum, so what is proven stays proven, and the gap says something: it
    would be next to nothing beside a worth that only exists to have every job done.
    """
    return None if fen is None else fen - assumed


def gap(value: int, bound: int | None) -> float | None:
    """|bound − value| ÷ |bound|; None without a bound or beside nothing."""
    return abs(bound - value) / abs(bound) if bound else None
