"""The judgements of `make bench-http`: what it would say of services that break their promise."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmarks.http import __main__ as program
from benchmarks.http.load import Answer, Round
from benchmarks.http.report import at_least, at_most, bound, table
from benchmarks.http.scenarios import HOUR, judge, windows
from marketplace.core.timewindow import TimeWindow

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def hours(start: int, end: int) -> TimeWindow:
    """From one hour of the day to another."""
    return TimeWindow(DAY + start * HOUR, DAY + end * HOUR)


def judged(booked: list[TimeWindow], answers: list[tuple[TimeWindow, int]]):
    """What the judge says of these bookings in the database and these answers."""
    done = Round([Answer(number, status, b"", 0.01) for number, (_, status) in
                  enumerate(answers)], 1.0, 201)
    rows = [(1, each.start, each.end) for each in booked]
    return judge(rows, [(done, [wish for wish, _ in answers])])


@pytest.mark.parametrize(("booked", "answers", "verdict"), [
    ([(1, 2)], [((1, 2), 201), ((1, 2), 409)], (0, 0, 0)),
    ([(1, 3), (3, 4)], [((1, 3), 201), ((2, 4), 409), ((3, 4), 201)], (0, 0, 0)),
    ([(1, 2), (1, 2)], [((1, 2), 201), ((1, 2), 201)], (1, 0, 0)),
    ([(1, 3), (2, 4)], [((1, 3), 201), ((2, 4), 201)], (1, 0, 0)),
    ([(1, 2)], [((1, 2), 201), ((1, 2), 201)], (1, 0, 0)),
    ([(1, 2)], [((1, 2), 201), ((2, 3), 409)], (0, 0, 1)),
    ([], [((1, 2), 409), ((1, 2), 409)], (0, 1, 2)),
])
def test_a_race_is_judged_by_what_the_database_holds(booked, answers, verdict):
    """Slots sold twice, not sold, and wishes refused for nothing are counted, and only they."""
    assert judged([hours(*each) for each in booked],
                  [(hours(*wish), status) for wish, status in answers]) == verdict


def test_a_rate_is_compared_round_by_round():
    """Of three rounds the middle ratio counts, whatever the machine's speed was in each."""
    line = at_least("B", "bookings/s", [(10, 20), (30, 100), (4, 10)], 0.35)

    assert line.ratio == 0.4
    assert line.met is True
    assert at_most("B", "p50", [(10, 2), (9, 3), (8, 2)], 3).met is False


def test_the_table_says_what_is_not_met():
    """Every line has its numbers, its target and a yes or a NO."""
    text = table([bound("D", "MiB", 250.0, 200), bound("A", "deadlocks", 0, 0)])

    assert [line.split()[-1] for line in text.splitlines()] == ["met", "NO", "yes"]
    assert "250" in text
    assert "<= 200" in text


def test_windows_are_the_same_for_the_same_seed():
    """Both services are asked the same questions."""
    assert list(windows(50, 7)) == list(windows(50, 7)) != list(windows(50, 8))


def test_an_unknown_part_is_refused(monkeypatch):
    """`BENCH=F` ends at once instead of measuring something else."""
    monkeypatch.setattr("sys.argv", ["bench-http", "--parts", "A,F"])

    with pytest.raises(SystemExit) as ended:
        program.arguments()
    assert ended.value.code == 2
