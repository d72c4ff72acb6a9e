"""`make demo`: a filled market, one plan over the real order book, and the running service.

A second run starts from what is there. `SERVE=0` stops before serving, `PORT=8001` serves there.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from marketplace import config
from marketplace.accounts.models import Company, Member
from marketplace.accounts.tokens import actor_of_member
from marketplace.app import start
from marketplace.core.db import db
from marketplace.core.transaction import end_read
from marketplace.jobs.models import Job
from marketplace.planning import services as planning
from marketplace.planning.models import PlanLeftOut, PlanPart, PlanRun
from marketplace.seeding import market, people

SHOWN = (market.FACTORY, market.FIRM, market.PLANT)


def main() -> int:
    """Prepare, plan, tell, serve."""
    options = arguments()
    if options.serve:
        refuse_taken(options.port)
    app = start()
    with app.app_context():
        upgrade()
        if market.load_demo(say):
            say("the market is filled")
        run_id = plan_order_book(app, options.plan_seconds)
        tell_plan(run_id)
        tell_backtest(config.current().folder / "backtest.txt", options.backtest_seconds)
        tell_logins(options.port)
        db.session.remove()
        db.engine.dispose()
    return serve(options.port) if options.serve else 0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-serve", dest="serve", action="store_false")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--plan-seconds", type=int, default=20)
    parser.add_argument("--backtest-seconds", type=int, default=20)
    return parser.parse_args()


def refuse_taken(port: int) -> None:
    """End with one sentence, before any work, where the port cannot be served."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise SystemExit(f"127.0.0.1:{port} cannot be served ({error}). "
                             "Another port: make demo PORT=8001") from error


def say(line: str) -> None:
    """One line of what happens."""
    print(f"  {line}", flush=True)  # noqa: T201 - a terminal program speaks


def plan_order_book(app: Flask, seconds: int) -> int:
    """The plant's planner plans its 157 open orders; a worker solves while we watch."""
    company = db.session.scalars(
        select(Company).where(Company.credit_code == market.PLANT)).one()
    last = db.session.scalar(select(PlanRun.id).where(
        PlanRun.company_id == company.id, PlanRun.state.in_(("solved", "accepted")))
        .order_by(PlanRun.id.desc()))
    if last is not None:
        return last
    member_id = db.session.scalars(select(Member.id).where(
        Member.company_id == company.id, Member.role == "planner")).one()
    actor = actor_of_member(member_id)
    if actor is None:
        raise SystemExit("The demo's planner has left: remove the instance folder, start again.")
    jobs = list(db.session.scalars(select(Job.id).where(
        Job.company_id == company.id, Job.state == "open").order_by(Job.id)))
    wish = planning.PlanRequest(tuple(jobs), seconds)
    run_id = planning.request_plan(actor, wish).id
    say(f"planning {len(jobs)} real orders over the plant's machines, {seconds} s")
    with child("flask", "worker", "run", "--idle-exit"):
        watch(run_id, seconds + 120)
    return run_id


def watch(run_id: int, patience: float) -> None:
    """The live progress line of a plan run, until it is over; a line a second in a file."""
    live = sys.stdout.isatty()
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        end_read()
        run = db.session.get_one(PlanRun, run_id)
        over = run.state not in ("queued", "running")
        sys.stdout.write(f"\r  {progress_line(run):<100}" if live else f"  {progress_line(run)}\n")
        sys.stdout.flush()
        if over:
            break
        time.sleep(0.25 if live else 1)
    sys.stdout.write("\n")


def progress_line(run: PlanRun) -> str:
    """What a run has reached so far."""
    progress = run.progress or {}
    return (f"{run.state:<8}{progress.get('seconds') or 0:5.1f} s"
            f"  value {amount(progress.get('value'))}  bound {amount(progress.get('bound'))}")


def tell_plan(run_id: int) -> None:
    """What came of the plan, as a table."""
    run = db.session.get_one(PlanRun, run_id)
    parts = db.session.scalars(select(PlanPart).where(PlanPart.plan_run_id == run_id)).all()
    left = db.session.scalars(select(PlanLeftOut).where(PlanLeftOut.plan_run_id == run_id)).all()
    price = sum(part.price.minor for part in parts) / 100
    rows = [("state", run.state), ("status", run.status or "-"),
            ("orders placed", len({part.job_id for part in parts})),
            ("operations placed", len(parts)),
            ("stations used", len({part.resource_id for part in parts})),
            ("price of the machine time", f"¥{price:,.2f}"),
            ("value (budgets − price − lateness)", amount(run.objective)),
            ("no plan is worth more than", amount(run.bound)),
            ("gap", "-" if run.gap is None else f"{run.gap:.1%}"),
            ("seconds", "-" if run.seconds is None else f"{run.seconds:.1f}")]
    rows += [(f"left out: {reason}", sum(row.reason == reason for row in left))
             for reason in sorted({row.reason for row in left})]
    print("\nThe plan over the real order book")  # noqa: T201
    for name, value in rows:
        print(f"  {name:<36}{value!s:>18}")  # noqa: T201


def amount(fen: int | None) -> str:
    """An amount, or a dash where none is known."""
    return "-" if fen is None else f"{'−' if fen < 0 else ''}¥{abs(fen) / 100:,.2f}"


def tell_backtest(kept: Path, seconds: int) -> None:
    """Reality, replay and plan beside each other; made once and kept."""
    print("\nThe same orders in January and February 2012: backtest")  # noqa: T201
    if not kept.exists():
        from seed_data.factory_log import backtest, problem
        outcome = backtest.backtest(problem.committed_book(), seconds, backtest.progress_line)
        print()  # noqa: T201 - ends the progress line
        kept.write_text(backtest.report(outcome), encoding="utf-8")
    print(kept.read_text(encoding="utf-8"))  # noqa: T201


def tell_logins(port: int) -> None:
    """A login of each kind of user."""
    print(f"\nLog in at http://127.0.0.1:{port}/login, password {people.PASSWORD}")  # noqa: T201
    for login in people.logins(SHOWN):
        print(f"  {login.role:<9} {login.email:<34} {login.company}")  # noqa: T201
    sys.stdout.flush()


@contextlib.contextmanager
def child(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A child process that ends with us."""
    process = subprocess.Popen([str(Path(sys.executable).parent / command[0]), *command[1:]])
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def serve(port: int) -> int:
    """Web, timers and worker as children; the first that ends, or Ctrl-C, ends them all."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"\nGongfang runs at http://127.0.0.1:{port}/ (Ctrl-C ends it)", flush=True)  # noqa: T201
    with (child("gunicorn", "-c", "python:marketplace.serving", "-b", f"127.0.0.1:{port}",
                "wsgi:app") as web,
          child("flask", "tasks", "run") as timers, child("flask", "worker", "run") as worker):
        return wait_for_one([web, timers, worker])


def wait_for_one(processes: Sequence[subprocess.Popen[bytes]]) -> int:
    """Sleep until one of them ends; its exit code."""
    with contextlib.suppress(KeyboardInterrupt):
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    return next((process.returncode for process in processes if process.returncode), 0)


if __name__ == "__main__":
    sys.exit(main())
