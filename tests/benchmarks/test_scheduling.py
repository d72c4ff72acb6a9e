"""The judgements of `make bench-scheduling`: what it counts, what it says, where it resumes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.scheduling import __main__ as program
from benchmarks.scheduling import long_runs, measure, placing, tables
from benchmarks.scheduling.instances import GROUPS, NAMED_OAS, SAMPLE, Case, cases
from benchmarks.scheduling.journal import Journal
from benchmarks.scheduling.market import market
from benchmarks.scheduling.report import Line, Target, gaps, reached, table, to_best
from benchmarks.scheduling.runs import Run, minutes, plan
from scheduling import bounds, io
from tests.scheduling.instances import FJS

OAS = "\n".join([
    "0,0,2,0", "0,3,4,0", "0,5,9,0", "0,9,14,0", "0,7,8.5,0", "0,1,1,0",
    "0,1,2,0", "0,0,3,0", "0,1,0,0", "0,0,0,0",
])


def record(**fields):
    """A run's record."""
    return {"key": "k", "group": "mk", "name": "mk01", "solver": "ours", "limit": 10, "size": 0,
            "status": "feasible", "value": 44, "bound": 40, "best": 40.0, "error": None,
            "gap": 0.1, "seconds": 10.0, "jobs": 10, "first": 0.1, "early": 44, "peak_mb": 512.0,
            "verified": False, "place_ms": None, **fields}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Instances of two families, and what is known of them."""
    for form, name, text in [("fjsp", "mk01.txt", FJS), ("fjsp", "kacem3.txt", FJS),
                             ("fjsp", "other.txt", FJS), ("oas", f"{NAMED_OAS[0]}.txt", OAS)]:
        (tmp_path / form).mkdir(exist_ok=True)
        (tmp_path / form / name).write_text(text, encoding="utf-8")
    (tmp_path / "best_known.csv").write_text(
        "family,instance,n,best_known_lower,best_known_upper,source\n"
        f"fjsp_mk,mk01,3,8,9,somewhere\noas_cesaret2012,{NAMED_OAS[0]},2,14.5,15,\n",
        encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("group", "value", "best", "gap"), [
    ("mk", 44, 40, 0.1), ("mk", 40, 40, 0), ("unrelated_parallel", 38, 40, -0.05),
    ("oas", 36, 40, 0.1), ("oas", 42, 40, -0.05), ("market", 30, 40, 0.25),
    ("mk", None, 40, None), ("mk", 44, None, None), ("oas", 0, 0, None),
])
def test_a_gap_to_best_is_positive_when_worse(group, value, best, gap):
    """(value - best) / best when minimising, (best - value) / best when maximising."""
    found = to_best(record(group=group, value=value, best=best))

    assert found == (None if gap is None else pytest.approx(gap))


def test_a_run_without_a_value_counts_as_lost():
    """Else a crash would make a mean better; one without a best value known says nothing."""
    runs = [record(), record(value=None, error="crashed"), record(best=None)]

    assert gaps(runs) == [pytest.approx(0.1), 1.0]
    assert reached([-0.1, 0, 0.01, 1.0]) == 0.5


def test_our_long_runs_raise_what_orders_are_held_to():
    """A named instance is judged by the better of the value published and ours."""
    run = record(group="oas", name=NAMED_OAS[0], size=100, limit=5, value=97, best=98.0)
    plain, judged = tables.lines([run], {}), tables.lines([run], {NAMED_OAS[0]: 100.0})

    assert plain[0].ours == pytest.approx(100 / 98)
    assert judged[0].ours == pytest.approx(3)
    assert tables.lines([run], {NAMED_OAS[0]: 90.0})[0].ours == pytest.approx(100 / 98)


@pytest.mark.parametrize(("target", "number", "verdict"), [
    (Target(2.5, 1.2), 1.2, "aim"), (Target(2.5, 1.2), 2.5, "yes"), (Target(2.5, 1.2), 2.6, "NO"),
    (Target(4, 5, at_most=False), 5, "aim"), (Target(4, 5, at_most=False), 4, "yes"),
    (Target(4, 5, at_most=False), 3, "NO"),
])
def test_a_number_is_held_to_what_is_required_and_aimed_at(target, number, verdict):
    """At most or at least, the limit itself included."""
    assert Line("what", number, "%", target=target).verdict == verdict


def test_the_table_has_required_aim_and_both_solvers_in_a_line():
    """A number that is missing is a dash and meets nothing."""
    text = table([Line("gap", 1.0, "%", 6.1, Target(1.5, 0.7)),
                  Line("absent", None, "s", None, Target(1, 0.3))])

    assert text.splitlines()[1].split() == [
        "gap", "1", "6.10", "%", "<=", "1.5", "<=", "0.7", "yes"]
    assert text.splitlines()[2].split() == ["absent", "-", "-", "s", "<=", "1", "<=", "0.3"]


def test_flexible_job_shops_are_compared_in_the_same_run():
    """Mean, worst, share at best and proofs of both, each with its own targets."""
    runs = [record(value=40, status="optimal"), record(name="mk03"),
            record(solver="pyjobshop", value=50), record(solver="pyjobshop", name="mk03")]
    mean, worst, best, proofs = tables.lines(runs, {})

    assert (mean.ours, mean.other, mean.verdict) == (pytest.approx(5), pytest.approx(17.5), "NO")
    assert (worst.ours, worst.other, worst.verdict) == (
        pytest.approx(10), pytest.approx(25), "NO")
    assert (best.ours, best.other) == (50, 0)
    assert (proofs.ours, proofs.other) == (1, 0)


def test_a_market_is_held_to_the_targets_of_its_size_and_load():
    """Gap, first answer, value at 5 s, memory, time a job and, once it is there, place()."""
    run = record(group="market", name="mkt_N5000_M500_s1_l1.2", jobs=5000, limit=60, value=100,
                 bound=108, gap=0.07, early=98, first=0.5, peak_mb=1024, seconds=60, best=None)
    found = {line.what.split(": ")[1]: line for line in tables.lines([run], {})}

    assert [(line.ours, line.verdict) for line in found.values()] == [
        (pytest.approx(7), "yes"), (0.5, "yes"), (98, "yes"), (1, "yes"), (12, ""), (None, "")]
    assert "as claimed" in found["proven gap, 60 s"].note
    assert found["a new job placed, p95"].note == "not there yet"
    placed = tables.lines([{**run, "place_ms": [3.0, 21.0]}], {})[-2:]
    assert [(line.ours, line.verdict) for line in placed] == [(3, ""), (21, "NO")]


def test_a_new_job_is_placed_many_times_and_the_slow_ones_count():
    """Each job is asked for once; p95 is exceeded by one in twenty."""
    asked = []
    taken = placing.timed(asked.append, list("abc"))

    assert asked == list("abc")
    assert len(taken) == 3
    assert min(taken) >= 0
    assert placing.percentile(range(1, 201), 50) == 100
    assert placing.percentile(range(1, 201), 95) == 190
    assert placing.percentile([7], 95) == 7


def test_a_failed_run_is_named_in_both_tables():
    """With the child's last word."""
    run = record(group="market", error="ended with -9: no word", value=None)

    assert "FAILED" in tables.instances([run])
    assert "ended with -9" in table(tables.lines([run], {}))


def test_a_journal_drops_a_half_line_and_does_its_run_again(tmp_path):
    """Killed in the middle of a line: what was whole is kept, and the file goes on after it."""
    path = tmp_path / "out" / "runs.jsonl"
    journal = Journal(path, "code")
    journal.add({"key": "a", "value": 1})
    journal.add({"key": "b", "value": 2})
    path.write_bytes(path.read_bytes()[:-9])

    again = Journal(path, "code")
    assert set(again.records) == {"a"}
    again.add({"key": "b", "value": 3})
    assert [json.loads(line)["value"] for line in path.read_text().splitlines()] == [1, 3]
    assert Journal(path, "code").records["b"]["value"] == 3


def test_a_journal_of_other_code_does_not_count(tmp_path):
    """What another version reached is not shown as this one's, nor is it lost."""
    path = tmp_path / "runs.jsonl"
    Journal(path, "old").add({"key": "a"})

    assert Journal(path, "new").records == {}
    assert set(Journal(path, "old").records) == {"a"}


def test_a_full_run_does_only_what_is_not_in_the_journal(tmp_path, monkeypatch, capsys):
    """It starts where it was, and shows all runs."""
    done = []

    def fake(run):
        done.append(run.key)
        return record(key=run.key)

    monkeypatch.setattr(program, "OUT", tmp_path)
    monkeypatch.setattr(program, "measure", fake)
    runs = [Run(Case("mk", name, tmp_path, None), "ours", 10) for name in ("mk01", "mk03")]
    program.worked_through(runs[:1])
    records = program.worked_through(runs)

    assert done == [run.key for run in runs] == [each["key"] for each in records]
    assert "1 done before" in capsys.readouterr().out


def test_what_does_not_fit_into_the_time_is_named(tmp_path, monkeypatch, capsys):
    """A slow machine leaves out runs instead of going on past the limit."""
    monkeypatch.setattr(program, "MINUTES", 0)
    run = Run(Case("mk", "mk01", tmp_path, None), "ours", 10)

    assert program.within_minutes([run]) == []
    assert f"left out, 0 minutes are over: {run.key}" in capsys.readouterr().out


def test_families_that_are_absent_are_named(folder):
    """The sample is taken of those that are there; FULL takes everything."""
    runs, absent = plan(folder, GROUPS, full=False)

    assert absent == ["unrelated_parallel", "market"]
    assert [run.key for run in runs[:4]] == [
        f"mk/mk01/{solver}/{limit}" for limit in (10, 30) for solver in ("ours", "pyjobshop")]
    assert {run.case.name for run in runs} == {"mk01", "kacem3", NAMED_OAS[0]}
    assert {run.case.group for run in plan(folder, ("oas",), full=False)[0]} == {"oas"}
    everything, _ = plan(folder, GROUPS, full=True)
    assert {run.case.name for run in everything} == {"mk01", "kacem3", "other", NAMED_OAS[0]}


def test_the_best_known_of_a_minimum_is_the_upper_value_of_a_maximum_the_lower(folder):
    """An instance of which nothing is known has no best value."""
    assert [case.best for case in cases(folder, "mk", full=False)] == [9]
    assert [case.best for case in cases(folder, "oas", full=False)] == [14.5]
    assert [case.best for case in cases(folder, "fjsp", full=False)] == [None]


def test_the_sample_fits_into_forty_minutes():
    """With every instance of it there, seven markets of which five take a minute, and eight mk."""
    def some(group, names):
        return [Case(group, name, Path(name), None) for name in names]

    orders = [Run(case, "ours", 5) for case in some("oas", SAMPLE["oas"])]
    shops = [Run(case, s, 10) for case in some("fjsp", SAMPLE["fjsp"]) for s in ("ours", "p")]
    parallel = [Run(case, s, 2) for case in some("unrelated_parallel",
                SAMPLE["unrelated_parallel"]) for s in ("ours", "p")]
    mk = [Run(case, s, t) for case in some("mk", "12345678") for s in ("ours", "p")
          for t in (10, 30)]
    markets = [Run(case, "ours", 60) for case in some("market", "1234567")]

    assert len(set(SAMPLE["oas"])) == 40
    assert len(set(NAMED_OAS)) == 20
    assert minutes(orders + shops + parallel + mk + markets) < program.MINUTES


@pytest.mark.parametrize(("environment", "says"), [
    ({}, "set BENCH_DIR to the folder of instances"),
    ({"BENCH_DIR": "/none/at/all"}, "there is no folder /none/at/all"),
    ({"BENCH_DIR": "/", "ONLY": "mk,mj"}, "ONLY: groups are mk, fjsp, oas"),
])
def test_a_wish_that_cannot_be_is_refused_in_a_line(environment, says):
    """What is wrong with the environment is said in one line."""
    with pytest.raises(ValueError, match=says):
        program.wished(environment)


def test_a_wish_names_groups_and_whether_all_is_wanted(tmp_path):
    """ONLY lists groups, and FULL=0 is no."""
    wish = program.wished({"BENCH_DIR": str(tmp_path), "ONLY": "mk,oas", "FULL": "1"})

    assert (wish.groups, wish.full) == (("mk", "oas"), True)
    assert not program.wished({"BENCH_DIR": str(tmp_path), "FULL": "0"}).full


def shop(folder: Path) -> Run:
    """A short run on the job shop."""
    return Run(cases(folder, "mk", full=False)[0], "ours", 0.5)


def test_a_run_in_a_child_process_is_checked_and_measured(folder):
    """Value, proof, first answer, memory and the other solver's answer in the same terms."""
    ours = measure.measure(shop(folder))
    other = measure.measure(Run(shop(folder).case, "pyjobshop", 5))

    assert (ours["error"], ours["value"], ours["best"]) == (None, 9, 9)
    assert 0 < ours["peak_mb"] < 4096
    assert 0 <= ours["first"] <= ours["seconds"]
    assert (other["error"], other["status"], other["value"], other["bound"]) == (
        None, "optimal", 9, 9)


@pytest.mark.parametrize(("wrong", "says"), [
    ({"assignments": []}, "not a plan: mandatory_missing"),
    ({"value": 8}, "claims 8, is 9"),
    ({"bound": 10}, "a bound of 10 that the value 9 crosses"),
])
def test_an_answer_that_is_not_true_is_an_error(folder, wrong, says):
    """Every plan is checked, its value measured again, and held against its bound."""
    path = shop(folder).case.path
    answer = measure.ask({"path": str(path), "form": "fjsp", "solver": "ours", "limit": 5,
                          "workers": 1}, 60)
    instance = io.read(path, "fjsp")

    assert measure.judged(instance, answer)["value"] == 9
    with pytest.raises(measure.NoAnswer, match=says):
        measure.judged(instance, {**answer, **wrong})


def test_a_bound_from_prices_is_what_its_certificate_proves(tmp_path):
    """No more may be claimed; without a certificate that can be evaluated nothing is."""
    path = tmp_path / "market.json"
    path.write_text(json.dumps(market(12, 8, 1.0, 3)), encoding="utf-8")
    instance = io.read(path, "market")
    certificate = {"kind": "slot_prices", "prices": {}}
    proven = bounds.evaluate(instance.problem, "welfare", certificate).value
    answer = {"value": 0, "assignments": [], "trace": [], "status": "feasible", "seconds": 1.0,
              "peak_mb": 1.0, "backend": "x", "place_ms": None, "bound_source": "prices",
              "certificate": certificate, "bound": proven}

    record = measure.judged(instance, answer)
    assert (record["bound"], record["verified"]) == (proven, True)
    looser = measure.judged(instance, {**answer, "bound": proven + 5})
    assert (looser["bound"], looser["verified"]) == (proven, True)
    claimed = measure.judged(instance, {**answer, "bound": 7, "bound_source": "cpsat"})
    assert (claimed["bound"], claimed["verified"]) == (7, False)
    with pytest.raises(measure.NoAnswer, match=f"claims the bound {proven - 1}"):
        measure.judged(instance, {**answer, "bound": proven - 1})
    with pytest.raises(measure.NoAnswer, match="no certificate: certificate"):
        measure.judged(instance, {**answer, "certificate": None})


def test_a_child_that_crashes_or_hangs_is_an_error_and_is_gone(folder):
    """The run fails with a word, the benchmark goes on."""
    request = {"path": str(folder / "none.txt"), "form": "fjsp", "solver": "ours"}
    with pytest.raises(measure.NoAnswer, match="ended with 1: FileNotFoundError"):
        measure.ask(request, 60)
    with pytest.raises(measure.NoAnswer, match="did not end within 0 s"):
        measure.ask(request, 0.01)


def test_a_stored_sequence_is_placed_checked_and_valued(folder, monkeypatch, tmp_path):
    """A setup follows the release of its order; a sequence with an order twice is refused."""
    instance = io.read(folder / "oas" / f"{NAMED_OAS[0]}.txt", "oas")
    plan_of_two = long_runs.placed(instance.problem, [0, 1])

    assert [(i.start, i.end) for i in plan_of_two.assignments] == [(1, 4), (7, 11)]
    assert [i.start for i in long_runs.placed(instance.problem, [1]).assignments] == [2 + 2]
    assert long_runs.value(instance, [0, 1]) == 7 + 8.5 - 2
    with pytest.raises(ValueError, match="no plan"):
        long_runs.value(instance, [1, 0, 1])
    store = tmp_path / "store.json"
    monkeypatch.setattr(long_runs, "STORE", store)
    assert long_runs.known(folder) == {}
    store.write_text(json.dumps({NAMED_OAS[0]: [0], "absent": [0]}), encoding="utf-8")
    assert long_runs.known(folder) == {NAMED_OAS[0]: 7.0}


def test_a_size_is_read_from_the_name():
    """An order file's name tells how many orders, a market's how many jobs."""
    assert Case("oas", NAMED_OAS[0], Path(), None).size == 100
    assert Case("market", "mkt_N200_M20_s1_l1.2", Path(), None).size == 200
    assert Case("mk", "mk01", Path(), None).size == 0
