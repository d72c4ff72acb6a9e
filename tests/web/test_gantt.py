"""The data of the Gantt chart."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from marketplace.core import clock
from marketplace.core.timewindow import TimeWindow
from marketplace.web import gantt
from marketplace.web.formats import Formats

MIDNIGHT = datetime(2026, 9, 6, 16, tzinfo=UTC)  # 7 September 00:00 in Shanghai
NOW = MIDNIGHT + timedelta(hours=10, minutes=24)


def window(start, end):
    """Hours after midnight as a window."""
    return TimeWindow(MIDNIGHT + timedelta(hours=start), MIDNIGHT + timedelta(hours=end))


def chart(bars=(), marks=(), hours=48, f=None):
    """A chart of one row over the first hours."""
    rows = [gantt.Row("VMC-01", closed=[window(0, 6), window(90, 96)])]
    with clock.moved_to(NOW):
        return gantt.chart(window(0, hours), rows, bars, marks, f or Formats("en"))


def test_days_are_named_in_the_zone_and_today_is_marked():
    """The head has one entry a local day with its hours from the left edge."""
    assert chart()["days"] == [
        {"h": 0.0, "end": 24.0, "name": "Mon 7, today", "today": True},
        {"h": 24.0, "end": 48.0, "name": "Tue 8", "today": False},
    ]


def test_a_day_of_25_hours_is_25_hours_wide():
    """Where clocks go back, the day is longer and the next one begins later."""
    berlin = Formats("en", ZoneInfo("Europe/Berlin"))
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    span = TimeWindow(start, start + timedelta(hours=49))
    days = gantt.chart(span, [], [], [], berlin)["days"]
    assert [(day["h"], day["end"]) for day in days] == [(0.0, 25.0), (25.0, 49.0)]


def test_bars_are_placed_in_hours_and_told_in_words():
    """A bar has its hours for the chart and its time in words for the list."""
    bar = gantt.Bar(0, window(31, 46), "booked", "Lida", "80 blocks", setup_minutes=90, url="/b/1")
    (drawn,) = chart([bar])["bars"]
    assert (drawn["s"], drawn["e"], drawn["setup"]) == (31.0, 46.0, 1.5)
    assert (drawn["line"], drawn["when"]) == ("VMC-01", "Tue 8 Sep, 07:00–22:00")


def test_what_lies_outside_is_left_out():
    """Bars, closed time and marks beyond the span are not handed to the browser."""
    far = gantt.Bar(0, window(60, 70), "booked")
    data = chart([far], [gantt.Mark(MIDNIGHT + timedelta(hours=60), "due")])
    assert (data["bars"], data["marks"]) == ([], [])
    assert data["rows"][0]["closed"] == [[0.0, 6.0]]


def test_now_is_told_only_inside_the_span():
    """The line of the present stands at its hour, or nowhere."""
    assert (chart()["now"], chart()["nowLabel"]) == (10.4, "10:24")
    assert chart(hours=8)["now"] is None


def test_a_mark_near_the_right_edge_is_named_to_its_left():
    """The name of a due date must not run out of the chart."""
    marks = [gantt.Mark(MIDNIGHT + timedelta(hours=h), "due") for h in (10, 46)]
    assert [mark["left"] for mark in chart(marks=marks)["marks"]] == [False, True]


@pytest.mark.parametrize(
    ("bars", "marks", "error"),
    [
        ([gantt.Bar(0, window(1, 2), "sold")], [], ValueError),
        ([gantt.Bar(3, window(1, 2), "booked")], [], IndexError),
        ([], [gantt.Mark(NOW, "due", "seal")], ValueError),
    ],
)
def test_what_could_not_be_drawn_is_refused(bars, marks, error):
    """An unknown state or tone and a bar without its row fail where the page is made."""
    with pytest.raises(error):
        chart(bars, marks)
