"""Markets drawn for the benchmarks: valid, connected, and distributed as they say."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from benchmarks.scheduling.distributions import compare, distributions, four
from benchmarks.scheduling.market import HORIZON, WEEK, connected, main, market
from scheduling import io


@pytest.fixture(scope="module")
def drawn():
    """A market of medium size."""
    return market(1000, 100, 0.8, 7)


def test_the_same_numbers_give_the_same_market(drawn):
    """Another seed, size or load gives another."""
    assert market(1000, 100, 0.8, 7) == drawn
    assert market(1000, 100, 0.8, 8)["jobs"] != drawn["jobs"]
    assert market(1000, 100, 0.5, 7)["machine_windows"] != drawn["machine_windows"]


def test_a_market_file_is_read_by_the_scheduler(tmp_path):
    """The command writes a file; every job, machine and window of it arrives."""
    file = tmp_path / "market.json"
    assert main(["--jobs", "60", "--machines", "12", "--load", "1", "--output", str(file)]) == 0
    problem = io.read(file, "market").problem
    data = json.loads(file.read_text("utf-8"))

    assert (len(problem.jobs), len(problem.resources)) == (60, 12)
    assert [list(map(list, r.lanes[0].windows)) for r in problem.resources] \
        == data["machine_windows"]


def test_windows_repeat_every_week_and_never_touch(drawn):
    """Two equal weeks inside the horizon; windows that would touch are one."""
    for windows in drawn["machine_windows"]:
        half = len(windows) // 2
        assert [[a + WEEK, b + WEEK] for a, b in windows[:half]] == windows[half:]
        assert all(a[1] < b[0] for a, b in pairwise(windows[:half]))
        assert 0 <= windows[0][0] < windows[-1][1] <= HORIZON


@pytest.mark.parametrize(("what", "mean", "near"), [
    ("operation, slots", 9.7, 0.7),
    ("eligible machines", 5.5, 0.15),
    ("operations a job", 1.8, 0.1),
    ("release, days", 6.0, 0.4),
    ("slack, days", 3.08, 0.15),
    ("value over mean cost", 1.68, 0.05),
    ("window, hours", 9.9, 0.7),
    ("price, yuan/h", 55, 6),
    ("machines a factory", 10, 0.01),
    ("work over idle time", 0.8, 0.1),
])
def test_distributions_are_those_of_the_public_markets(drawn, what, mean, near):
    """Means of what the public markets show, each within what chance allows."""
    assert four(distributions(drawn)[what])[0] == pytest.approx(mean, abs=near)


def test_all_jobs_and_machines_are_one_component(drawn):
    """Two halves without a common job are not, nor is a machine that nobody uses."""
    def job(*machines):
        return {"ops": [[[machine, 1, 1] for machine in machines]]}

    assert connected(drawn["jobs"], 100)
    assert connected([job(0, 1), job(1, 2)], 3)
    assert not connected([job(0, 1), job(2, 3)], 4)
    assert not connected([job(0, 1)], 3)


@pytest.mark.parametrize(("arguments", "says"), [
    (["--jobs", "1", "--machines", "100", "--load", "1"], "1 jobs do not connect 100 machines"),
    (["--jobs", "5", "--machines", "2", "--load", "0"], "must be positive"),
])
def test_a_market_that_cannot_be_is_refused(arguments, says):
    """In one line, without a file."""
    with pytest.raises(SystemExit, match=says):
        main(arguments)


def test_four_numbers_of_each_market_stand_side_by_side(drawn):
    """Mean, p10, p50 and p90; a distribution without samples is all zeros."""
    assert four([3, 1, 2]) == (2, 1, 2, 3)
    assert four([]) == (0, 0, 0, 0)
    text = compare({"one": drawn, "two": drawn})
    eligible = next(line for line in text.splitlines() if line.startswith("eligible"))

    numbers = eligible.split()[2:]
    assert len(numbers) == 8
    assert numbers[:4] == numbers[4:]
