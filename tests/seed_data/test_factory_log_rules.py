"""Each conversion rule of seed_data/factory_log/README.md, one by one, on a made-up log."""

from datetime import datetime, timedelta

import pytest

from seed_data.factory_log import rules
from seed_data.factory_log.events import PLANT_ZONE, Event, read_events

MONDAY = datetime(2012, 1, 2, tzinfo=PLANT_ZONE)


def event(activity="Turning", start=0.0, end=1.0, order="Case1", **facts):
    """An event between two hours counted from Monday 2 January 2012, 00:00."""
    return Event(
        order=order,
        activity=activity,
        machine=facts.pop("machine", ""),
        worker=facts.pop("worker", "w"),
        start=MONDAY + timedelta(hours=start),
        end=MONDAY + timedelta(hours=end),
        **facts,
    )


def test_operation_is_a_maximal_run_of_one_activity():
    """Neighbouring events of one activity are one operation; a return to it is another one."""
    rows = [event("A", 0, 1), event("A", 2, 3), event("B", 3, 4), event("A", 5, 6)]

    route = rules.operations(rows)

    assert [(o.activity, len(o.events)) for o in route] == [("A", 2), ("B", 1), ("A", 1)]


def test_sub_batches_that_overlap_are_merged_and_their_minutes_summed():
    """Two sub-batches at the same time are one operation with the work of both."""
    (operation,) = rules.operations([event("A", 0, 2), event("A", 1, 4)])

    assert operation.minutes == 120 + 180
    assert operation.end - operation.start == timedelta(hours=4)


def test_events_are_read_in_the_order_of_their_start_then_end():
    """The order of rows in the file decides only between events of the same start and end."""
    rows = [event("B", 2, 3), event("A", 0, 2), event("C", 0, 1)]

    ordered = rules.by_order(rows)["Case1"]

    assert [row.activity for row in ordered] == ["C", "A", "B"]


def test_orders_follow_their_numbers():
    """Case10 comes after Case9, not after Case1."""
    rows = [event(order="Case10"), event(order="Case9"), event(order="Case1")]

    assert list(rules.by_order(rows)) == ["Case1", "Case9", "Case10"]


def test_event_without_a_machine_may_use_any_machine_seen_for_its_activity():
    """A run that names no machine is eligible wherever the log ever shows its activity."""
    rows = [event("A", machine="M1"), event("A", machine="M2"), event("B", machine="M3")]
    seen = rules.machines_by_activity(rows)
    (unnamed,) = rules.operations([event("A")])

    assert rules.eligible(unnamed, seen) == ("M1", "M2")


def test_run_that_names_machines_stays_on_them():
    """What the log says outranks what it might have said."""
    seen = {"A": ("M1", "M2", "M3")}
    (named,) = rules.operations([event("A", machine="M2"), event("A", 2, 3)])

    assert rules.eligible(named, seen) == ("M2",)


def test_activity_never_seen_on_a_machine_uses_the_stations_of_the_nearest_one():
    """The four such activities of the log have a stated fallback; another one is an error."""
    seen = rules.machines_by_activity([event("Turning Rework")])

    assert seen == {"Turning Rework": ("Machine 15 - Turning",)}
    with pytest.raises(KeyError):
        rules.machines_by_activity([event("Unheard of")])


def test_station_gets_a_lane_for_every_order_it_served_at_once():
    """Three orders at one moment are three lanes; end to start is not at once."""
    rows = [
        event(start=0, end=4, order="Case1", machine="M1"),
        event(start=1, end=3, order="Case2", machine="M1"),
        event(start=2, end=5, order="Case3", machine="M1"),
        event(start=0, end=2, order="Case1", machine="M2"),
        event(start=2, end=4, order="Case2", machine="M2"),
    ]

    assert rules.lanes_by_machine(rows) == {"M1": 3, "M2": 1}


def test_two_events_of_one_order_do_not_make_a_second_lane():
    """Lanes count orders, not events."""
    rows = [event(start=0, end=4, machine="M1"), event(start=1, end=3, machine="M1")]

    assert rules.lanes_by_machine(rows) == {"M1": 1}


def test_opening_hours_are_the_hours_of_each_weekday_that_show_work():
    """Work from 08:30 to 10:00 on a Monday opens Mondays at 8 and at 9, and nothing else."""
    opening = rules.open_hours([event(start=8.5, end=10)])

    assert opening == {1: [8, 9]}


def test_hour_worked_on_fewer_than_half_of_the_weekdays_dates_stays_closed():
    """One night run in three weeks does not open that night; with share 0 it would."""
    weeks = [event(start=168 * week + 8, end=168 * week + 9) for week in range(3)]
    rows = [*weeks, event(start=22, end=23)]

    assert rules.open_hours(rows)[1] == [8]
    assert rules.open_hours(rows, min_share=0)[1] == [8, 22]


def test_crew_of_an_hour_is_the_number_of_different_workers_seen_in_it():
    """A worker with two events counts once; an hour touched by a minute counts."""
    rows = [
        event(start=8, end=9, worker="a"),
        event(start=8.5, end=9.5, worker="a"),
        event(start=8, end=8.25, worker="b"),
    ]

    crew = rules.crews(rows)

    assert crew == {MONDAY + timedelta(hours=8): 2, MONDAY + timedelta(hours=9): 1}


def test_orders_that_began_in_the_first_three_days_are_marked():
    """The days are calendar days from the first event's day; the fourth day is out."""
    orders = rules.by_order([
        event(start=7, end=8, order="Case1"),
        event(start=71, end=80, order="Case2"),
        event(start=72, end=73, order="Case3"),
    ])

    assert rules.already_running(orders) == {"Case1", "Case2"}


def test_due_counts_opening_time_only():
    """Three hours of work from 16:00 with opening 08-17 end at 10:00 the next open day."""
    opening = {1: list(range(8, 17)), 3: list(range(8, 17))}

    due = rules.due_after(MONDAY + timedelta(hours=16), 180, opening)

    assert due == MONDAY + timedelta(days=2, hours=10)


def test_due_of_a_plant_that_never_opens_is_an_error():
    """Without opening time there is no due date to compute."""
    with pytest.raises(ValueError, match="never opens"):
        rules.due_after(MONDAY, 60, {1: []})


def test_touched_minutes_count_overlap_once():
    """Two events of an order at the same time touch it once."""
    assert rules.touched_minutes([event(start=0, end=2), event(start=1, end=3)]) == 180


def test_reading_drops_marks_of_no_length_and_keeps_times_in_the_stated_zone(tmp_path):
    """A row of zero minutes is not work; times are read as +08:00; a lost part is blank."""
    path = tmp_path / "events.csv"
    header = (
        "case_id,activity,activity_with_machine,machine,worker,start_timestamp,"
        "complete_timestamp,minutes,part,order_qty,report_type,qty_completed,qty_mrb,rework\n"
    )
    mark = "Case1,A,A,,ID1,2012/01/02 07:00:00,2012/01/02 07:00:00,0.0,,,,,,\n"
    work = "Case1,A  B,A,M ,ID1,2012/01/02 07:00:00,2012/01/02 08:30:00,90.0,X,5.0,D,4.0,1.0,Y\n"
    path.write_text(header + mark + work, encoding="utf-8")

    (row,) = read_events(path)

    assert (row.activity, row.machine, row.minutes) == ("A B", "M", 90)
    assert row.start.isoformat() == "2012-01-02T07:00:00+08:00"
    assert (row.quantity, row.completed, row.held, row.rework) == (5, 4, 1, True)
