"""Files are read as what they say, or refused with line or path; answers follow the contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling import io, readers
from scheduling.check import violations
from scheduling.problem import Assignment, ProblemError
from scheduling.result import Result
from scheduling.schedule import Schedule
from scheduling.solve import solve
from tests.scheduling.instances import FJS, plant, random_problem

OAS = """0,2,0,0
0,4,5,0
0,7,9,0
0,12,20,0
0,10,12,0
0,1.5,2.25,0
0,1,2,0
0,0,3,0
0,1,0,0
0,0,0,0
"""
PARALLEL = """2 2 1
2
0 5 1 7
0 6 1 4
SSD
M0
0 3
2 0
M1
0 1
1 0
"""
MARKET = {
    "slot_minutes": 15,
    "horizon_slots": 40,
    "machine_windows": [[[0, 9]], [[4, 20]]],
    "machine_factory": [0, 1],
    "transport_slots": [[1, 3], [3, 1]],
    "transport_cost": [[0, 50], [50, 0]],
    "jobs": [
        {
            "release": 1,
            "deadline": 20,
            "value": 900,
            "ops": [[[0, 3, 100]], [[0, 4, 300], [1, 4, 200]]],
        }
    ],
}


def test_a_job_shop_is_read() -> None:
    """Machines count from one in the file and from zero in the problem; all jobs are mandatory."""
    problem = readers.fjsp(FJS)
    assert [len(job.operations) for job in problem.jobs] == [2, 2, 3]
    assert problem.jobs[1].operations[1].on(2).duration == 4  # type: ignore[union-attr]
    assert all(job.mandatory for job in problem.jobs)


def test_order_acceptance_is_solved_to_its_optimum() -> None:
    """Order 2 ends at 2 + 5 and earns 12; order 1 at 7 + 1 + 4, 5 late, and earns 10 - 7.5."""
    problem, scale = readers.oas(OAS)
    result = solve(problem, time_limit=10)
    instance = io.Instance(problem, "welfare", scale)
    assert scale == 100
    assert (result.status, instance.unit(result.objective)) == ("optimal", 14.5)


def test_unrelated_parallel_machines_are_solved_to_their_optimum() -> None:
    """The quicker machine for each job: 5 and 4, no changeover."""
    result = solve(readers.parallel(PARALLEL), objective="makespan", time_limit=10)
    assert (result.status, result.objective) == ("optimal", 5)


def test_the_market_is_solved_to_its_optimum() -> None:
    """Staying on machine 0 costs 400, going to machine 1 costs 350: 550 are left over."""
    result = solve(readers.market(MARKET), time_limit=10)
    assert (result.status, result.objective) == ("optimal", 550)
    assert [item.start for item in result.schedule.assignments] == [1, 7]


@given(st.integers(0, 10**6))
def test_a_problem_survives_the_way_through_json(seed: int) -> None:
    """to_json and from_json are inverse, through text."""
    problem = random_problem(seed, features=True)
    assert io.from_json(json.loads(json.dumps(io.to_json(problem)))) == problem


def test_fields_with_defaults_may_be_left_out() -> None:
    """The shortest problem file; operations without predecessors form a chain."""
    step = {"alternatives": [{"resource": 0, "duration": 2}]}
    data = {"resources": [{"lanes": [{"windows": [[0, 9]]}]}], "jobs": [{"operations": [step] * 2}]}
    problem = io.from_json(data)
    assert [one.predecessors for one in problem.jobs[0].operations] == [(), (0,)]


STEP = {"alternatives": [{"resource": 0, "duration": 2}]}
MILL = {"lanes": [{"windows": [[0, 9]]}]}
PLACED = {"job": 0, "operation": 0, "resource": 0, "lane": 0, "start": 0, "end": 2}
BAD_JSON = [
    ([], "file"),
    ({"jobs": []}, "resources"),
    ({"resources": [MILL], "jobs": [{"operations": [STEP], "color": 1}]}, "jobs[0].color"),
    ({"resources": [MILL], "jobs": {}}, "jobs"),
    (
        {"resources": [{"lanes": [{"windows": [[0]]}]}], "jobs": []},
        "resources[0].lanes[0].windows[0]",
    ),
    ({"resources": [{"lanes": [{}]}], "jobs": []}, "resources[0].lanes[0].windows"),
    (
        {"resources": [MILL], "jobs": [{"operations": [{"alternatives": [{"resource": 0}]}]}]},
        "jobs[0].operations[0].alternatives[0].duration",
    ),
    ({"resources": [MILL], "jobs": [{"operations": [STEP], "release": "noon"}]}, "jobs[0].release"),
    (
        {"resources": [MILL], "jobs": [{"operations": [{**STEP, "predecessors": 0}]}]},
        "jobs[0].operations[0].predecessors",
    ),
    ({"resources": [{**MILL, "capacity": [3]}], "jobs": []}, "resources[0].capacity"),
    (
        {"resources": [MILL], "jobs": [{"operations": [STEP, {**STEP, "lags": [[1]]}]}]},
        "jobs[0].operations[1].lags[0]",
    ),
    (
        {
            "resources": [MILL],
            "jobs": [{"operations": [{"alternatives": [{**STEP["alternatives"][0], "also": 1}]}]}],
        },
        "jobs[0].operations[0].alternatives[0].also",
    ),
    (
        {"resources": [MILL], "jobs": [{"operations": [STEP]}], "earlier": [{**PLACED, "also": 3}]},
        "earlier[0].also",
    ),
    (
        {
            "resources": [MILL],
            "jobs": [{"operations": [STEP]}],
            "earlier": [{**PLACED, "also": [[0]]}],
        },
        "earlier[0].also[0]",
    ),
]


@pytest.mark.parametrize(("data", "path"), BAD_JSON)
def test_a_bad_problem_file_is_refused_with_the_path(data: object, path: str) -> None:
    """The path leads to the field that is wrong."""
    with pytest.raises(ProblemError) as caught:
        io.from_json(data)
    assert caught.value.path == path


BAD_TEXT = [
    ("fjsp", "", "line 1"),
    ("fjsp", "2 2\n1 1 1 3\n", "line 3"),
    ("fjsp", "1 2\n1 1 3 5\n", "line 2"),
    ("fjsp", "1 2\n1 1 1\n", "line 2"),
    ("fjsp", "1 2\n1 1 1 x\n", "line 2"),
    ("fjsp", "1 2\n1 1 1 5 7\n", "line 2"),
    ("oas", "1,2\n", "line 2"),
    ("oas", OAS.replace("0,4,5,0", "0,4,5"), "line 2"),
    ("oas", OAS.replace("0,7,9,0", "0,seven,9,0"), "line 3"),
    ("oas", OAS.replace("0,1.5,2.25,0", "0,a,2,0"), "line 6"),
    ("unrelated_parallel", "2\n", "line 1"),
    ("unrelated_parallel", PARALLEL.replace("0 6 1 4", "0 6 5 4"), "line 4"),
    ("unrelated_parallel", PARALLEL.replace("0 3", "0 3 1"), "line 7"),
    ("unrelated_parallel", PARALLEL.replace("M1", "X1"), "line 9"),
    ("market", "{", "line 1"),
    ("market", json.dumps({**MARKET, "jobs": [{"release": 0}]}), "jobs[0].deadline"),
    ("market", json.dumps({**MARKET, "machine_factory": [0]}), "machine_factory"),
    ("market", json.dumps({**MARKET, "transport_slots": [[1]]}), "transport_cost"),
]


@pytest.mark.parametrize(("form", "text", "path"), BAD_TEXT)
def test_a_bad_file_is_refused_where_it_is_wrong(
    form: str, text: str, path: str, tmp_path: Path
) -> None:
    """Every reader names the line or the field."""
    file = tmp_path / "bad"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        io.read(file, form)
    assert caught.value.path == path


def test_an_answer_follows_the_contract() -> None:
    """All fields of the file contract, lanes for problems of ours, and a schedule that reads."""
    problem = plant()
    result = solve(problem, time_limit=10)
    answer = io.answer_json(io.Instance(problem, "welfare"), result)
    assert set(answer) == {
        "status",
        "objective",
        "bound",
        "bound_source",
        "gap",
        "seconds",
        "assignments",
        "unplaced",
        "certificate",
    }
    assert set(answer["assignments"][0]) == {
        "job",
        "operation",
        "machine",
        "lane",
        "start",
        "end",
    }
    again = io.schedule_from_json(json.loads(json.dumps(answer)))
    assert again == result.schedule
    assert not violations(problem, again)


def test_lots_and_further_resources_are_in_the_answer() -> None:
    """Where there are any: the lot, and resource and lane of what else an operation holds."""
    problem = plant()
    held = Assignment(0, 0, 0, 0, 1, 3, ((1, 1),), 1)
    result = Result("feasible", 0, None, None, 0.0, Schedule((held, Assignment(1, 0, 0, 0, 4, 6))))
    rows = io.answer_json(io.Instance(problem, "welfare"), result)["assignments"]
    assert (rows[0]["lot"], rows[0]["also"]) == (1, [[1, 1]])
    assert not {"lot", "also"} & set(rows[1])
    assert io.schedule_from_json(json.loads(json.dumps({"assignments": rows}))) == result.schedule


ROW = {"job": 0, "operation": 0, "machine": 0, "start": 0, "end": 1}


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"assignments": [{**ROW, "lot": "b"}]}, "assignments[0].lot"),
        ({"assignments": [{**ROW, "also": 1}]}, "assignments[0].also"),
        ({"assignments": [{**ROW, "also": [[0, "a"]]}]}, "assignments[0].also[0][1]"),
        ({}, "assignments"),
        ({"assignments": [3]}, "assignments[0]"),
        ({"assignments": [{"job": 0}]}, "assignments[0].operation"),
    ],
)
def test_a_bad_answer_is_refused_with_the_path(data: object, path: str) -> None:
    """A schedule file is held to the same standard as a problem file."""
    with pytest.raises(ProblemError) as caught:
        io.schedule_from_json(data)
    assert caught.value.path == path
