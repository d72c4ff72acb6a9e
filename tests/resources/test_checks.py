"""Which values a site, a resource and its hours may have."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.core.errors import FieldError
from marketplace.resources.checks import (
    merged_week,
    resource_errors,
    site_errors,
    week_errors,
)
from marketplace.resources.values import WeekRow

SITE: dict[str, Any] = {
    "code": "S1", "name": "一厂", "address": "工业路 1 号", "region_code": "370100",
    "latitude": 36.65, "longitude": 117.12, "zone": "Asia/Shanghai", "shared_factory": False}


def codes(errors: list[FieldError]) -> dict[str, str]:
    """Field → code."""
    return {error.field: error.code for error in errors}


@pytest.mark.parametrize(("field", "value", "code"), [
    ("code", "", "length"), ("code", "x" * 41, "length"), ("name", "a\x00b", "not_text"),
    ("region_code", "37010", "site_region"), ("region_code", "990000", "site_region"),
    ("region_code", "000001", "site_region"), ("latitude", 90.01, "range"),
    ("longitude", float("nan"), "plain_number"), ("longitude", True, "plain_number"),
    ("zone", "Asia/Qingdao", "zone_unknown"), ("zone", "CST", "zone_unknown"),
    ("zone", "../../etc/passwd", "zone_unknown"), ("zone", 8, "zone_unknown")])
def test_a_wrong_field_of_a_site_is_named(field: str, value: Any, code: str):
    """Each field of a site has its rule, and only the wrong one is named."""
    assert codes(site_errors(SITE | {field: value})) == {field: code}


@pytest.mark.parametrize("region", ["370100", "370000", "000000", "110105"])
def test_regions_and_abroad_are_accepted(region: str):
    """Provinces, cities, districts and the code for abroad are region codes."""
    assert site_errors(SITE | {"region_code": region}) == []


def test_every_wrong_field_is_named_at_once():
    """A site with three mistakes is answered with all three."""
    wrong = SITE | {"zone": "Mars/Base", "latitude": 91, "name": " "}

    assert codes(site_errors(wrong)) == {
        "zone": "zone_unknown", "latitude": "range", "name": "length"}


@pytest.mark.parametrize(("kind", "capability", "expected"), [
    ("machine", {"service_code": "3.2.1"}, {}),
    ("machine", {"service_code": "9.9"}, {"capabilities.0.service_code": "not_service_code"}),
    ("machine", {"service_code": "I.lab.metrology"},
     {"capabilities.0.service_code": "service_code_kind"}),
    ("lab", {"service_code": "I.lab.metrology", "tolerance_um": 5},
     {"capabilities.0.tolerance_um": "only_manufacturing"}),
    ("machine", {"service_code": "3.2.1", "envelope_mm": (1, 2)},
     {"capabilities.0.envelope_mm": "three_lengths"}),
    ("machine", {"service_code": "3.2.1", "materials": ("45 钢", "45　钢")},
     {"capabilities.0.materials": "given_twice"}),
    ("machine", {"service_code": "3.2.1", "tolerance_um": 0},
     {"capabilities.0.tolerance_um": "range"})])
def test_a_capability_suits_the_kind(kind: str, capability: dict[str, Any],
                                     expected: dict[str, str]):
    """A service code must exist and belong to the kind's top type; limits are for machines."""
    errors = resource_errors({"kind": kind, "capabilities": [capability]})

    assert codes(errors) == expected


def test_a_resource_has_capabilities_each_once():
    """Without a capability, or with the same twice, a resource is refused."""
    twice = [{"service_code": "3.2.1"}, {"service_code": "3.2.1"}]

    assert codes(resource_errors({"kind": "machine", "capabilities": []})) == {
        "capabilities": "how_many"}
    assert codes(resource_errors({"kind": "machine", "capabilities": twice})) == {
        "capabilities.1.service_code": "given_twice"}


@pytest.mark.parametrize(("rows", "expected"), [
    ([(1, 480, 720), (1, 720, 1020)], {}),
    ([(1, 1320, 1440), (2, 0, 360)], {}),
    ([(1, 480, 720), (1, 700, 1020)], {"hours.1.closes": "hours_overlap"}),
    ([(1, 480, 720), (1, 480, 720)], {"hours.1.closes": "hours_overlap"}),
    ([(1, 1320, 360)], {"hours.0.closes": "closes_before_opens"}),
    ([(8, 0, 60)], {"hours.0.weekday": "range"}),
    ([(1, 0, 1441)], {"hours.0.closes": "minute_of_day"}),
    ([(1, -1, 60), (0, 5, 5)], {"hours.0.closes": "minute_of_day", "hours.1.weekday": "range",
                                "hours.1.closes": "closes_before_opens"})])
def test_wrong_hours_are_named_by_row(rows: list[tuple[int, int, int]], expected: dict[str, str]):
    """Rows of a week lie within a day, in order, and never over each other; touching is fine."""
    assert codes(week_errors([WeekRow(*row) for row in rows])) == expected


def test_touching_hours_become_one():
    """Morning and afternoon without a break are one stretch."""
    rows = [WeekRow(1, 720, 1020), WeekRow(2, 480, 720), WeekRow(1, 480, 720)]

    assert merged_week(rows) == [WeekRow(1, 480, 1020), WeekRow(2, 480, 720)]
