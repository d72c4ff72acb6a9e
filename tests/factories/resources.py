"""Sites, resources with lanes and opening hours, facts that make them unavailable."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from marketplace import config
from marketplace.accounts.models import Company
from marketplace.capacity import blocks
from marketplace.capacity.models import Unavailability
from marketplace.capacity.services import make_lanes
from marketplace.core import clock
from marketplace.core.text import folded
from marketplace.core.timewindow import TimeWindow
from marketplace.core.transaction import transaction
from marketplace.resources import openings
from marketplace.resources.geo import unit
from marketplace.resources.models import (
    Capability,
    CapabilityMaterial,
    OpeningRule,
    Resource,
    Site,
)
from marketplace.resources.rules import TOP_TYPE
from tests.factories import place

_numbers = itertools.count(1)
ALWAYS = tuple((weekday, 0, 1440) for weekday in range(1, 8))
DAYTIME = tuple((weekday, 480, 1200) for weekday in range(1, 8))   # 08:00-20:00 every day


def create_site(company: Company, **overrides: Any) -> Site:
    """A site in Jinan."""
    number = next(_numbers)
    latitude = overrides.pop("latitude", 36.65)
    longitude = overrides.pop("longitude", 117.12)
    x, y, z = unit(latitude, longitude)
    values: dict[str, Any] = {
        "company_id": company.id, "code": f"S{number}", "name": f"厂区 {number}",
        "address": "工业路 1 号", "region_code": "370100", "latitude": latitude,
        "longitude": longitude, "unit_x": x, "unit_y": y, "unit_z": z, "zone": "Asia/Shanghai"}
    return place.save(Site(**values | overrides))


def create_resource(company: Company, hours: Iterable[tuple[int, int, int]] = DAYTIME,
                    site: Site | None = None, **overrides: Any) -> Resource:
    """A machine with its lanes, open 08:00-20:00 every day; `hours`: weekday, opens, closes."""
    site = site or create_site(company)
    number = next(_numbers)
    kind = overrides.get("kind", "machine")
    values: dict[str, Any] = {
        "site_id": site.id, "owner_company_id": company.id, "operating_company_id": company.id,
        "code": f"M{number}", "name": f"立式加工中心 {number}", "kind": kind,
        "top_type": TOP_TYPE[kind], "model": "VMC850", "lanes": 1, "holidays": False,
        "created_at": clock.now()}
    resource = place.save(Resource(**values | overrides))
    for weekday, opens, closes in hours:
        place.save(OpeningRule(resource_id=resource.id, weekday=weekday, opens=opens,
                               closes=closes))
    with place.context():
        make_lanes(resource.id, resource.lanes)
        openings.rebuild([resource.id], config.current().opening_days)
    return resource


def create_capability(resource: Resource, service_code: str = "3.2.1",
                      materials: Iterable[str] = ("45 钢",), **limits: int) -> Capability:
    """What a resource can do; `limits` are the columns of envelope and tolerance."""
    values = {"envelope_x": 800, "envelope_y": 500, "envelope_z": 500, "tolerance_um": 10}
    return place.save(Capability(
        resource_id=resource.id, service_code=service_code,
        materials=[CapabilityMaterial(folded=folded(each), material=each) for each in materials],
        **values | limits))


def create_unavailability(resource: Resource, starts: datetime, ends: datetime,
                          reason: str = "breakdown") -> Unavailability:
    """A fact that a resource cannot work, its free rest claimed."""
    row = place.save(Unavailability(resource_id=resource.id, starts=starts, ends=ends,
                                    reason=reason, created_at=clock.now()))
    with place.context(), transaction():
        blocks.fill(resource.id, TimeWindow(starts, ends))
    return row
