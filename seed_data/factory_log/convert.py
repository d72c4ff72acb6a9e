"""Convert the event log into seed files: ``python -m seed_data.factory_log.convert EVENTS.csv``."""

import json
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from seed_data.credit_code import fictitious_credit_code
from seed_data.factory_log import rules
from seed_data.factory_log.events import Event, read_events
from seed_data.factory_log.stations import ACTIVITIES, STATIONS
from seed_data.tables import COLUMNS, HERE, write_table

REGION = "370300"
PLANT = fictitious_credit_code(REGION, 9001)
SITE = "PL-S1"
DUE_FACTOR = 2

Rows = list[dict[str, object]]


def convert(events: list[Event]) -> dict[str, Rows]:
    """The rows of every plant file by the name of its columns (see `seed_data.tables`)."""
    if not events:
        raise ValueError("the log is empty")
    opening = rules.open_hours(events)
    lanes = rules.lanes_by_machine(events)
    return {
        "companies": [_company()],
        "sites": [_site()],
        "resources": [_resource(machine, lanes[machine]) for machine in sorted(lanes, key=_code)],
        "opening_hours": [
            {"company_credit_code": PLANT, "resource_code": _code(machine), **span}
            for machine in sorted(lanes, key=_code)
            for span in opening_spans(opening)
        ],
        "listings": [_listing(machine) for machine in sorted(lanes, key=_code)],
        "jobs": list(job_rows(events, opening)),
        "plant_history": list(history_rows(events)),
        "crews": [
            {"hour": hour.isoformat(), "workers": workers}
            for hour, workers in rules.crews(events).items()
        ],
    }


def job_code(order: str) -> str:
    """"Case7" -> "WO-007"."""
    return f"WO-{rules.order_number(order):03d}"


def job_rows(events: list[Event], opening: dict[int, list[int]]) -> Iterator[dict[str, object]]:
    """One row per operation of every order; the order's facts stand on each of its rows."""
    orders = rules.by_order(events)
    seen = rules.machines_by_activity(events)
    running = rules.already_running(orders)
    for order, rows in orders.items():
        route = rules.operations(rows)
        work = sum(operation.minutes for operation in route)
        due = rules.due_after(rows[0].start, DUE_FACTOR * work, opening)
        for number, operation in enumerate(route, start=1):
            yield {
                "company_credit_code": PLANT,
                "job_code": job_code(order),
                "title": title(rows[0], order in running),
                "operation": number,
                "service_code": ACTIVITIES[operation.activity],
                "quantity": rows[0].quantity,
                "minutes": operation.minutes,
                "may_pause": "yes",
                "release": rows[0].start.isoformat(),
                "due": due.isoformat(),
                "eligible_resources": ";".join(map(_code, rules.eligible(operation, seen))),
            }


def title(first: Event, running: bool) -> str:
    """Part and quantity as the log has them, and whether the order was already under way."""
    part = first.part or "未记录零件"
    return f"{part} ×{first.quantity}" + ("（日志开始时已在制）" if running else "")


def history_rows(events: list[Event]) -> Iterator[dict[str, object]]:
    """What really happened to each operation; no worker, not even a pseudonym."""
    orders = rules.by_order(events)
    seen = rules.machines_by_activity(events)
    running = rules.already_running(orders)
    for order, rows in orders.items():
        for number, operation in enumerate(rules.operations(rows), start=1):
            yield {
                "job_code": job_code(order),
                "operation": number,
                "already_running": "yes" if order in running else "no",
                "order_first_event": rows[0].start.isoformat(),
                "order_last_event": max(row.end for row in rows).isoformat(),
                "order_touched_minutes": rules.touched_minutes(rows),
                "eligible_resources": ";".join(map(_code, rules.eligible(operation, seen))),
                **_facts(operation),
            }


def _facts(operation: rules.Operation) -> dict[str, object]:
    return {
        "activity": operation.activity,
        "machines": ";".join(map(_code, operation.machines)),
        "real_start": operation.start.isoformat(),
        "real_end": operation.end.isoformat(),
        "events": len(operation.events),
        "event_minutes": operation.minutes,
        "minutes_without_machine": sum(e.minutes for e in operation.events if not e.machine),
        "completed": sum(event.completed for event in operation.events),
        "held_for_review": sum(event.held for event in operation.events),
        "rework_events": sum(event.rework for event in operation.events),
    }


def opening_spans(opening: dict[int, list[int]]) -> list[dict[str, object]]:
    """Runs of open hours as opening rows; weekdays that open alike share a row."""
    spans: dict[tuple[int, int], list[int]] = {}
    for weekday, hours in sorted(opening.items()):
        for _, run in groupby(enumerate(hours), key=lambda pair: pair[1] - pair[0]):
            block = [hour for _, hour in run]
            spans.setdefault((block[0], block[-1] + 1), []).append(weekday)
    return [
        {
            "weekdays": ";".join(map(str, weekdays)),
            "opens": f"{opens:02d}:00",
            "closes": f"{closes:02d}:00",
        }
        for (opens, closes), weekdays in sorted(spans.items())
    ]


def _code(machine: str) -> str:
    return STATIONS[machine].code


def _company() -> dict[str, object]:
    return {
        "credit_code": PLANT,
        "name": "淄博齐联精密机械加工有限公司（演示）",
        "region_code": REGION,
        "industry_code": "3484",
        "contact_name": "生产计划部",
        "contact_email": "plan@qilian.example",
        "contact_phone": "0533-5550101",
    }


def _site() -> dict[str, object]:
    return {
        "company_credit_code": PLANT,
        "site_code": SITE,
        "name": "齐联一厂",
        "address": "淄博市张店区示范路1号",
        "region_code": REGION,
        "latitude": "36.8290",
        "longitude": "118.0330",
        "time_zone": "Asia/Shanghai",
        "shared_factory": "no",
    }


def _resource(machine: str, lanes: int) -> dict[str, object]:
    station = STATIONS[machine]
    return {
        "owner_credit_code": PLANT,
        "site_code": SITE,
        "resource_code": station.code,
        "name": station.name,
        "kind": station.kind,
        "model": machine,
        "service_code": station.service_code,
        "lanes": lanes,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "holidays": "no",
    }


def _listing(machine: str) -> dict[str, object]:
    terms = {"rate_per_hour": STATIONS[machine].rate, "setup_fee": "0.00", "minimum": "0.00"}
    return {
        "company_credit_code": PLANT,
        "resource_code": _code(machine),
        "step_minutes": 1,
        "min_minutes": 1,
        "max_minutes": 10080,
        "notice_minutes": 0,
        "horizon_days": 180,
        "may_pause": "yes",
        "show_company": "yes",
        "time_slice_json": json.dumps(terms, separators=(",", ":")),
    }


def write(folder: Path, tables: dict[str, Rows]) -> None:
    """Write every table to `folder` as plant_<noun>.csv."""
    for name, rows in tables.items():
        file_name = name if name.startswith("plant_") else f"plant_{name}"
        write_table(folder / f"{file_name}.csv", COLUMNS[name], rows)


def main(arguments: list[str]) -> int:
    """Command line: the path of work_order_events.csv, optionally the folder to write to."""
    if not arguments:
        print("usage: python -m seed_data.factory_log.convert EVENTS.csv [FOLDER]")
        return 2
    folder = Path(arguments[1]) if len(arguments) > 1 else HERE
    tables = convert(read_events(Path(arguments[0])))
    write(folder, tables)
    print(", ".join(f"{name}: {len(rows)}" for name, rows in tables.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
