"""Reality, replay and plan: the same rules for both plans, and honest figures beside them."""

from datetime import datetime, timedelta

import pytest

from scheduling.check import violations
from seed_data.factory_log import backtest as bt
from seed_data.factory_log.problem import (
    EXTRA_WEEKS,
    Book,
    committed_book,
    crew_hours,
    open_hours_of,
    problem_from_log,
    replay,
)

MONDAY = datetime.fromisoformat("2012-01-02T00:00:00+08:00")


def at(hour):
    """RFC 3339 text of an hour counted from Monday 2 January 2012."""
    return (MONDAY + timedelta(hours=hour)).isoformat()


def operation(order, number, minutes, span, **facts):
    """A row of the history: `span` is the real start and end in hours."""
    return {
        "job_code": order, "operation": str(number), "activity": facts.get("activity", "A"),
        "machines": "", "eligible_resources": facts.get("stations", "M1"),
        "real_start": at(span[0]), "real_end": at(span[1]), "events": "1",
        "event_minutes": str(minutes), "minutes_without_machine": facts.get("unnamed", "0"),
        "order_first_event": at(facts["first"]), "order_last_event": at(facts["last"]),
        "order_touched_minutes": str(facts.get("touched", minutes)),
        "already_running": facts.get("running", "no"), "completed": "1",
        "held_for_review": facts.get("held", "0"), "rework_events": facts.get("rework", "0"),
    }


def book(history, workers=2, lanes="1", days=2):
    """A plant open Monday and Tuesday 8 to 12 with one station and so many workers."""
    hours = [day * 24 + hour for day in range(days) for hour in range(8, 12)]
    return Book(
        history=history,
        resources=[{"resource_code": "M1", "lanes": lanes}, {"resource_code": "M2", "lanes": "1"}],
        opening=[{"weekdays": "1;2", "opens": "08:00", "closes": "12:00"}],
        crews=[{"hour": at(hour), "workers": str(workers)} for hour in hours],
        jobs=[{"job_code": row["job_code"], "due": at(12)} for row in history],
    )


TWO_ORDERS = [
    operation("WO-002", 1, 60, (9, 10), first=9, last=10, running="no"),
    operation("WO-001", 1, 180, (8, 11), first=8, last=11, running="yes"),
]


def spans(problem, schedule):
    """Start and end in hours of every assignment by the order's name and operation."""
    return {
        (problem.jobs[item.job].name, item.operation): (item.start / 60, item.end / 60)
        for item in schedule.assignments
    }


def test_replay_serves_the_order_released_first_whatever_the_file_says():
    """The later order waits for the earlier one, though it is shorter and stands first."""
    problem = problem_from_log(book(TWO_ORDERS))

    done = spans(problem, replay(problem))

    assert done == {("WO-001", 0): (8, 11), ("WO-002", 0): (11, 12)}


def test_second_lane_serves_both_at_once():
    """A station with two lanes takes two orders."""
    problem = problem_from_log(book(TWO_ORDERS, lanes="2"))

    assert spans(problem, replay(problem))["WO-002", 0] == (9, 10)


def test_never_more_operations_at_once_than_workers_seen():
    """With one worker the second lane does not help."""
    problem = problem_from_log(book(TWO_ORDERS, workers=1, lanes="2"))

    assert spans(problem, replay(problem))["WO-002", 0] == (11, 12)


def test_operation_pauses_when_the_plant_closes():
    """Five hours from Monday 8 end on Tuesday at 9."""
    problem = problem_from_log(book([operation("WO-001", 1, 300, (8, 13), first=8, last=13)]))

    assert spans(problem, replay(problem)) == {("WO-001", 0): (8, 33)}


def test_operations_of_an_order_follow_one_another_on_eligible_stations():
    """The second operation begins when the first has ended, on the station that may do it."""
    rows = [
        operation("WO-001", 1, 60, (8, 9), first=8, last=12),
        operation("WO-001", 2, 60, (11, 12), first=8, last=12, stations="M2"),
    ]
    problem = problem_from_log(book(rows))
    schedule = replay(problem)

    assert spans(problem, schedule) == {("WO-001", 0): (8, 9), ("WO-001", 1): (9, 10)}
    assert [item.resource for item in schedule.assignments] == [0, 1]


def test_after_the_log_the_crew_is_the_median_of_the_weekdays_hour():
    """Two workers on the Mondays of the log are two on the Mondays after it."""
    hours = dict(crew_hours(book(TWO_ORDERS)))

    assert hours[MONDAY + timedelta(weeks=3, hours=9)] == 2
    assert MONDAY + timedelta(weeks=3, hours=13) not in hours
    assert max(hours) < MONDAY + timedelta(days=2, weeks=EXTRA_WEEKS)


def test_hours_of_opening_rows():
    """A row opens each of its weekdays in each of its hours."""
    rows = [{"weekdays": "1;3", "opens": "22:00", "closes": "24:00"}]

    assert open_hours_of(rows) == {(1, 22), (1, 23), (3, 22), (3, 23)}


def test_reality_is_first_event_to_last_event():
    """Flow time and tardiness come from what the log says happened."""
    times = bt.reality(book([operation("WO-001", 1, 60, (8, 36), first=8, last=36)]))

    assert times.flow_days() == [pytest.approx(28 / 24)]
    assert times.late_days() == [pytest.approx(1)]
    assert times.machine_minutes == 60


def test_waiting_is_the_flow_time_in_which_no_one_touched_the_order():
    """Ten hours of flow with one hour of work waited nine tenths."""
    waited = bt.waited_for(book([
        operation("WO-001", 1, 60, (8, 18), first=8, last=18, held="3", rework="1", unnamed="30"),
    ]))

    assert waited["share_of_flow_time_waiting"] == pytest.approx(0.9)
    assert waited["pieces_held_for_review"] == 3
    assert waited["operations_with_pieces_held"] == 1
    assert waited["events_marked_rework"] == 1
    assert waited["share_of_work_without_machine"] == pytest.approx(0.5)


def test_standing_is_counted_before_the_activity_that_came_late():
    """A day between two operations is a day before the second; overlap is none."""
    rows = [
        operation("WO-001", 1, 60, (8, 12), first=8, last=40, activity="Turning"),
        operation("WO-001", 2, 60, (10, 12), first=8, last=40, activity="Milling"),
        operation("WO-001", 3, 60, (36, 40), first=8, last=40, activity="Packing"),
    ]

    assert bt.waited_before(book(rows))[0] == ("Packing", 1.0)


def times(*ends, due=24):
    """Times of orders released at 0 that end at so many hours."""
    names = [str(number) for number in range(len(ends))]
    return bt.Times(
        release=dict.fromkeys(names, 0),
        completion={name: end * 60 for name, end in zip(names, ends, strict=True)},
        due=dict.fromkeys(names, due * 60),
        machine_minutes=600,
    )


def test_report_compares_plan_with_replay_and_shows_reality_beside():
    """The headline holds plan and replay; the table holds three columns."""
    outcome = bt.Backtest(
        reality=times(24, 96), replay=times(48, 96), plan=times(24, 48), began_later={"1"},
        waited=bt.waited_for(book(TWO_ORDERS)), waited_before=[("Packing", 2.0)],
        problems_found=0,
    )

    text = bt.report(outcome)

    assert "1.5 against 3.0 days (-50%)" in text.splitlines()[0]
    assert "0.5 against 2.0 days (-75%)" in text.splitlines()[0]
    assert ("orders late", 1.0, 2.0, 1.0) in outcome.rows()
    assert ("  mean without orders already running", 4.0, 4.0, 2.0) in outcome.rows()
    assert "assumption" in text
    assert "0 violations" in text


def test_change_from_nothing_is_not_a_percentage():
    """Where the replay is never late there is no percentage to print."""
    outcome = bt.Backtest(
        reality=times(1), replay=times(2), plan=times(1), began_later=set(),
        waited={}, waited_before=[], problems_found=0,
    )

    assert "no change to measure" in outcome.headline()


def test_replay_of_the_whole_log_breaks_no_rule():
    """All 157 orders find their place, and the independent checker objects to nothing."""
    whole = committed_book()
    problem = problem_from_log(whole)
    schedule = replay(problem)

    assert len(schedule.by_job) == 157
    assert violations(problem, schedule) == ()
    assert bt.times_of(problem, schedule, whole).machine_minutes == 672553


def test_progress_line_says_seconds_value_and_bound(capsys):
    """One line, redrawn; silent while there is no plan."""
    bt.progress_line(0.5, None, None)
    bt.progress_line(1.0, 2880, 1440)

    error = capsys.readouterr().err
    assert error.startswith("\r")
    assert "2.0 days, none below 1.0" in error


def test_plan_of_the_whole_log_is_checked_and_never_worse_than_the_replay():
    """A second of solving keeps every rule and sums to no more flow time than first come."""
    outcome = bt.backtest(committed_book(), seconds=1)

    assert outcome.problems_found == 0
    assert len(outcome.plan.completion) == 157
    assert sum(outcome.plan.flow_days()) <= sum(outcome.replay.flow_days())
    assert outcome.plan.machine_minutes == outcome.replay.machine_minutes
