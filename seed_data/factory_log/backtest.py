"""Reality, a first-come-first-served replay and the plan, side by side.

``python -m seed_data.factory_log.backtest --seconds 20``. The headline compares plan and replay:
both live under the same rules. Reality waited for more than machines and people, and what the
log shows of that stands beside it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import mean, median
from typing import TYPE_CHECKING

from seed_data.factory_log.problem import (
    Book,
    Progress,
    committed_book,
    plan,
    problem_from_log,
    replay,
)

if TYPE_CHECKING:
    from scheduling.problem import Problem
    from scheduling.schedule import Schedule

DAY = 1440


@dataclass(frozen=True)
class Times:
    """Of each order: release, completion and due, in minutes from the start of the log."""

    release: Mapping[str, int]
    completion: Mapping[str, int]
    due: Mapping[str, int]
    machine_minutes: int

    def flow_days(self, orders: set[str] | None = None) -> list[float]:
        """Release to completion in days, of all orders or of those named."""
        return [
            (end - self.release[order]) / DAY
            for order, end in self.completion.items()
            if orders is None or order in orders
        ]

    def late_days(self) -> list[float]:
        """Days past due of every order, 0 for those in time."""
        return [max(0, end - self.due[order]) / DAY for order, end in self.completion.items()]


@dataclass(frozen=True)
class Backtest:
    """The three columns, the orders that began within the log, and what reality waited for."""

    reality: Times
    replay: Times
    plan: Times
    began_later: set[str]
    waited: dict[str, float]
    waited_before: list[tuple[str, float]]
    problems_found: int

    def rows(self) -> list[tuple[str, float, float, float]]:
        """Label, reality, replay, plan."""
        table: list[tuple[str, Callable[[Times], float]]] = [
            ("flow time, mean (days)", lambda t: mean(t.flow_days())),
            ("flow time, median (days)", lambda t: median(t.flow_days())),
            ("  mean without orders already running", lambda t: mean(self._later(t))),
            ("  median without orders already running", lambda t: median(self._later(t))),
            ("tardiness, mean (days)", lambda t: mean(t.late_days())),
            ("orders late", lambda t: float(sum(late > 0 for late in t.late_days()))),
            ("station hours", lambda t: t.machine_minutes / 60),
            ("last order done (day)", lambda t: max(t.completion.values()) / DAY),
        ]
        return [
            (label, figure(self.reality), figure(self.replay), figure(self.plan))
            for label, figure in table
        ]

    def _later(self, times: Times) -> list[float]:
        return times.flow_days(self.began_later)

    def headline(self) -> str:
        """Plan against replay in one line."""
        before, after = mean(self.replay.flow_days()), mean(self.plan.flow_days())
        late, later = mean(self.plan.late_days()), mean(self.replay.late_days())
        return (
            f"plan against replay: mean flow time {after:.1f} against {before:.1f} days "
            f"({_change(after, before)}), mean tardiness {late:.1f} against {later:.1f} days "
            f"({_change(late, later)})"
        )


def _change(now: float, before: float) -> str:
    return f"{(now - before) / before:+.0%}" if before else "no change to measure"


def reality(book: Book) -> Times:
    """What the log says happened."""
    orders = book.orders()
    return Times(
        release={code: book.tick(rows[0]["order_first_event"]) for code, rows in orders.items()},
        completion={code: book.tick(rows[0]["order_last_event"]) for code, rows in orders.items()},
        due=book.dues(),
        machine_minutes=sum(int(row["event_minutes"]) for row in book.history),
    )


def times_of(problem: Problem, schedule: Schedule, book: Book) -> Times:
    """The times of a schedule, under the names of the orders."""
    from scheduling.schedule import completion

    names = [job.name for job in problem.jobs]
    chosen = [
        problem.jobs[item.job].operations[item.operation].on(item.resource)
        for item in schedule.assignments
    ]
    return Times(
        release={job.name: job.release for job in problem.jobs},
        completion={names[j]: completion(items) for j, items in schedule.by_job.items()},
        due=book.dues(),
        machine_minutes=sum(choice.duration for choice in chosen if choice),
    )


def waited_for(book: Book) -> dict[str, float]:
    """What the log shows beside the work: shares of flow time, review, rework, unnamed machines."""
    first_rows = [rows[0] for rows in book.orders().values()]
    flow = sum(
        book.tick(row["order_last_event"]) - book.tick(row["order_first_event"])
        for row in first_rows
    )
    touched = sum(int(row["order_touched_minutes"]) for row in first_rows)
    work = sum(int(row["event_minutes"]) for row in book.history)
    unnamed = sum(int(row["minutes_without_machine"]) for row in book.history)
    held = [int(row["held_for_review"]) for row in book.history]
    return {
        "share_of_flow_time_waiting": 1 - touched / flow,
        "pieces_held_for_review": float(sum(held)),
        "operations_with_pieces_held": float(sum(count > 0 for count in held)),
        "events_marked_rework": float(sum(int(row["rework_events"]) for row in book.history)),
        "share_of_work_without_machine": unnamed / work,
    }


def waited_before(book: Book, most: int = 5) -> list[tuple[str, float]]:
    """The activities before which orders stood longest, with the days in sum."""
    stood: Counter[str] = Counter()
    for rows in book.orders().values():
        done = book.tick(rows[0]["real_start"])
        for row in rows:
            stood[row["activity"]] += max(0, book.tick(row["real_start"]) - done)
            done = max(done, book.tick(row["real_end"]))
    return [(activity, minutes / DAY) for activity, minutes in stood.most_common(most)]


def backtest(
    book: Book, seconds: float, on_progress: Progress | None = None
) -> Backtest:
    """Replay and plan the book; the plan is judged by `scheduling.check`, not by its solver."""
    from scheduling.check import violations

    problem = problem_from_log(book)
    first_come = replay(problem)
    result = plan(problem, seconds, on_progress)
    found = violations(problem, first_come) + violations(problem, result.schedule)
    later = {row["job_code"] for row in book.history if row["already_running"] == "no"}
    return Backtest(
        reality=reality(book),
        replay=times_of(problem, first_come, book),
        plan=times_of(problem, result.schedule, book),
        began_later=later,
        waited=waited_for(book),
        waited_before=waited_before(book),
        problems_found=len(found),
    )


def report(outcome: Backtest) -> str:
    """The table, the headline and what reality also waited for, as text."""
    lines = [outcome.headline(), "", f"{'':42}{'reality':>10}{'replay':>10}{'plan':>10}"]
    lines += [f"{label:42}{a:>10.1f}{b:>10.1f}{c:>10.1f}" for label, a, b, c in outcome.rows()]
    waited = outcome.waited
    lines += [
        "",
        "beside reality, what it also waited for (as the log shows it):",
        f"  {waited['share_of_flow_time_waiting']:.0%} of flow time no one worked on the order",
        f"  {waited['pieces_held_for_review']:.0f} pieces held for review in "
        f"{waited['operations_with_pieces_held']:.0f} operations, "
        f"{waited['events_marked_rework']:.0f} events marked as rework",
        f"  {waited['share_of_work_without_machine']:.0%} of the work names no machine",
        "  order-days standing before: "
        + ", ".join(f"{name} {days:.0f}" for name, days in outcome.waited_before),
        "due = start + 2 x the order's work in opening time (an assumption, not in the log)",
        f"checked by scheduling.check: {outcome.problems_found} violations",
    ]
    return "\n".join(lines)


def progress_line(seconds: float, value: int | None, bound: int | None) -> None:
    """Redraw one line: seconds, the summed flow time so far and what none can beat."""
    if value is None:
        return
    least = "" if bound is None else f", none below {bound / DAY:.1f}"
    text = f"\r{seconds:6.1f} s  flow time in sum {value / DAY:.1f} days{least}   "
    print(text, end="", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Command line: ``--seconds`` for the plan."""
    parser = argparse.ArgumentParser(prog="python -m seed_data.factory_log.backtest")
    parser.add_argument("--seconds", type=float, default=20.0)
    outcome = backtest(committed_book(), parser.parse_args(arguments).seconds, progress_line)
    print(file=sys.stderr)
    print(report(outcome))
    return 1 if outcome.problems_found else 0


if __name__ == "__main__":
    sys.exit(main())
