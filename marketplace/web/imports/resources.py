"""Lines of resources: one line is one resource with one capability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.resources import queries
from marketplace.resources.checks import service_code
from marketplace.resources.rules import KINDS
from marketplace.resources.services import create_resource
from marketplace.resources.values import CapabilityData, ResourceData
from marketplace.web.imports.cells import Column, judged, names, one_of, text, whole, yes_no
from marketplace.web.imports.context import Context, Parsed, refuse

COLUMNS = (
    Column("owner_credit_code", text(18), required=True),
    Column("operating_credit_code", text(18), default=""),
    Column("site_code", text(40), required=True),
    Column("resource_code", text(40), required=True),
    Column("name", text(120), required=True),
    Column("kind", one_of(KINDS), required=True),
    Column("model", text(80), default=""),
    Column("service_code", judged(service_code), required=True),
    Column("materials", names(40), default=()),
    Column("envelope_x_mm", whole(1, 100_000)),
    Column("envelope_y_mm", whole(1, 100_000)),
    Column("envelope_z_mm", whole(1, 100_000)),
    Column("tolerance_um", whole(1, 10**6)),
    Column("lanes", whole(1, 500), default=1),
    Column("buffer_before_minutes", whole(0, 1440), default=0),
    Column("buffer_after_minutes", whole(0, 1440), default=0),
    Column("holidays", yes_no, default=True),
)
KEY = ("owner_credit_code", "resource_code")
COMPANIES = ("owner_credit_code", "operating_credit_code")
GROUP = KEY
ENVELOPE = ("envelope_x_mm", "envelope_y_mm", "envelope_z_mm")
NAMES = {"code": "resource_code", "capabilities.0.service_code": "service_code",
         "capabilities.0.materials": "materials", "capabilities.0.envelope_mm": "envelope_x_mm",
         "capabilities.0.tolerance_um": "tolerance_um", "site_id": "site_code",
         "buffer_before": "buffer_before_minutes", "buffer_after": "buffer_after_minutes"}


def make(context: Context, group: Sequence[Parsed]) -> Any:
    """Create the resource of a line."""
    row = group[0]
    owner = row["owner_credit_code"]
    operating = row["operating_credit_code"] or owner
    column = "operating_credit_code" if operating != owner else "owner_credit_code"
    actor = context.acting(owner, operating, column=column)
    runs = context.companies[operating]
    sites = queries.site_ids(runs, [row["site_code"]])
    if row["site_code"] not in sites:
        raise refuse("site_code", "site_unknown")
    return create_resource(actor, ResourceData(
        site_id=sites[row["site_code"]], code=row["resource_code"], name=row["name"],
        kind=row["kind"], capabilities=(_capability(row),), model=row["model"],
        lanes=row["lanes"], buffer_before=row["buffer_before_minutes"],
        buffer_after=row["buffer_after_minutes"], holidays=row["holidays"],
        owner_company_id=context.companies[owner], operating_company_id=runs))


def _capability(row: Parsed) -> CapabilityData:
    sizes = [row[name] for name in ENVELOPE]
    missing = [name for name, size in zip(ENVELOPE, sizes, strict=True) if size is None]
    if 0 < len(missing) < 3:
        raise refuse(missing[0], "three_lengths")
    envelope = None if missing else (sizes[0], sizes[1], sizes[2])
    return CapabilityData(row["service_code"], row["materials"], envelope, row["tolerance_um"])
