"""``python -m scheduling`` end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scheduling import io
from scheduling.__main__ import main
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


def test_asking_for_help_and_bounds_does_not_load_the_solver() -> None:
    """CP-SAT takes a second to load; only a solve that needs it does so."""
    code = "import sys, scheduling.__main__; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
