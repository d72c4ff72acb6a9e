"""A market of equal machines with any number of bookings, for measuring.

Companies, machines, listings and tokens go through the services that users call. So does the
first booking; all others are copies of its rows at other times, written in bulk, which makes
50,000 of them in about a minute. Only mail is left out: nobody is told of a made-up booking.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, insert, inspect, select, text

from marketplace import config
from marketplace.accounts import tokens
from marketplace.accounts.models import Company
from marketplace.accounts.permissions import SCOPES
from marketplace.accounts.tokens import actor_of_member
from marketplace.bookings.feed import Change
from marketplace.bookings.models import Booking
from marketplace.bookings.services import book_wish
from marketplace.capacity.models import Claim, Lane
from marketplace.catalogue.models import Listing, Quote
from marketplace.catalogue.services import Wish
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.transaction import transactional
from marketplace.resources import openings
from marketplace.seeding import people
from marketplace.seeding.market import SeedRefused, publish
from marketplace.web.imports.services import import_rows
from seed_data.credit_code import fictitious_credit_code

REGION, SELLER, BUYERS = "370100", 8000, 20
DAYS = 30       # bookings lie on whole hours from tomorrow on, well inside the horizon
BATCH = 5000
HOUR = timedelta(hours=1)
TERMS = '{"rate_per_hour":"120.00","setup_fee":"0.00","minimum":"0.00"}'


@dataclass(frozen=True)
class Size:
    """How many listings and bookings; the same seed books the same hours."""

    listings: int
    bookings: int
    seed: int = 1

    @property
    def cells(self) -> int:
        """How many hours there are to book."""
        return self.listings * DAYS * 24


def hours(size: Size) -> list[tuple[int, int, int]]:
    """What the seed books: number of the listing, hour from the first midnight, firm that buys."""
    chance = random.Random(size.seed)
    return [(*divmod(cell, DAYS * 24), chance.randrange(BUYERS))
            for cell in chance.sample(range(size.cells), size.bookings)]


@dataclass(frozen=True)
class Place:
    """A listing with its machine and the machine's one lane."""

    listing_id: int
    resource_id: int
    lane_id: int


def load_bench(size: Size, say: Callable[[str], None]) -> list[str]:
    """Fill an empty database; returns the API tokens of the firms that buy.

    Raises SeedRefused when companies are there already, or when there are too few hours.
    """
    if db.session.scalar(select(func.count()).select_from(Company)):
        raise SeedRefused("there are companies already")
    if size.bookings > size.cells:
        raise SeedRefused(f"{size.listings} listings have {size.cells} hours to book")
    seller, buyers = _companies()
    places = _listings(seller, size.listings)
    say(f"{len(places)} listings, {len(buyers)} firms that buy")
    secrets = [tokens.create(buyer, "benchmark", SCOPES) for buyer in buyers]
    say(f"{_book(size, places, buyers)} bookings")
    if db.engine.dialect.name == "postgresql":
        _analyse()
    return secrets


def _companies() -> tuple[tuple[str, Actor], list[Actor]]:
    """One company that sells, with its credit code, and those that buy; all verified."""
    operator = actor_of_member(people.add_operator())
    if operator is None:
        raise SeedRefused("the operator is not active")
    codes = [fictitious_credit_code(REGION, SELLER + number) for number in range(BUYERS + 1)]
    _import(operator, "companies", [{
        "credit_code": code, "name": f"压力测试{number:02d}号企业（虚构）", "region_code": REGION,
        "industry_code": "3484", "contact_name": f"测试{number:02d}",
        "contact_email": f"contact@bench{number:02d}.example",
        "contact_phone": f"0531-55580{number:02d}"} for number, code in enumerate(codes)])
    people.add_owners()
    actors = people.owners()
    return (codes[0], actors[codes[0]]), [actors[code] for code in codes[1:]]


def _import(actor: Actor, noun: str, rows: Sequence[Mapping[str, str]]) -> None:
    report = import_rows(actor, noun, rows)
    if not report.clean:
        raise SeedRefused(f"{noun}: {report.lines[:3]}")


def _listings(seller: tuple[str, Actor], count: int) -> list[Place]:
    """Machines of one lane without buffers, open round the clock, each offered by the hour."""
    code, actor = seller
    numbers = [f"B{number:05d}" for number in range(1, count + 1)]
    mine = {"company_credit_code": code}
    _import(actor, "sites", [mine | {
        "site_code": "S1", "name": "压力测试厂区", "address": "山东省济南市示范园路1号",
        "region_code": REGION, "latitude": "36.65", "longitude": "117.12",
        "time_zone": "Asia/Shanghai", "shared_factory": "no"}])
    _import(actor, "resources", [{
        "owner_credit_code": code, "site_code": "S1", "resource_code": number,
        "name": f"加工中心 {number}", "kind": "machine", "service_code": "3.2.1",
        "materials": "碳钢", "lanes": "1", "holidays": "no"} for number in numbers])
    _import(actor, "opening_hours", [mine | {
        "resource_code": number, "weekdays": "1-7", "opens": "00:00", "closes": "24:00"}
        for number in numbers])
    publish([mine | {
        "resource_code": number, "step_minutes": "60", "min_minutes": "60",
        "max_minutes": "1440", "notice_minutes": "0", "horizon_days": "40", "may_pause": "no",
        "show_company": "yes", "time_slice_json": TERMS, "piece_json": "", "value_json": ""}
        for number in numbers], {code: actor})
    openings.rebuild(openings.all_ids(), config.current().opening_days)
    query = (select(Listing.id, Listing.resource_id, Lane.id)
             .join(Lane, Lane.resource_id == Listing.resource_id).order_by(Listing.id))
    return [Place(*row) for row in db.session.execute(query)]


@transactional
def _book(size: Size, places: Sequence[Place], buyers: Sequence[Actor]) -> int:
    """Book the hours that the seed chooses; returns how many."""
    first = datetime.combine(clock.now().date() + timedelta(days=1), time(), UTC)
    wanted = [(places[listing], first + hour * HOUR, buyers[buyer])
              for listing, hour, buyer in hours(size)]
    if wanted:
        place, start, buyer = wanted[0]
        pattern = _Pattern(book_wish(buyer, Wish(place.listing_id, start, start + HOUR,
                                                 mode="time_slice")))
        for batch in range(1, len(wanted), BATCH):
            pattern.repeat(wanted[batch:batch + BATCH])
    return len(wanted)


class _Pattern:
    """The rows that one booking left behind, to be repeated at other times."""

    def __init__(self, booking: Booking) -> None:
        db.session.refresh(booking)
        self.booking = _values(booking)
        self.quote = _values(db.session.get_one(Quote, booking.quote_id))
        self.claim = _values(db.session.scalars(select(Claim).where(
            Claim.holder_kind == "booking", Claim.holder_id == booking.id)).one())
        self.audit = _values(db.session.scalars(select(AuditEntry).where(
            AuditEntry.object_kind == "booking", AuditEntry.object_id == booking.id)).one())
        self.change = _values(db.session.scalars(select(Change).where(
            Change.booking_id == booking.id)).one())

    def repeat(self, wanted: Sequence[tuple[Place, datetime, Actor]]) -> None:
        """Write the same rows for other listings, hours and firms that buy."""
        who = [{"company_id": buyer.company_id, "member_id": buyer.member_id}
               for _, _, buyer in wanted]
        when = [{"starts": start, "ends": start + HOUR} for _, start, _ in wanted]
        quotes = _insert(Quote, self.quote, (
            who[n] | when[n] | {"listing_id": place.listing_id}
            for n, (place, _, _) in enumerate(wanted)))
        bookings = _insert(Booking, self.booking, (
            who[n] | when[n] | {"quote_id": quotes[n], "listing_id": place.listing_id,
                                "resource_id": place.resource_id}
            for n, (place, _, _) in enumerate(wanted)))
        _insert(Claim, self.claim, (
            when[n] | {"lane_id": place.lane_id, "holder_id": bookings[n], "blocked_from": start,
                       "blocked_until": start + HOUR}
            for n, (place, start, _) in enumerate(wanted)))
        _insert(AuditEntry, self.audit, (
            who[n] | {"object_id": bookings[n], "details": self.audit["details"] | {
                "quote": quotes[n], "buyer": buyer.company_id, "starts": start.isoformat(),
                "ends": (start + HOUR).isoformat()}}
            for n, (_, start, buyer) in enumerate(wanted)))
        _insert(Change, self.change, (
            {"booking_id": bookings[n], "buyer_company_id": buyer.company_id}
            for n, (_, _, buyer) in enumerate(wanted)))


def _values(row: Any) -> dict[str, Any]:
    """The columns of a row without its id."""
    return {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs
            if each.key != "id"}


def _insert(model: Any, pattern: Mapping[str, Any],
            changes: Iterator[dict[str, Any]]) -> Sequence[int]:
    """Insert changed copies of a row; returns their ids in the same order."""
    query = insert(model).returning(model.id, sort_by_parameter_order=True)
    ids: Sequence[int] = db.session.scalars(
        query, [{**pattern, **change} for change in changes]).all()
    return ids


@transactional
def _analyse() -> None:
    """Let PostgreSQL count its tables now, as it would by itself a minute later."""
    db.session.execute(text("ANALYZE"))
