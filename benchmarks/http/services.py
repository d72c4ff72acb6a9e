"""Both services as the load generator sees them: how to ask, what the database then holds."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import psycopg

from benchmarks.http import reference
from benchmarks.http.load import Request
from benchmarks.http.processes import CannotMeasure, gunicorn
from marketplace.config import ROOT

Row = tuple[int, datetime, datetime]   # listing or machine, start, end
LIVE = """
SELECT l.id, c.blocked_from, c.blocked_until FROM claim c JOIN lane n ON n.id = c.lane_id
  JOIN listing l ON l.resource_id = n.resource_id WHERE c.state IN ('held', 'booked', 'blocked')"""


class Service(Protocol):
    """What the scenarios need; `places` are what can be booked, in a fixed order."""

    name: str
    process: int
    places: list[int]

    def book(self, client: int, place: int, start: datetime, end: datetime) -> Request:
        """Ask for one place from start to end."""

    def search(self, start: datetime, end: datetime, full: bool = False) -> Request:
        """Ask what is free from start to end."""

    def found(self, body: bytes) -> set[int]:
        """The places in the answer of a search."""

    def taken(self) -> list[Row]:
        """What is booked, read from the database."""


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.isoformat().replace("+00:00", "Z")


def environment(**settings: str) -> dict[str, str]:
    """What a service is started with: nothing of ours but these settings."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return keep | {"PYTHONPATH": str(ROOT)} | settings


@dataclass
class Ours:
    """Gongfang through its documented API: a bearer token, an Idempotency-Key, a priced booking."""

    base: str
    process: int
    database: str
    tokens: Sequence[str]
    name: str = "ours"

    def __post_init__(self) -> None:
        self.places = sorted(row[0] for row in self.read(
            "SELECT id FROM listing WHERE state = 'published'"))

    def book(self, client: int, place: int, start: datetime, end: datetime) -> Request:
        """One step from a wish to a booking."""
        return Request("POST", f"{self.base}/api/v1/bookings", headers={
            "Authorization": f"Bearer {self.tokens[client % len(self.tokens)]}",
            "Idempotency-Key": uuid.uuid4().hex}, json={
            "listing_id": place, "mode": "time_slice", "start": stamp(start), "end": stamp(end)})

    def search(self, start: datetime, end: datetime, full: bool = False) -> Request:
        """Ids of all that is free, or the first twenty listings in full."""
        more = {"limit": "20"} if full else {"fields": "id", "limit": "500"}
        return Request("GET", f"{self.base}/api/v1/listings", params={
            "free_from": stamp(start), "free_to": stamp(end)} | more)

    def found(self, body: bytes) -> set[int]:
        """Ids of listings."""
        return {each["id"] for each in json.loads(body)["items"]}

    def taken(self) -> list[Row]:
        """Live claims."""
        return [(place, _instant(start), _instant(end)) for place, start, end in self.read(LIVE)]

    def read(self, query: str) -> list[tuple]:  # type: ignore[type-arg]
        """Rows of the service's database."""
        if self.database.startswith("sqlite:"):
            with closing(sqlite3.connect(self.database.removeprefix("sqlite:///"))) as file:
                return file.execute(query).fetchall()
        with psycopg.connect(self.database) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def _instant(value: datetime | str) -> datetime:
    """A moment as either database hands it out."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)


@dataclass(frozen=True)
class Market:
    """A seeded database of ours, and the tokens of the firms that buy."""

    database: str
    folder: Path

    @classmethod
    def made(cls, database: str, folder: Path, listings: int, bookings: int) -> Market:
        """Migrate and fill a database with the commands that users have."""
        folder.mkdir()
        market = cls(database or f"sqlite:///{folder / 'market.db'}", folder)
        market.run("db", "upgrade")
        market.run("seed", "bench", "--listings", str(listings), "--bookings", str(bookings),
                   "--tokens", str(folder / "tokens"))
        return market

    @property
    def settings(self) -> dict[str, str]:
        """The default configuration, but for the limit of requests a minute and token."""
        return environment(DATABASE_URL=self.database, MARKET_INSTANCE=str(self.folder),
                           MARKET_TOKEN_REQUESTS="0")

    def run(self, *words: str) -> None:
        """Run one command of `flask`; raises CannotMeasure with what it said."""
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", *words], cwd=ROOT,
                              env=self.settings, capture_output=True, text=True, check=False,
                              timeout=600)
        if done.returncode:
            raise CannotMeasure(f"flask {words[0]}: {done.stdout[-500:]}{done.stderr[-1500:]}")

    @contextmanager
    def served(self, workers: int = 4) -> Iterator[Ours]:
        """The service on this market, as it is served in earnest."""
        options = ["-c", "python:marketplace.serving", "-w", str(workers), "wsgi:app"]
        tokens = (self.folder / "tokens").read_text().split()
        with gunicorn(options, self.settings, self.folder / "gunicorn.log",
                      "/readyz") as (base, process):
            yield Ours(base, process, self.database, tokens)


@dataclass
class Reference:
    """The reference service."""

    base: str
    process: int
    database: str
    name: str = "reference"

    def __post_init__(self) -> None:
        self.places = list(range(1, reference.MACHINES + 1))

    def book(self, client: int, place: int, start: datetime, end: datetime) -> Request:
        """Book with the machine's row locked first."""
        return Request("POST", f"{self.base}/bookings", json={
            "machine": place, "firm": client, "start": stamp(start), "end": stamp(end)})

    def search(self, start: datetime, end: datetime, full: bool = False) -> Request:
        """Its one search; it has no fuller answer."""
        return Request("GET", f"{self.base}/free",
                       params={"start": stamp(start), "end": stamp(end)})

    def found(self, body: bytes) -> set[int]:
        """Ids of machines."""
        return set(json.loads(body)["free"])

    def taken(self) -> list[Row]:
        """All bookings."""
        with psycopg.connect(self.database, options="-c timezone=UTC") as connection:
            return connection.execute(
                "SELECT machine_id, lower(during), upper(during) FROM booking").fetchall()


def fill(database: str, rows: Sequence[Row]) -> None:
    """Make the reference's tables with these bookings."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(reference.SCHEMA)  # type: ignore[arg-type]
        with connection.cursor().copy(
                "COPY booking (machine_id, firm_id, during) FROM STDIN") as copy:
            for place, start, end in rows:
                copy.write_row((place, 1, f"[{start.isoformat()},{end.isoformat()})"))
        connection.execute("VACUUM ANALYZE")


@contextmanager
def served_reference(database: str, folder: Path) -> Iterator[Reference]:
    """The reference with four workers, as gunicorn serves by default."""
    window = "start=2030-01-01T00:00:00Z&end=2030-01-01T01:00:00Z"
    with gunicorn(["-w", "4", "benchmarks.http.reference:app"],
                  environment(REFERENCE_DATABASE=database), folder / "reference.log",
                  f"/free?{window}") as (base, process):
        yield Reference(base, process, database)
