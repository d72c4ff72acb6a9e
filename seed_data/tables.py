"""The columns of the seed files, and reading and writing them byte for byte the same way."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent

COLUMNS: dict[str, tuple[str, ...]] = {
    "companies": (
        "credit_code", "name", "region_code", "industry_code",
        "contact_name", "contact_email", "contact_phone",
    ),
    "sites": (
        "company_credit_code", "site_code", "name", "address", "region_code",
        "latitude", "longitude", "time_zone", "shared_factory",
    ),
    "resources": (
        "owner_credit_code", "operating_credit_code", "site_code", "resource_code", "name",
        "kind", "model", "service_code", "materials", "envelope_x_mm", "envelope_y_mm",
        "envelope_z_mm", "tolerance_um", "lanes", "buffer_before_minutes",
        "buffer_after_minutes", "holidays",
    ),
    "opening_hours": ("company_credit_code", "resource_code", "weekdays", "opens", "closes"),
    "jobs": (
        "company_credit_code", "job_code", "title", "operation", "service_code", "material",
        "quantity", "minutes", "may_pause", "release", "due", "deadline", "budget_yuan",
        "eligible_resources",
    ),
    "listings": (
        "company_credit_code", "resource_code", "step_minutes", "min_minutes", "max_minutes",
        "notice_minutes", "horizon_days", "may_pause", "show_company", "time_slice_json",
        "piece_json", "value_json",
    ),
    "history": (
        "buyer_credit_code", "owner_credit_code", "resource_code", "days_ago", "start_hour",
        "hours", "pieces", "mode",
    ),
    "crews": ("hour", "workers"),
    "plant_history": (
        "job_code", "operation", "activity", "machines", "eligible_resources", "real_start",
        "real_end", "events", "event_minutes", "minutes_without_machine", "order_first_event",
        "order_last_event", "order_touched_minutes", "already_running", "completed",
        "held_for_review", "rework_events",
    ),
    "machine_days": (
        "machine", "date", "cutting", "connected_not_cutting", "fault", "unknown",
    ),
}

Row = Mapping[str, object]


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows as UTF-8 CSV with a header line and LF line ends; a missing value is blank."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(dict(row) for row in rows)


def read_table(path: Path) -> list[dict[str, str]]:
    """Every row of a seed file as text by column name."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def seed(name: str) -> list[dict[str, str]]:
    """The rows of the committed seed file `name`, for example ``seed("plant_jobs")``."""
    return read_table(HERE / f"{name}.csv")
