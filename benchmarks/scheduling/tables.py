"""From records of runs to the tables: flexible job shops, orders, parallel machines, markets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.scheduling.instances import NAMED_OAS
from benchmarks.scheduling.journal import Record
from benchmarks.scheduling.placing import LARGE
from benchmarks.scheduling.report import (
    Line,
    Target,
    aligned,
    gaps,
    mean,
    number,
    per_cent,
    reached,
    to_best,
    worst,
)

MK = {10: (Target(2.5, 1.2), Target(8, 4)), 30: (Target(1.5, 0.7), Target(5, 3))}
MK_PROOFS = Target(4, 5, at_most=False)
OAS_LARGE = (Target(0.5, 0.2), Target(1.5, 0.7))
OAS_SMALL = Target(95, 100, at_most=False)
PARALLEL = Target(98, 100, at_most=False)
MARKET_GAPS = {(1000, "0.5"): Target(2.5, 1.5), (1000, "0.8"): Target(3.5, 2.5),
               (1000, "1.2"): Target(5.5, 4.5), (5000, "0.5"): Target(3.0, 2.0),
               (5000, "1.2"): Target(8, 5.5)}
SMALL_PROOF = Target(10, 5)
FIRST_ANSWER = Target(1, 0.3)
PEAK_GB = Target(2, 0.8)
PLACING = Target(20, 5)
EARLY = Target(97, 98.5, at_most=False)


def lines(records: Sequence[Record], long_runs: Mapping[str, float]) -> list[Line]:
    """Every line for which there are records."""
    found = []
    for limit in (10, 30):
        found += _mk(_of(records, "mk", limit), limit)
    found += _against_best("fjsp, others", _of(records, "fjsp"))
    found += _orders(_of(records, "oas"), long_runs)
    parallel = _of(records, "unrelated_parallel")
    found += _against_best("unrelated parallel", parallel, at_best=PARALLEL)
    for record in _of(records, "market"):
        found += _market(record)
    return found


def _of(records: Iterable[Record], group: str, limit: float | None = None) -> list[Record]:
    return [r for r in records if r["group"] == group and limit in (None, r["limit"])]


def _by(records: Iterable[Record], solver: str) -> list[Record]:
    return [record for record in records if record["solver"] == solver]


def _against_best(
    what: str,
    records: Sequence[Record],
    targets: tuple[Target | None, Target | None] = (None, None),
    at_best: Target | None = None,
    best: Mapping[str, float] | None = None,
) -> list[Line]:
    """Mean and worst gap, and how many are at the best known or better."""
    if not records:
        return []
    ours, other = (gaps(_by(records, solver), best) for solver in ("ours", "pyjobshop"))
    what = f"{what}, {records[0]['limit']:g} s ({len(_by(records, 'ours'))})"
    return [
        Line(f"{what}: mean gap to best", per_cent(mean(ours)), "%", per_cent(mean(other)),
             targets[0]),
        Line(f"{what}: worst gap", per_cent(worst(ours)), "%", per_cent(worst(other)), targets[1]),
        Line(f"{what}: at best or better", per_cent(reached(ours)), "%",
             per_cent(reached(other)), at_best),
    ]


def _mk(records: Sequence[Record], limit: int) -> list[Line]:
    found = _against_best("mk", records, MK[limit])
    if not records:
        return found
    ours, other = (len([r for r in _by(records, solver) if r["status"] == "optimal"])
                   for solver in ("ours", "pyjobshop"))
    target = MK_PROOFS if limit == 30 else None
    return [*found, Line(f"mk, {limit} s: proofs", ours, "", other, target)]


def _orders(records: Sequence[Record], long_runs: Mapping[str, float]) -> list[Line]:
    found = []
    for size in (25, 50):
        some = [record for record in records if record["size"] == size]
        found += _against_best(f"oas n={size}", some, at_best=OAS_SMALL)
    large = [record for record in records if record["size"] == 100]
    named = [record for record in large if record["name"] in NAMED_OAS]
    others = [record for record in large if record["name"] not in NAMED_OAS]
    best = {record["name"]: max(record["best"] or 0, long_runs.get(record["name"], 0))
            for record in named}
    word = "named, against our long runs too" if long_runs else "named, no long runs yet"
    found += _against_best(f"oas n=100 {word}", named, OAS_LARGE, best=best)
    return found + _against_best("oas n=100, others", others, OAS_LARGE)


def _market(record: Record) -> list[Line]:
    size, load = record["jobs"], record["name"].rsplit("_l", 1)[-1]
    what = record["name"]
    if record["error"]:
        return [Line(what, None, "", note=record["error"])]
    proof = "verified" if record["verified"] else f"{record['status']}, bound as claimed"
    found = [Line(f"{what}: proven gap, {record['limit']:g} s", per_cent(record["gap"]), "%",
                  target=MARKET_GAPS.get((size, load)), note=proof)]
    if size == 50:
        proven = record["seconds"] if record["status"] == "optimal" else None
        found.append(Line(f"{what}: seconds to the proof", proven, "s", target=SMALL_PROOF))
    found.append(Line(f"{what}: first answer", record["first"], "s",
                      target=FIRST_ANSWER if size == LARGE else None))
    if record["limit"] == 60 and record["early"] and record["value"]:
        share = 100 * record["early"] / record["value"]
        found.append(Line(f"{what}: value at 5 s over 60 s", share, "%", target=EARLY))
    found.append(Line(f"{what}: peak memory", record["peak_mb"] / 1024, "GB",
                      target=PEAK_GB if size == LARGE else None))
    found.append(Line(f"{what}: time a job", 1000 * record["seconds"] / size, "ms"))
    return found + (_placing(record) if size == LARGE else [])


def _placing(record: Record) -> list[Line]:
    what = f"{record['name']}: a new job placed"
    if record["place_ms"] is None:
        return [Line(f"{what}, p95", None, "ms", target=PLACING, note="not there yet")]
    middle, slow = record["place_ms"]
    return [Line(f"{what}, p50", middle, "ms"), Line(f"{what}, p95", slow, "ms", target=PLACING)]


def instances(records: Sequence[Record]) -> str:
    """A row for every run: the value, the best known, the gap to it, the bound and its gap."""
    head = ("run", "status", "value", "best known", "gap %", "bound", "proven gap %", "seconds")
    rows = [head]
    for record in records:
        if record["error"]:
            rows.append((record["key"], "FAILED", record["error"][:60], *[""] * 5))
            continue
        rows.append((
            record["key"], record["status"], number(record["value"]), number(record["best"]),
            number(per_cent(to_best(record))), number(record["bound"]),
            number(per_cent(record["gap"])), f"{record['seconds']:.1f}"))
    return aligned(rows, left=(0, 1))
