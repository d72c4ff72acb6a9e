"""``python -m scheduling`` end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scheduling import bench, io
from scheduling.__main__ import main
from scheduling.result import Result, TracePoint
from scheduling.schedule import Schedule
from tests.scheduling.instances import FJS, plant


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A job shop file."""
    file = tmp_path / "shop.fjs"
    file.write_text(FJS, encoding="utf-8")
    return file


def test_solve_check_bound_and_explain_work_together(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What solve writes, check accepts and explain reads; bound is no greater."""
    out = tmp_path / "out.json"
    common = [str(shop), "--format", "fjsp"]
    assert main(["solve", *common, "--time-limit", "10", "--seed", "1", "--output", str(out)]) == 0
    answer = json.loads(out.read_text(encoding="utf-8"))
    assert (answer["status"], answer["objective"], answer["gap"]) == ("optimal", 9, 0.0)
    assert set(answer["assignments"][0]) == {"job", "operation", "machine", "start", "end"}
    assert main(["check", *common, "--schedule", str(out)]) == 0
    assert main(["bound", *common]) == 0
    assert main(["explain", *common, "--schedule", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "valid, makespan 9"
    assert json.loads(lines[1])["bound"] <= 9


def test_check_names_what_is_wrong(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan without its jobs is refused with exit code 1."""
    empty = tmp_path / "empty.json"
    empty.write_text('{"assignments": []}', encoding="utf-8")
    assert main(["check", str(shop), "--format", "fjsp", "--schedule", str(empty)]) == 1
    assert "mandatory_missing: job 0" in capsys.readouterr().out


def test_a_bad_file_gets_one_line_and_exit_code_2(tmp_path: Path) -> None:
    """As a process: nothing on stdout, one line on stderr that says where and what."""
    file = tmp_path / "bad.json"
    file.write_text('{"resources": [], "jobs": [{"operations": []}]}', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "scheduling", "solve", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{file}: jobs[0].operations: a job needs at least one operation\n"


def test_a_missing_file_gets_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the file."""
    assert main(["bound", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().err.startswith(str(tmp_path / "none.json"))


def test_a_bad_schedule_file_is_named(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the schedule that is wrong, not the problem."""
    bad = tmp_path / "plan.json"
    bad.write_text("{}", encoding="utf-8")
    assert main(["check", str(shop), "--format", "fjsp", "--schedule", str(bad)]) == 2
    assert capsys.readouterr().err == f"{bad}: assignments: must be a list\n"


def test_progress_draws_a_line_and_the_answer_goes_to_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seconds, value, bound and gap on stderr; without --output the JSON is printed."""
    file = tmp_path / "plant.json"
    file.write_text(json.dumps(io.to_json(plant())), encoding="utf-8")
    assert main(["solve", str(file), "--progress", "--time-limit", "10"]) == 0
    captured = capsys.readouterr()
    last = captured.err.split("\r")[-1]
    answer = json.loads(captured.out)
    assert f"value {answer['objective']}  bound {answer['bound']}  gap 0.00 %" in last


def test_bound_says_what_a_certificate_proves_and_what_it_covers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No prices prove that no plan is worth more than all jobs alone; a bad one is refused."""
    file, answer = tmp_path / "plant.json", tmp_path / "answer.json"
    step = {"alternatives": [{"resource": 0, "duration": 2}]}
    job = {"operations": [step], "value": 7}
    plain = {"resources": [{"lanes": [{"windows": [[0, 2]]}]}], "jobs": [job, job]}
    file.write_text(json.dumps(plain), encoding="utf-8")
    for prices, proven in (({}, 14), ({"0": [[0, 2, 3500]]}, 7)):
        certificate = {"kind": "slot_prices", "prices": prices}
        answer.write_text(json.dumps({"certificate": certificate}), encoding="utf-8")
        assert main(["bound", str(file), "--certificate", str(answer)]) == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["objective"], said["bound"], said["source"]) == ("welfare", proven, "prices")
        assert said["covers"] == ["competition", "windows"]
        assert (said["forgets"], said["reason"]) == ([], None)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"certificate": null}', "certificate: there is none in this answer"),
        ("[]", "certificate: there is none in this answer"),
        ('{"certificate": {"kind": "x"}}', "certificate.kind: must be slot_prices"),
        ("{", "line 1: is not JSON (Expecting property name enclosed in double quotes)"),
    ],
)
def test_a_bad_certificate_file_is_named(
    content: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the answer that is wrong, not the problem."""
    file, answer = tmp_path / "plant.json", tmp_path / "answer.json"
    file.write_text(json.dumps(io.to_json(plant())), encoding="utf-8")
    answer.write_text(content, encoding="utf-8")
    assert main(["bound", str(file), "--certificate", str(answer)]) == 2
    assert capsys.readouterr() == ("", f"{answer}: {says}\n")


def test_a_plan_is_judged_by_several_objectives_in_their_order(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each value is named; a bound is of the first."""
    out = tmp_path / "out.json"
    assert main(["solve", str(shop), "--format", "fjsp", "--output", str(out)]) == 0
    common = [str(shop), "--format", "fjsp", "--objective", "makespan,booked"]
    assert main(["check", *common, "--schedule", str(out)]) == 0
    assert capsys.readouterr().out.startswith("valid, makespan 9, booked ")
    assert main(["bound", *common]) == 0
    assert json.loads(capsys.readouterr().out)["objective"] == "makespan"


@pytest.mark.parametrize("names", ["", "profit", "welfare,", "welfare,makespan,welfare"])
def test_objectives_that_are_none_are_refused(
    names: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a list of those there are."""
    with pytest.raises(SystemExit) as ended:
        main(["bound", str(shop), "--objective", names])
    assert ended.value.code == 2
    assert "one or several different ones of balance, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "number"),
    [
        ("--time-limit", "nan"),
        ("--time-limit", "inf"),
        ("--time-limit", "-1"),
        ("--time-limit", "soon"),
        ("--workers", "0"),
        ("--workers", "two"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(
    option: str, number: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that would never end is none that was asked for."""
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(shop), "--format", "fjsp", option, number])
    assert ended.value.code == 2
    assert f"argument {option}: {number!r} is no" in capsys.readouterr().err


def test_only_money_is_scaled_back_to_the_unit_of_the_file() -> None:
    """A file's money may have been made whole; ticks never were."""
    instance = io.Instance(plant(), "welfare", 10)
    assert instance.unit(85) == instance.unit(85, "welfare of class 1") == 8.5
    assert instance.unit(85, "makespan") == 85
    assert replace(instance, objective="makespan,welfare").unit(85) == 85
    assert instance.unit(None) is None


def test_bench_prints_a_line_for_each_file_and_plots_them(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Value, bound, gap and seconds in a table; one picture with a panel for each."""
    twin, picture = tmp_path / "twin.fjs", tmp_path / "out.svg"
    twin.write_text(FJS, encoding="utf-8")
    common = ["--format", "fjsp", "--time-limit", "10", "--best", "2", "--plot", str(picture)]
    assert main(["bench", str(shop), str(twin), *common]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == list(bench.HEAD)
    assert [line.split()[:7] for line in lines] == [
        [name, "3", "optimal", "9", "9", "0.00", "%"] for name in ("shop", "twin")
    ]
    assert picture.read_text(encoding="utf-8").count("value (line) 9,") == 2


def test_bench_keeps_the_best_of_its_runs() -> None:
    """The best value, then the best bound; a run without a value is the last choice."""
    outcomes = [(None, 5), (40, 50), (42, 60), (42, 55)]

    def solver(_: io.Instance, number: int) -> Result:
        value, bound = outcomes[number]
        return Result("feasible", value, bound, None, 1.0, Schedule())

    instance = io.Instance(plant(), "welfare")
    [row] = bench.rows([("plant", instance)], solver, 4)
    assert (row.result.objective, row.result.bound) == (42, 55)
    [row] = bench.rows([("plant", replace(instance, objective="makespan"))], solver, 4)
    assert (row.result.objective, row.result.bound) == (40, 50)


def test_a_trace_tells_the_first_answer_and_the_value_after_a_while() -> None:
    """Points before the first plan have no value."""
    trace = [TracePoint(0.1, None, 9), TracePoint(0.4, 3, 9), TracePoint(6.0, 5, 9)]
    assert bench.first_answer(trace) == 0.4
    assert [bench.value_after(trace, seconds) for seconds in (0.2, 5, 60)] == [None, 3, 5]


def test_solve_plots_what_it_found(shop: Path, tmp_path: Path) -> None:
    """The picture lies beside the answer."""
    out, picture = tmp_path / "out.json", tmp_path / "out.svg"
    common = ["--format", "fjsp", "--output", str(out), "--plot", str(picture)]
    assert main(["solve", str(shop), *common]) == 0
    assert "value (line) 9, bound (dashed) 9, gap 0.00 %" in picture.read_text(encoding="utf-8")
    assert json.loads(out.read_text(encoding="utf-8"))["objective"] == 9


@pytest.mark.parametrize("command", ["solve", "check", "bound", "explain", "bench"])
@pytest.mark.parametrize(
    ("form", "content", "says"),
    [
        ("problem", b"\xff\xfe", "is not UTF-8 text (invalid start byte)"),
        ("problem", b'{"resources": [}', "line 1: is not JSON (Expecting value)"),
        ("problem", b"[" * 100_000, "file: is nested too deeply"),
        ("market", b'{"machine_windows": 3}', "machine_windows: must be a list"),
        ("fjsp", b"2 999999999\n", "line 1: has more than 100000 machines"),
        ("oas", b"0\n0\n0\n0\nnan\n", "line 5: 'nan' is not a number that can be used"),
        ("unrelated_parallel", b"", "line 1: must name the numbers of jobs and machines"),
    ],
)
def test_every_command_refuses_a_bad_file_in_one_line(
    command: str,
    form: str,
    content: bytes,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where and what, exit code 2."""
    file = tmp_path / "bad"
    file.write_bytes(content)
    more = ["--schedule", str(file)] if command in ("check", "explain") else []
    assert main([command, str(file), "--format", form, *more]) == 2
    assert capsys.readouterr() == ("", f"{file}: {says}\n")


def test_bench_reads_every_file_before_it_solves_one(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad file at the end of the list costs no time."""
    bad = tmp_path / "bad.fjs"
    bad.write_text("1 1\n1 1 2 3\n", encoding="utf-8")
    assert main(["bench", str(shop), str(bad), "--format", "fjsp"]) == 2
    assert capsys.readouterr() == ("", f"{bad}: line 2: there is no machine 2\n")


@pytest.mark.parametrize("option", ["--output", "--plot"])
def test_a_place_that_cannot_be_written_to_is_refused_before_solving(
    option: str, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer of a long run is not lost to a folder that is not there."""
    nowhere = tmp_path / "none" / "out"
    assert main(["solve", str(shop), "--format", "fjsp", option, str(nowhere)]) == 2
    assert capsys.readouterr() == ("", f"{nowhere.parent}: there is no such folder\n")


def test_asking_for_help_and_bounds_does_not_load_the_solver() -> None:
    """CP-SAT takes a second to load; only a solve that needs it does so."""
    code = "import sys, scheduling.__main__; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
