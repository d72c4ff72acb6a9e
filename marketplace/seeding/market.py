"""The demo's companies, machines, listings and jobs, from the CSV files in `seed_data/`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from marketplace.accounts.models import Company
from marketplace.accounts.tokens import actor_of_member
from marketplace.catalogue.services import Publication, publish_listing
from marketplace.config import ROOT
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.transaction import transactional
from marketplace.resources import holidays
from marketplace.resources.models import Resource
from marketplace.seeding import people
from marketplace.seeding.applicants import add_applicants
from marketplace.seeding.history import make_history
from marketplace.telemetry import services as telemetry
from marketplace.web.imports.services import import_rows
from seed_data.shift import shift_jobs

FOLDER = ROOT / "seed_data"
PLANT = "91370300DEM090013N"
FACTORY = "91370100DEM000014R"    # operates the shared factory
FIRM = "91370200DEM000516H"       # a buyer with open jobs
WHOLE_NUMBERS = ("step_minutes", "min_minutes", "max_minutes", "notice_minutes", "horizon_days")
ON_OFFER = timedelta(days=120)    # since when the demo's listings are there: before its bookings
Row = Mapping[str, str]
# How kinds of resource are booked beyond the table: experts answer each request, labs are lent
# by the week's hours, trucks want to be told two days before.
MANNERS: dict[str, dict[str, object]] = {
    "expert": {"approval": True, "reply_hours": 8},
    "lab": {"quota_hours": 40, "check_in": True, "grace_minutes": 30},
    "truck": {"free_hours": 48, "late_percent": 30},
}


class SeedRefused(Exception):
    """A seed file was refused by the importer: a defect of the seed, told line by line."""


def read(name: str, folder: Path = FOLDER) -> list[dict[str, str]]:
    """The rows of one seed file."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_demo(say: Callable[[str], None]) -> bool:
    """Fill an empty database; returns False, and changes nothing, when companies are there."""
    if db.session.scalar(select(func.count()).select_from(Company)):
        return False
    operator = actor_of_member(people.add_operator())
    if operator is None:
        raise SeedRefused("the operator is not active")
    year = clock.now().year
    holidays.load([year - 1, year, year + 1])
    _import(operator, "companies")
    people.add_owners()
    for code in (FACTORY, FIRM, PLANT):
        people.add_roles(code)
    for noun in ("sites", "resources", "opening_hours"):
        say(f"{_import(operator, noun)} rows of {noun}")
    actors = people.owners()
    say(f"{publish(_rows('listings'), actors)} listings")
    say(f"{telemetry.load_days(read('nist_machine_days'))} recorded machine-days")
    say(f"{_import(operator, 'jobs', _coming_jobs())} rows of jobs")
    say(f"{make_history(read('history'), actors, operator)} bookings, past and coming")
    say(f"{add_applicants()} firms that wait for verification")
    return True


def _rows(noun: str) -> list[dict[str, str]]:
    """The province's rows and the plant's."""
    return read(noun) + read(f"plant_{noun}")


def _coming_jobs() -> list[dict[str, str]]:
    """The province's open jobs and the real order book, both moved to the coming Monday."""
    today = clock.now().date()
    return shift_jobs(read("jobs"), today) + shift_jobs(read("plant_jobs"), today)


def _import(operator: Actor, noun: str, rows: Sequence[Row] | None = None) -> int:
    """Import a noun through the same code as an operator's upload; returns the rows."""
    rows = _rows(noun) if rows is None else rows
    report = import_rows(operator, noun, rows)
    if not report.clean:
        raise SeedRefused(f"{noun}: {report.lines[:3]}")
    return len(rows)


@transactional
def publish(rows: Sequence[Row], actors: Mapping[str, Actor]) -> int:
    """Publish the listings as of long ago; the company that operates the resource does it."""
    ids = {(owner, code): (id_, operating, kind)
           for owner, code, id_, operating, kind in db.session.execute(
        select(Company.credit_code, Resource.code, Resource.id, Resource.operating_company_id,
               Resource.kind)
        .join(Company, Company.id == Resource.owner_company_id))}
    by_company = {actor.company_id: actor for actor in actors.values()}
    for row in rows:
        resource_id, operating, kind = ids[row["company_credit_code"], row["resource_code"]]
        with clock.moved_to(clock.now() - ON_OFFER):
            publish_listing(by_company[operating], Publication(
                resource_id, rules(row) | MANNERS.get(kind, {}), terms(row)))
    return len(rows)


def rules(row: Row) -> dict[str, object]:
    """The rules of a listing row."""
    numbers: dict[str, object] = {
        name.replace("step_minutes", "step"): int(row[name]) for name in WHOLE_NUMBERS}
    return numbers | {"may_pause": row["may_pause"] == "yes",
                      "show_company": row["show_company"] == "yes"}


def terms(row: Row) -> dict[str, dict[str, object]]:
    """The terms of a listing row by mode."""
    return {mode: json.loads(row[f"{mode}_json"]) for mode in ("time_slice", "piece", "value")
            if row[f"{mode}_json"]}
