"""The province is what its generator says, sound, and large enough to try things on."""

import json
from collections import Counter
from datetime import datetime
from decimal import Decimal

import pytest
from stdnum.cn import uscc

from marketplace.pricing.modes import piece, time_slice, value
from seed_data.province import main
from seed_data.tables import COLUMNS, HERE, read_table, seed

NOUNS = ("companies", "sites", "resources", "opening_hours", "listings", "jobs", "history")
KINDS = {"machine", "lab", "expert", "warehouse", "truck", "design_desk", "data_desk"}
TOP_TYPES = {
    "manufacturing": {"machine"},
    "innovation": {"lab", "expert", "design_desk"},
    "service": {"warehouse", "truck", "data_desk"},
}
MODES = ("time_slice", "piece", "value")


def services():
    """The service code table by code."""
    path = HERE.parent / "marketplace/resources/data/service_codes.csv"
    return {row["code"]: row for row in read_table(path)}


def by_code(noun="resources"):
    """Rows of a file by resource code."""
    return {row["resource_code"]: row for row in seed(noun)}


def minutes(clock):
    """Minutes of a clock time; 24:00 is allowed."""
    hours, rest = clock.split(":")
    assert 0 <= int(hours) * 60 + int(rest) <= 1440
    return int(hours) * 60 + int(rest)


def test_generator_writes_the_committed_files_byte_for_byte(tmp_path):
    """The same seed gives the same bytes."""
    assert main([str(tmp_path)]) == 0
    for noun in NOUNS:
        name = f"{noun}.csv"
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), noun


@pytest.mark.parametrize("noun", NOUNS)
def test_columns_are_those_agreed(noun):
    """Every file has the columns of its noun in their order."""
    assert tuple(seed(noun)[0]) == COLUMNS[noun]


def test_credit_codes_are_valid_unique_and_visibly_fictitious():
    """Each code passes GB 32100's check and lies in the range that no authority allots."""
    codes = [row["credit_code"] for row in seed("companies") + seed("plant_companies")]

    assert len(set(codes)) == len(codes) >= 60
    for code in codes:
        assert uscc.is_valid(code)
        assert code[8:12] == "DEM0"


def test_names_and_codes_are_unique():
    """No two companies share a name, no two resources a code, no two sites a code."""
    for noun, column in (
        ("companies", "name"), ("resources", "resource_code"), ("sites", "site_code"),
        ("listings", "resource_code"),
    ):
        values = [row[column] for row in seed(noun)]
        assert len(set(values)) == len(values), noun


def test_every_city_has_a_firm_near_its_centre():
    """All 16 cities occur, with the region code in the credit code and sites within 1.2 degrees."""
    regions = {row["code"]: row for row in seed("regions")}
    cities = set(regions) - {"370000"}

    assert len(cities) == 16
    assert {row["region_code"] for row in seed("companies")} == cities
    for row in seed("companies"):
        assert row["credit_code"][2:8] == row["region_code"]
        assert regions[row["region_code"]]["zh"].startswith(row["name"][:2])
    for row in seed("sites"):
        city = regions[row["region_code"]]
        assert abs(float(row["latitude"]) - float(city["latitude"])) < 1.2
        assert abs(float(row["longitude"]) - float(city["longitude"])) < 1.2


def test_there_are_enough_resources_of_every_kind():
    """At least 150 resources; every kind occurs several times, under its top type."""
    kinds = Counter(row["kind"] for row in seed("resources"))

    assert sum(kinds.values()) >= 150
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 9
    assert kinds["machine"] >= 150
    table = services()
    for row in seed("resources"):
        assert row["kind"] in TOP_TYPES[table[row["service_code"]]["top_type"]]


def test_sites_owners_and_operators_resolve():
    """Every owner and operating company exists; the site belongs to the company that runs it."""
    companies = {row["credit_code"] for row in seed("companies")}
    site_of = {row["site_code"]: row["company_credit_code"] for row in seed("sites")}

    assert set(site_of.values()) <= companies
    for row in seed("resources"):
        assert row["owner_credit_code"] in companies
        running = row["operating_credit_code"] or row["owner_credit_code"]
        assert site_of[row["site_code"]] == running


def test_one_shared_factory_of_several_owners_and_one_operating_company():
    """One site is shared: machines of at least four owners, all run by its company."""
    (shared,) = [row for row in seed("sites") if row["shared_factory"] == "yes"]
    machines = [row for row in seed("resources") if row["site_code"] == shared["site_code"]]

    owners = {row["owner_credit_code"] for row in machines}
    foreign = {row["operating_credit_code"] for row in machines} - {""}
    assert len(machines) >= 10
    assert len(owners) >= 4
    assert foreign == {shared["company_credit_code"]}


def test_only_machines_have_materials_envelope_and_tolerance():
    """Those three are attributes of manufacturing alone."""
    for row in seed("resources"):
        attributes = [row[name] for name in ("envelope_x_mm", "tolerance_um", "materials")]
        if row["kind"] != "machine":
            assert attributes == ["", "", ""]
        else:
            assert row["materials"]
        assert int(row["lanes"]) >= 1


def test_every_resource_opens_and_no_span_is_empty_or_overlaps():
    """Opening hours belong to their owner's resource, run forward and never twice at once."""
    resources = by_code()
    spans = {}
    for row in seed("opening_hours"):
        assert resources[row["resource_code"]]["owner_credit_code"] == row["company_credit_code"]
        first, last = (int(day) for day in row["weekdays"].split("-"))
        assert 1 <= first <= last <= 7
        opens, closes = minutes(row["opens"]), minutes(row["closes"])
        assert opens < closes
        for day in range(first, last + 1):
            for other in spans.setdefault((row["resource_code"], day), []):
                assert closes <= other[0] or other[1] <= opens
            spans[row["resource_code"], day].append((opens, closes))
    assert {code for code, _ in spans} == set(resources)


def test_listings_offer_all_modes_and_many_more_than_one():
    """Each mode on at least 60 listings; two modes and three modes both at least 20 times."""
    counts = Counter()
    for row in seed("listings"):
        offered = [mode for mode in MODES if row[f"{mode}_json"]]
        counts.update(offered)
        counts[len(offered)] += 1

    assert counts[0] == 0
    assert min(counts[mode] for mode in MODES) >= 60
    assert counts[2] >= 20
    assert counts[3] >= 20


def test_listing_rules_are_consistent():
    """Bounds are multiples of the step, in order, and leave room in the opening hours."""
    resources = by_code()
    for row in seed("listings") + seed("plant_listings"):
        step, least, most = (
            int(row[name]) for name in ("step_minutes", "min_minutes", "max_minutes")
        )
        assert 0 < step <= least <= most
        assert least % step == most % step == 0
        assert int(row["notice_minutes"]) >= 0
        assert int(row["horizon_days"]) > 0
        assert {row["may_pause"], row["show_company"]} <= {"yes", "no"}
    for row in seed("listings"):
        assert resources[row["resource_code"]]["owner_credit_code"] == row["company_credit_code"]


def money(text, places=2):
    """A non-negative decimal with so many places at most."""
    amount = Decimal(text)
    assert amount >= 0
    assert -amount.as_tuple().exponent <= places
    return amount


def test_terms_are_valid():
    """Every amount is exact money; value terms keep floor <= cap and 0 < share < 1."""
    for row in seed("listings") + seed("plant_listings"):
        if row["time_slice_json"]:
            terms = json.loads(row["time_slice_json"])
            assert set(terms) == {"rate_per_hour", "setup_fee", "minimum"}
            assert money(terms["rate_per_hour"]) > 0
            money(terms["setup_fee"])
            money(terms["minimum"])
        if row["piece_json"]:
            terms = json.loads(row["piece_json"])
            assert money(terms["price_per_piece"], 4) > 0
            money(terms["setup_fee"])
            money(terms["minimum"])
            assert terms["setup_minutes"] >= 0
            assert money(terms["minutes_per_piece"], 1) > 0
        if row["value_json"]:
            terms = json.loads(row["value_json"])
            assert money(terms["floor"]) <= money(terms["cap"])
            assert 0 < money(terms["share"]) < 1
            assert terms["direction"] in ("lower", "higher")
            assert terms["metric"]
            assert money(terms["minutes_per_piece"], 1) > 0


@pytest.mark.parametrize(("mode", "schema"), [
    ("time_slice", time_slice.Terms), ("piece", piece.Terms), ("value", value.Terms),
])
def test_terms_pass_the_schema_of_their_price_mode(mode, schema):
    """What the seed offers is what the product accepts."""
    rows = [row for row in seed("listings") + seed("plant_listings") if row[f"{mode}_json"]]

    assert rows
    for row in rows:
        schema().load(json.loads(row[f"{mode}_json"]))


def test_jobs_are_complete_and_some_resource_fits_each_operation():
    """30-60 jobs of firms without machines; some listed resource can do each operation."""
    owners = {row["owner_credit_code"] for row in seed("resources")}
    listed = set(by_code("listings"))
    able = [
        (row["service_code"], set(row["materials"].split(";")))
        for row in seed("resources") if row["resource_code"] in listed
    ]
    jobs = {}
    for row in seed("jobs"):
        jobs.setdefault(row["job_code"], []).append(row)
        assert row["company_credit_code"] not in owners
        assert any(
            row["service_code"] == code and (not row["material"] or row["material"] in materials)
            for code, materials in able
        ), row
        release, due, deadline = (
            datetime.fromisoformat(row[name]) for name in ("release", "due", "deadline")
        )
        assert release < due < deadline
        assert row["may_pause"] == ("yes" if int(row["minutes"]) > 420 else "no")
        assert money(row["budget_yuan"]) > 0

    assert 30 <= len(jobs) <= 60
    assert {len(rows) for rows in jobs.values()} == {1, 2, 3}
    for rows in jobs.values():
        assert [int(row["operation"]) for row in rows] == list(range(1, len(rows) + 1))


def booked_minutes(row, listing):
    """Start and length in minutes of a row of the history."""
    start = int(row["start_hour"]) * 60
    if row["hours"]:
        return start, int(row["hours"]) * 60
    terms = json.loads(listing[f"{row['mode']}_json"])
    return start, terms["setup_minutes"] + int(row["pieces"]) * Decimal(terms["minutes_per_piece"])


def test_history_fits_the_listings_and_the_opening_hours():
    """Each booking has an offered mode, a length between the bounds, and lies in opening time."""
    listings = by_code("listings")
    hours = {}
    for row in seed("opening_hours"):
        hours.setdefault(row["resource_code"], []).append(row)
    for row in seed("history"):
        listing = listings[row["resource_code"]]
        assert listing[f"{row['mode']}_json"]
        assert bool(row["hours"]) != bool(row["pieces"])
        start, length = booked_minutes(row, listing)
        assert int(listing["min_minutes"]) <= length <= int(listing["max_minutes"])
        if row["hours"]:
            assert length % int(listing["step_minutes"]) == 0
        assert length >= 1440 or any(
            minutes(span["opens"]) <= start and start + length <= minutes(span["closes"])
            for span in hours[row["resource_code"]]
        )


def test_history_names_real_parties_and_leaves_days_between():
    """Buyer and owner exist and differ; rows of one resource are two days apart at least."""
    listings, companies = by_code("listings"), {row["credit_code"] for row in seed("companies")}
    days = {}
    for row in seed("history"):
        assert row["owner_credit_code"] == listings[row["resource_code"]]["company_credit_code"]
        assert row["buyer_credit_code"] in companies - {row["owner_credit_code"]}
        days.setdefault(row["resource_code"], []).append(int(row["days_ago"]))
    for ago in days.values():
        assert all(b - a >= 2 for a, b in zip(sorted(ago), sorted(ago)[1:], strict=False))
    every = [day for ago in days.values() for day in ago]
    assert min(every) < 0 < max(every)


def test_three_recorded_machines_stand_at_the_host():
    """Each machine of the recording is a resource with a listing."""
    recorded = {row["machine"] for row in seed("nist_machine_days")}

    for machine in recorded:
        assert by_code()[f"NIST-{machine}"]["kind"] == "machine"
        assert f"NIST-{machine}" in by_code("listings")
