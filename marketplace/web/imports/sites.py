"""Lines of sites: one line is one site of a company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.resources.checks import region, zone
from marketplace.resources.services import create_site
from marketplace.resources.values import SiteData
from marketplace.web.imports.cells import Column, judged, number, text, yes_no
from marketplace.web.imports.context import Context, Parsed

COLUMNS = (
    Column("company_credit_code", text(18), required=True),
    Column("site_code", text(40), required=True),
    Column("name", text(120), required=True),
    Column("address", text(200), required=True),
    Column("region_code", judged(region), required=True),
    Column("latitude", number(-90, 90), required=True),
    Column("longitude", number(-180, 180), required=True),
    Column("time_zone", judged(zone), default="Asia/Shanghai"),
    Column("shared_factory", yes_no, default=False),
)
KEY = ("company_credit_code", "site_code")
COMPANIES = ("company_credit_code",)
GROUP = KEY
NAMES = {"code": "site_code", "zone": "time_zone"}   # a service's field and its column


def make(context: Context, group: Sequence[Parsed]) -> Any:
    """Create the site of a line."""
    row = group[0]
    return create_site(
        context.acting(row["company_credit_code"], column="company_credit_code"),
        SiteData(row["site_code"], row["name"], row["address"], row["region_code"],
                 row["latitude"], row["longitude"], row["time_zone"], row["shared_factory"]))
