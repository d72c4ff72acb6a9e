"""``python -m scheduling solve | check | bound | explain | bench``; exit code 2 for a bad file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from errno import ENOENT
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from scheduling import bench, bounds, io, plot
from scheduling.check import violations
from scheduling.explain import explain
from scheduling.goals import Goal
from scheduling.problem import ProblemError
from scheduling.registry import objectives
from scheduling.result import Result, gap_between
from scheduling.run import Progress
from scheduling.solve import solve

BAD_INPUT = 2
OBJECTIVE_HELP = "what to judge by; with commas between several, the most important first"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 for a plan that is not, 2 for a bad file."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except ProblemError as error:
        return _refuse(f"{options.bad}: {error}")
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
        ("bench", _bench, "solve a list of instances and print a table"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        command.add_argument("file", nargs="+" if name == "bench" else None)
        command.add_argument("--format", choices=sorted(io.FORMATS), default="problem")
        command.add_argument("--objective", type=_objectives, help=OBJECTIVE_HELP)
        OPTIONS.get(name, _no_options)(command)
    return parser


def _objectives(text: str) -> str:
    """The names of objectives, the most important first; raises ArgumentTypeError for others."""
    names = text.split(",")
    if len(set(names)) < len(names) or set(names) - set(objectives()):
        known = ", ".join(sorted(objectives()))
        raise argparse.ArgumentTypeError(f"{text}: one or several different ones of {known}")
    return text


def _seconds(text: str) -> float:
    """A time that ends; raises ArgumentTypeError for others."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = inf
    if not 0 <= seconds < inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _count(text: str) -> int:
    """At least one; raises ArgumentTypeError for less."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 or more")
    return int(text)


def _no_options(command: argparse.ArgumentParser) -> None:
    """What every command has is all there is."""


def _schedule_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--schedule", required=True, help="an answer of solve")


def _bound_options(command: argparse.ArgumentParser) -> None:
    text = "an answer of solve: say what the certificate in it proves"
    command.add_argument("--certificate", help=text)


def _run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--time-limit", type=_seconds, default=10.0, help="seconds")
    command.add_argument("--workers", type=_count, default=1)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--progress", action="store_true", help="draw a live line")
    command.add_argument("--deterministic", action="store_true", help="count work, not seconds")
    command.add_argument("--plot", type=Path, help="draw value and bound over time (SVG)")


def _solve_options(command: argparse.ArgumentParser) -> None:
    _run_options(command)
    command.add_argument("--output", type=Path, help="where to write the answer (else printed)")


def _bench_options(command: argparse.ArgumentParser) -> None:
    _run_options(command)
    command.add_argument("--best", type=_count, default=1, help="runs of each, with seeds in a row")


OPTIONS = {
    "solve": _solve_options,
    "check": _schedule_options,
    "bound": _bound_options,
    "explain": _schedule_options,
    "bench": _bench_options,
}


def _instance(options: argparse.Namespace, file: str) -> io.Instance:
    options.bad = file
    instance = io.read(file, options.format)
    return replace(instance, objective=options.objective) if options.objective else instance


def _run(options: argparse.Namespace, instance: io.Instance, number: int = 0) -> Result:
    result = solve(
        instance.problem,
        objective=instance.objective,
        time_limit=options.time_limit,
        seed=options.seed + number,
        workers=options.workers,
        on_progress=_live(instance) if options.progress else None,
        deterministic=options.deterministic,
    )
    if options.progress:
        sys.stderr.write("\n")
    return result


def _solve(options: argparse.Namespace) -> int:
    instance = _instance(options, options.file)
    _folders(options.output, options.plot)
    result = _run(options, instance)
    text = json.dumps(io.answer_json(instance, result, options.format)) + "\n"
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    if options.plot:
        plot.write(options.plot, [bench.curve(Path(options.file).stem, instance, result)])
    return 0


def _folders(*files: Path | None) -> None:
    """Refuse a place that cannot be written to before time is spent on what goes there."""
    for file in files:
        if file and not file.parent.is_dir():
            raise FileNotFoundError(ENOENT, "there is no such folder", str(file.parent))


def _bench(options: argparse.Namespace) -> int:
    """Every file is read before the first is solved: a bad one costs no time."""
    named = [(Path(file).stem, _instance(options, file)) for file in options.file]
    _folders(options.plot)
    curves = []
    sys.stdout.write(bench.line(bench.HEAD) + "\n")
    for row in bench.rows(named, partial(_run, options), options.best):
        sys.stdout.write(bench.line(row.cells) + "\n")
        sys.stdout.flush()
        curves.append(bench.curve(row.name, row.instance, row.result))
    if options.plot:
        plot.write(options.plot, curves)
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


def _answer(options: argparse.Namespace, file: str) -> Any:
    options.bad = file
    return io.parse_json(io.read_text(file))


def _check(options: argparse.Namespace) -> int:
    instance = _instance(options, options.file)
    schedule = io.schedule_from_json(_answer(options, options.schedule))
    found = violations(instance.problem, schedule)
    for violation in found:
        sys.stdout.write(f"{violation}\n")
    if not found:
        goal = Goal.of(instance.objective, instance.problem)
        values = goal.values(instance.problem, schedule)
        words = (f"{n} {instance.unit(v, n)}" for n, v in zip(goal.names, values, strict=True))
        sys.stdout.write(f"valid, {', '.join(words)}\n")
    return 1 if found else 0


def _bound(options: argparse.Namespace) -> int:
    instance = _instance(options, options.file)
    first = instance.objective.split(",")[0]
    if options.certificate:
        certificate = io.certificate_from_json(_answer(options, options.certificate))
        proven = bounds.evaluate(instance.problem, first, certificate)
    else:
        proven = bounds.bound(instance.problem, first)
    answer = {"objective": first, "bound": instance.unit(proven.value), **asdict(proven)}
    del answer["value"]
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _explain(options: argparse.Namespace) -> int:
    instance = _instance(options, options.file)
    schedule = io.schedule_from_json(_answer(options, options.schedule))
    for job, reason in explain(instance.problem, schedule).items():
        sys.stdout.write(json.dumps({"job": job, "reason": reason.as_json()}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
