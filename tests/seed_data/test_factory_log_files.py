"""The committed plant files say what the log said, and nothing of who worked."""

import re
from collections import defaultdict
from datetime import datetime

import pytest

from seed_data.factory_log.convert import convert, main, opening_spans
from seed_data.factory_log.stations import ACTIVITIES, STATIONS
from seed_data.tables import COLUMNS, HERE, read_table, seed

PLANT_FILES = sorted(HERE.glob("plant_*.csv"))
HEADER = (
    "case_id,activity,activity_with_machine,machine,worker,start_timestamp,"
    "complete_timestamp,minutes,part,order_qty,report_type,qty_completed,qty_mrb,rework\n"
)
TINY_LOG = HEADER + (
    "Case1,Turning,x,Machine 15 - Turning,ID4711,2012/01/02 07:00:00,2012/01/02 09:00:00,"
    "120.0,Ring,3.0,D,3.0,0.0,missing\n"
    "Case1,Turning Q.C.,x,Quality Check 1,ID4712,2012/01/02 09:00:00,2012/01/02 10:00:00,"
    "60.0,Ring,3.0,D,3.0,0.0,missing\n"
    "Case2,Turning,x,,ID4711,2012/01/05 07:00:00,2012/01/05 08:00:00,60.0,,,,,,\n"
)


def orders():
    """Rows of the committed jobs file by job code."""
    table = defaultdict(list)
    for row in seed("plant_jobs"):
        table[row["job_code"]].append(row)
    return table


def test_all_157_orders_are_there_and_30_are_marked():
    """Every order of the log is a job; 30 were under way in the first three days."""
    running = {
        row["job_code"] for row in seed("plant_history") if row["already_running"] == "yes"
    }
    marked = {code for code, rows in orders().items() if "已在制" in rows[0]["title"]}

    assert len(orders()) == 157
    assert len(running) == 30
    assert marked == running


def test_operations_of_an_order_are_numbered_without_a_gap():
    """The route of each order runs 1..n and neighbours differ in activity."""
    activities = defaultdict(list)
    for row in seed("plant_history"):
        activities[row["job_code"]].append(row["activity"])

    for code, rows in orders().items():
        assert [int(row["operation"]) for row in rows] == list(range(1, len(rows) + 1))
        pairs = zip(activities[code], activities[code][1:], strict=False)
        assert all(one != other for one, other in pairs)


def test_no_file_of_the_product_holds_a_worker():
    """Neither the ids of the log nor a worker column enter any file beside the code."""
    for path in HERE.rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bID\d{3,}", text), path.name
        assert "worker" not in text.partition("\n")[0].replace("hour,workers", ""), path.name


def test_crews_file_holds_counts_only():
    """One row an hour, a positive count and nothing else."""
    rows = seed("plant_crews")

    assert set(rows[0]) == {"hour", "workers"}
    assert all(int(row["workers"]) > 0 for row in rows)
    assert len({row["hour"] for row in rows}) == len(rows)


@pytest.mark.parametrize("path", PLANT_FILES, ids=lambda path: path.stem)
def test_columns_are_those_agreed(path):
    """Every plant file has the columns of its noun in their order."""
    noun = path.stem.removeprefix("plant_")
    columns = COLUMNS.get(path.stem) or COLUMNS[noun]

    assert tuple(read_table(path)[0]) == columns


def test_references_resolve():
    """Eligible stations exist, hours and listings name a station, codes are in the table."""
    codes = {row["resource_code"] for row in seed("plant_resources")}
    services = {
        row["code"]
        for row in read_table(HERE.parent / "marketplace/resources/data/service_codes.csv")
    }

    for row in seed("plant_jobs"):
        assert row["eligible_resources"]
        assert set(row["eligible_resources"].split(";")) <= codes
        assert row["service_code"] in services
    for noun in ("plant_opening_hours", "plant_listings"):
        assert {row["resource_code"] for row in seed(noun)} == codes
    assert {row["service_code"] for row in seed("plant_resources")} <= services
    assert {station.service_code for station in STATIONS.values()} <= services
    assert set(ACTIVITIES.values()) <= services


def test_release_is_the_first_event_and_due_lies_beyond_the_work():
    """Each job is released when its first event began; due is at least twice its work later."""
    first = {row["job_code"]: row["order_first_event"] for row in seed("plant_history")}
    for code, rows in orders().items():
        work = sum(int(row["minutes"]) for row in rows)
        span = datetime.fromisoformat(rows[0]["due"]) - datetime.fromisoformat(first[code])
        assert {row["release"] for row in rows} == {first[code]}
        assert span.total_seconds() / 60 >= 2 * work


def test_minutes_are_the_sum_of_the_log():
    """All jobs together hold the 11,209 hours of events that the log records."""
    total = sum(int(row["minutes"]) for row in seed("plant_jobs"))

    assert total == sum(int(row["event_minutes"]) for row in seed("plant_history")) == 672553


def test_plant_rests_from_friday_night_to_saturday_afternoon():
    """Opening hours show the plant's day of rest."""
    spans = {
        (row["weekdays"], row["opens"], row["closes"]) for row in seed("plant_opening_hours")
    }

    assert spans == {
        ("1;2;3;4;7", "00:00", "24:00"), ("5", "00:00", "22:00"), ("6", "17:00", "24:00"),
    }


def test_conversion_of_a_tiny_log(tmp_path):
    """The command writes every file; jobs, stations and marks follow the rules."""
    source = tmp_path / "events.csv"
    source.write_text(TINY_LOG, encoding="utf-8")

    assert main([str(source), str(tmp_path)]) == 0

    jobs = read_table(tmp_path / "plant_jobs.csv")
    facts = [(r["job_code"], r["operation"], r["minutes"], r["eligible_resources"]) for r in jobs]
    assert facts == [
        ("WO-001", "1", "120", "PL-M15"),
        ("WO-001", "2", "60", "PL-QC1"),
        ("WO-002", "1", "60", "PL-M15"),
    ]
    assert jobs[0]["title"] == "Ring ×3（日志开始时已在制）"
    assert jobs[2]["title"] == "未记录零件 ×1"
    assert "ID47" not in "".join(p.read_text(encoding="utf-8") for p in tmp_path.glob("plant_*"))


def test_conversion_without_a_path_says_how_to_call_it(capsys):
    """The command needs the path of the log."""
    assert main([]) == 2
    assert "EVENTS.csv" in capsys.readouterr().out


def test_opening_rows_join_hours_that_follow_one_another():
    """Hours 8, 9 and 13 are two spans; weekdays alike share a row."""
    rows = opening_spans({1: [8, 9, 13], 2: [8, 9]})

    assert rows == [
        {"weekdays": "1;2", "opens": "08:00", "closes": "10:00"},
        {"weekdays": "1", "opens": "13:00", "closes": "14:00"},
    ]


def test_an_empty_log_is_refused():
    """There is no plant without events."""
    with pytest.raises(ValueError, match="empty"):
        convert([])
