"""``python -m scheduling solve | check | bound | explain FILE``; exit code 2 for a bad file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scheduling import bounds, io
from scheduling.check import violations
from scheduling.explain import explain
from scheduling.problem import ProblemError
from scheduling.registry import objective_named, objectives
from scheduling.result import gap_between
from scheduling.run import Progress
from scheduling.schedule import Schedule
from scheduling.solve import solve

BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 for a plan that is not, 2 for a bad file."""
    options = _parser().parse_args(arguments)
    try:
        instance = io.read(options.file, options.format)
        if options.objective:
            instance = replace(instance, objective=options.objective)
        return options.run(options, instance)
    except ProblemError as error:
        return _refuse(f"{options.bad or options.file}: {error}")
    except OSError as error:
        if error.filename is None:
            raise
        return _refuse(f"{error.filename}: {error.strerror}")


def _refuse(line: str) -> int:
    sys.stderr.write(line.replace("\n", " ") + "\n")
    return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduling", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, run, text in (
        ("solve", _solve, "find a plan"),
        ("check", _check, "say what is wrong with a plan"),
        ("bound", _bound, "say what no plan can beat"),
        ("explain", _explain, "say why jobs are not in a plan"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run, bad=None)
        command.add_argument("file")
        command.add_argument("--format", choices=sorted(io.FORMATS), default="problem")
        command.add_argument("--objective", choices=sorted(objectives()))
        if name in ("check", "explain"):
            command.add_argument("--schedule", required=True, help="an answer of solve")
        if name == "solve":
            _solve_options(command)
    return parser


def _solve_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--time-limit", type=float, default=10.0, help="seconds")
    command.add_argument("--workers", type=int, default=1)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--output", type=Path, help="where to write the answer (else printed)")
    command.add_argument("--progress", action="store_true", help="draw a live line")
    command.add_argument("--deterministic", action="store_true", help="count work, not seconds")


def _solve(options: argparse.Namespace, instance: io.Instance) -> int:
    result = solve(
        instance.problem,
        objective=instance.objective,
        time_limit=options.time_limit,
        seed=options.seed,
        workers=options.workers,
        on_progress=_live(instance) if options.progress else None,
        deterministic=options.deterministic,
    )
    if options.progress:
        sys.stderr.write("\n")
    text = json.dumps(io.answer_json(instance, result, options.format)) + "\n"
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _live(instance: io.Instance) -> Progress:
    """A function that redraws one line: seconds, value, bound, gap."""

    def draw(seconds: float, value: int | None, bound: int | None) -> None:
        gap = gap_between(value, bound)
        shown = "-" if gap is None else f"{100 * gap:.2f} %"
        value_shown, bound_shown = instance.unit(value), instance.unit(bound)
        line = f"{seconds:7.1f} s  value {value_shown}  bound {bound_shown}  gap {shown}"
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()

    return draw


def _with_schedule(options: argparse.Namespace) -> Schedule:
    options.bad = options.schedule
    text = Path(options.schedule).read_text(encoding="utf-8")
    return io.schedule_from_json(io.parse_json(text))


def _check(options: argparse.Namespace, instance: io.Instance) -> int:
    schedule = _with_schedule(options)
    found = violations(instance.problem, schedule)
    for violation in found:
        sys.stdout.write(f"{violation}\n")
    if not found:
        value = objective_named(instance.objective).measure(instance.problem, schedule)
        sys.stdout.write(f"valid, {instance.objective} {instance.unit(value)}\n")
    return 1 if found else 0


def _bound(options: argparse.Namespace, instance: io.Instance) -> int:
    proven = bounds.bound(instance.problem, instance.objective)
    answer = {
        "bound": instance.unit(proven.value),
        "source": proven.source,
        "impossible": list(proven.impossible),
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _explain(options: argparse.Namespace, instance: io.Instance) -> int:
    schedule = _with_schedule(options)
    for job, reason in explain(instance.problem, schedule).items():
        sys.stdout.write(json.dumps({"job": job, "reason": reason.as_json()}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
