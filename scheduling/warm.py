"""Compiles everything before the first problem comes, by solving a small one of every kind."""

from __future__ import annotations

from scheduling import readers
from scheduling.builder import ProblemBuilder
from scheduling.problem import Problem
from scheduling.solve import solve

SHOP = "2 2\n1 2 1 3 2 4\n2 1 1 2 2 1 3 2 2\n"
ORDERS = "0,0,1,0\n0,2,3,0\n0,4,6,0\n0,9,9,0\n0,8,7,0\n0,1,1,0\n" + "0,1,1,0\n" * 4


def _plant() -> Problem:
    builder = ProblemBuilder()
    for name in ("mill", "saw"):
        builder.resource(name, [(0, 8), (9, 20)])
    for number in range(3):
        job = builder.job(f"job-{number}", value=50, deadline=20)
        job.operation({"mill": (3, 5), "saw": (4, 1)})
        job.operation({"mill": (2, 5)}, may_pause=True)
    return builder.build()


def compile_all() -> None:
    """Call every compiled function once; about a minute the first time, a second later on."""
    for problem, objective in (
        (_plant(), "welfare"),
        (readers.fjsp(SHOP), "makespan"),
        (readers.oas(ORDERS)[0], "welfare"),
    ):
        solve(problem, objective=objective, time_limit=0.2, deterministic=True)


if __name__ == "__main__":
    compile_all()
