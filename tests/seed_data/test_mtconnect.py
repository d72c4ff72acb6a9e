"""What a recording says of a machine-day, and what it must never become."""

import ast
from datetime import UTC, date, datetime, timedelta

import pytest

from seed_data.mtconnect.days import STATES, minutes_of_day, parse, spans, summary
from seed_data.mtconnect.derive import main
from seed_data.tables import COLUMNS, HERE, read_table, seed

DAY = date(2016, 10, 6)


def minutes(*lines):
    """Minutes per state of 6 October 2016, from SHDR lines; only the states that occur."""
    found = minutes_of_day(parse(lines), DAY)
    assert sum(found.values()) == 1440
    return {state: count for state, count in found.items() if count}


def test_day_without_a_line_is_unknown():
    """No data is unknown, never idle."""
    assert minutes() == {"unknown": 1440}


def test_active_is_cutting_and_the_other_words_are_connected():
    """Each stopped state of execution is connected and not cutting."""
    assert minutes(
        "2016-10-06T00:00:00Z|execution|ACTIVE",
        "2016-10-06T06:00:00Z|execution|READY",
        "2016-10-06T07:00:00Z|execution|STOPPED",
        "2016-10-06T08:00:00Z|execution|INTERRUPTED",
        "2016-10-06T09:00:00Z|execution|FEED_HOLD",
        "2016-10-06T10:00:00Z|execution|UNAVAILABLE",
    ) == {"cutting": 360, "connected_not_cutting": 240, "unknown": 840}


def test_unknown_hour_is_counted_as_nothing_else():
    """UNAVAILABLE in the middle of a day takes its hours from every other state."""
    known = ("2016-10-06T00:00:00Z|execution|READY",)
    gap = (
        "2016-10-06T05:00:00Z|execution|UNAVAILABLE", "2016-10-06T06:00:00Z|execution|READY",
    )

    assert minutes(*known) == {"connected_not_cutting": 1440}
    assert minutes(*known, *gap) == {"connected_not_cutting": 1380, "unknown": 60}


def test_hours_before_the_first_line_are_unknown():
    """Nothing carried over means nothing known until the machine speaks."""
    assert minutes("2016-10-06T22:00:00Z|execution|READY") == {
        "connected_not_cutting": 120, "unknown": 1320,
    }


def test_carried_over_lines_are_the_state_at_the_start():
    """Lines stamped before the day count from its first moment, the latest of them."""
    assert minutes(
        "2016-10-05T10:00:00Z|execution|UNAVAILABLE",
        "2016-10-05T11:00:00Z|execution|ACTIVE",
        "2016-10-06T12:00:00Z|execution|READY",
    ) == {"cutting": 720, "connected_not_cutting": 720}


def test_day_is_half_open():
    """A line at midnight belongs to the day that begins, not to the one that ends."""
    assert minutes(
        "2016-10-06T00:00:00Z|execution|ACTIVE", "2016-10-07T00:00:00Z|execution|READY",
    ) == {"cutting": 1440}


def test_lost_connection_hides_what_execution_last_said():
    """With avail UNAVAILABLE a stale ACTIVE is not cutting; nor is it idle."""
    assert minutes(
        "2016-10-06T00:00:00Z|execution|ACTIVE",
        "2016-10-06T00:00:00Z|avail|AVAILABLE",
        "2016-10-06T12:00:00Z|avail|UNAVAILABLE",
    ) == {"cutting": 720, "unknown": 720}


@pytest.mark.parametrize(
    "tells", ["estop|TRIGGERED", "logic|Fault", "system_cond|Fault|17|HIGH||spindle"],
)
def test_fault_outranks_cutting_and_idle(tells):
    """Emergency stop or a faulty condition is fault, whatever execution says."""
    item = tells.partition("|")[0]
    clear = "ARMED" if item == "estop" else "Normal"
    assert minutes(
        "2016-10-06T00:00:00Z|execution|ACTIVE",
        f"2016-10-06T06:00:00Z|{tells}",
        "2016-10-06T07:00:00Z|execution|READY",
        f"2016-10-06T08:00:00Z|{item}|{clear}",
    ) == {"cutting": 360, "fault": 120, "connected_not_cutting": 960}


def test_unknown_outranks_fault():
    """A fault is not known to last once the connection is lost."""
    assert minutes(
        "2016-10-06T00:00:00Z|execution|READY",
        "2016-10-06T00:00:00Z|estop|TRIGGERED",
        "2016-10-06T06:00:00Z|execution|UNAVAILABLE",
    ) == {"fault": 360, "unknown": 1080}


def test_warning_is_no_fault():
    """A warning leaves the machine as it is."""
    assert minutes(
        "2016-10-06T00:00:00Z|execution|ACTIVE", "2016-10-06T00:00:00Z|logic|Warning",
    ) == {"cutting": 1440}


def test_word_that_is_not_in_the_standard_is_unknown():
    """What we cannot read we do not guess."""
    assert minutes("2016-10-06T00:00:00Z|execution|OPTIONAL") == {"unknown": 1440}


def test_several_items_on_a_line_and_lines_out_of_order():
    """Pairs on one line are read one by one; an older line never undoes a newer one."""
    assert minutes(
        "2016-10-06T12:00:00.5Z|execution|READY|mode|MANUAL",
        "2016-10-06T00:00:00Z|avail|AVAILABLE|execution|ACTIVE",
        "not a line",
    ) == {"cutting": 720, "connected_not_cutting": 720}


def test_rounding_to_minutes_keeps_the_sum():
    """Thirds of minutes are handed out so that the day stays 1440."""
    assert sum(minutes(
        "2016-10-06T00:00:20Z|execution|ACTIVE",
        "2016-10-06T00:00:40Z|execution|READY",
        "2016-10-06T00:01:00Z|execution|UNAVAILABLE",
    ).values()) == 1440


def test_spans_cover_the_day_without_gap_or_overlap():
    """Each span begins where the one before ended."""
    pieces = list(spans(parse([
        "2016-10-06T03:00:00Z|execution|ACTIVE", "2016-10-06T09:00:00Z|execution|READY",
    ]), DAY))

    starts = [start for start, _, _ in pieces]
    ends = [end for _, end, _ in pieces]
    assert starts[0] == datetime(2016, 10, 6, tzinfo=UTC)
    assert starts[1:] == ends[:-1]
    assert ends[-1] - starts[0] == timedelta(days=1)


def test_day_missing_between_two_recordings_is_unknown(tmp_path):
    """Neither the state before nor the one after is drawn across a day without a file."""
    for day in ("05", "07"):
        text = f"2016-10-{day}T00:00:00Z|execution|READY\n"
        (tmp_path / f"M1-201610{day}.txt").write_text(text, encoding="utf-8")

    assert main([str(tmp_path), str(tmp_path / "out.csv")]) == 0

    table = {row["date"]: row["unknown"] for row in read_table(tmp_path / "out.csv")}
    assert table == {"2016-10-05": "0", "2016-10-06": "1440", "2016-10-07": "0"}


def test_file_that_runs_past_midnight_tells_of_the_next_day_too(tmp_path):
    """What yesterday's file says of today counts where today's file has not begun."""
    one = "2016-10-05T04:00:00Z|execution|READY\n2016-10-06T03:00:00Z|execution|ACTIVE\n"
    two = "2016-10-06T04:00:00Z|execution|UNAVAILABLE\n"
    (tmp_path / "M1-20161005.txt").write_text(one, encoding="utf-8")
    (tmp_path / "M1-20161006.txt").write_text(two, encoding="utf-8")

    main([str(tmp_path), str(tmp_path / "out.csv")])

    row = read_table(tmp_path / "out.csv")[1]
    assert [int(row[state]) for state in STATES] == [60, 180, 0, 1200]


def test_command_needs_the_folder(capsys):
    """The recordings are an argument; they are not part of the project."""
    assert main([]) == 2
    assert "FOLDER" in capsys.readouterr().out


def test_committed_days_sum_to_whole_days():
    """28 days of three machines, 1440 minutes each, none of them negative."""
    rows = seed("nist_machine_days")

    assert len(rows) == 3 * 28
    for row in rows:
        counts = [int(row[state]) for state in STATES]
        assert sum(counts) == 1440
        assert min(counts) >= 0


def test_summary_knows_few_and_telling_hours():
    """Mazak03 was connected about 192 hours in four weeks and cut about 7."""
    figures = summary(seed("nist_machine_days"))

    assert set(figures) == {"GFAgie01", "Mazak01", "Mazak03"}
    assert figures["Mazak03"]["hours_known"] == pytest.approx(192, abs=2)
    assert figures["Mazak03"]["hours_cutting"] == pytest.approx(7, abs=0.5)
    assert figures["Mazak03"]["share_idle_of_known"] == pytest.approx(0.963, abs=0.002)


def test_share_idle_is_of_known_hours_and_none_without_any():
    """Unknown hours are in neither part of the fraction."""
    row = {"machine": "A", "cutting": "10", "connected_not_cutting": "20", "fault": "10",
           "unknown": "1400"}
    blind = {"machine": "B", "cutting": "0", "connected_not_cutting": "0", "fault": "0",
             "unknown": "1440"}

    figures = summary([row, blind])

    assert figures["A"]["share_idle_of_known"] == 0.5
    assert figures["B"]["share_idle_of_known"] is None


def test_recording_is_no_opening_claim_or_utilisation():
    """The derived file holds minutes of states and nothing to book, open or bill by."""
    assert tuple(seed("nist_machine_days")[0]) == COLUMNS["machine_days"] == (
        "machine", "date", "cutting", "connected_not_cutting", "fault", "unknown",
    )


def test_recorded_machines_have_ordinary_hours_not_made_from_the_recording():
    """The host opens on weekdays 8 to 18, and nothing that makes the province reads a recording."""
    hours = {
        (row["weekdays"], row["opens"], row["closes"])
        for row in seed("opening_hours") if row["resource_code"].startswith("NIST-")
    }
    assert hours == {("1-5", "08:00", "18:00")}

    for path in HERE.glob("province*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not any("mtconnect" in module for module in modules)
        strings = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        assert not any("machine_days" in str(text) for text in strings)


def test_recordings_themselves_are_not_in_the_project():
    """Only the derived table is kept."""
    assert list(HERE.rglob("*.txt")) == []
