"""What a market looks like in numbers: mean, p10, p50 and p90 of what was drawn, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

Market = Mapping[str, Any]
DAY = 96


def distributions(market: Market) -> dict[str, list[float]]:
    """Samples by name, each in the unit its name says."""
    jobs, windows = market["jobs"], market["machine_windows"]
    operations = [choices for job in jobs for choices in job["ops"]]
    idle = sum(end - start for each in windows for start, end in each)
    work = sum(_mean([choice[1] for choice in choices]) for choices in operations)
    return {
        "operation, slots": [c[1] for choices in operations for c in choices],
        "fastest over slowest": [_fastest(choices) for choices in operations],
        "price, yuan/h": [c[2] / c[1] * 4 / 100 for choices in operations for c in choices],
        "eligible machines": [len(choices) for choices in operations],
        "operations a job": [len(job["ops"]) for job in jobs],
        "release, days": [job["release"] / DAY for job in jobs],
        "slack, days": _slack(market),
        "value over mean cost": [job["value"] / _cost(job) for job in jobs],
        "window, hours": [(b - a) / 4 for each in windows for a, b in each],
        "windows a machine": [len(each) for each in windows],
        "start of window, hour": [a % DAY / 4 for each in windows for a, _ in each],
        "between windows, hours": [(b[0] - a[1]) / 4 for each in windows
                                   for a, b in pairwise(each)],
        "transport, slots": _between_factories(market["transport_slots"]),
        "transport, yuan": [fen / 100 for fen in _between_factories(market["transport_cost"])],
        "machines a factory": _crowds(market["machine_factory"]),
        "work over idle time": [work / idle],
    }


def _fastest(choices: Sequence[Sequence[int]]) -> float:
    return min(c[1] for c in choices) / max(c[1] for c in choices)


def _slack(market: Market) -> list[float]:
    """Days beyond the mean work; jobs whose deadline the horizon cut are left out."""
    return [(job["deadline"] - job["release"] - _work(job)) / DAY for job in market["jobs"]
            if job["deadline"] < market["horizon_slots"]]


def _work(job: Mapping[str, Any]) -> float:
    return sum(_mean([choice[1] for choice in choices]) for choices in job["ops"])


def _cost(job: Mapping[str, Any]) -> float:
    return sum(_mean([choice[2] for choice in choices]) for choices in job["ops"])


def _between_factories(matrix: Sequence[Sequence[int]]) -> list[float]:
    return [matrix[a][b] for a in range(len(matrix)) for b in range(len(matrix)) if a != b]


def _crowds(factories: Sequence[int]) -> list[float]:
    return [factories.count(each) for each in sorted(set(factories))]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def four(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Mean, p10, p50 and p90, each the value of a sample; zeros without samples."""
    if not values:
        return 0.0, 0.0, 0.0, 0.0
    ordered = sorted(values)
    last = len(ordered) - 1
    low, middle, high = (ordered[round(last * share)] for share in (0.1, 0.5, 0.9))
    return _mean(ordered), low, middle, high


def compare(markets: Mapping[str, Market]) -> str:
    """The table: a line for every distribution, four numbers for every market."""
    samples = {name: distributions(market) for name, market in markets.items()}
    width = max(28, *(len(name) + 2 for name in markets))
    title = "mean   p10   p50   p90"
    lines = [" " * 24 + "".join(name.rjust(width) for name in markets),
             " " * 24 + "".join(title.rjust(width) for _ in markets)]
    for what in next(iter(samples.values())):
        cells = [" ".join(f"{value:5.3g}" for value in four(each[what]))
                 for each in samples.values()]
        lines.append(what.ljust(24) + "".join(cell.rjust(width) for cell in cells))
    return "\n".join(lines)
