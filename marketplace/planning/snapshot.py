"""Reads the market as far as some jobs could use it: a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from marketplace.accounts.models import Company
from marketplace.capacity import queries as capacity
from marketplace.capacity.queries import LaneBook
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Listing
from marketplace.catalogue.rules import Offer
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.text import folded
from marketplace.core.timewindow import TimeWindow, merge
from marketplace.jobs import queries as jobs
from marketplace.jobs.models import Job, Operation
from marketplace.jobs.rules import OPEN
from marketplace.planning.problem import Snapshot, Stand, Step, Work
from marketplace.resources import certificates
from marketplace.resources.models import Capability, CapabilityMaterial, Resource, Site


def take(job_ids: Sequence[int]) -> Snapshot:
    """The open ones of these jobs, and every listing that one of their operations could use."""
    works = tuple(_work(job) for job in jobs.with_routes(job_ids) if job.state == OPEN)
    now = clock.now()
    steps = [step for work in works for step in work.steps]
    latest = max((work.deadline for work in works), default=now)
    stands = _stands(steps, TimeWindow(now, max(latest, now + timedelta(days=1))))
    return Snapshot(now, works, tuple(stand for stand in stands
                                      if any(stand.does(step) for step in steps)))


def _work(job: Job) -> Work:
    return Work(job.id, job.release, job.due, job.deadline, job.budget,
                tuple(_step(each) for each in job.operations))


def _step(row: Operation) -> Step:
    return Step(row.id, row.service_code, folded(row.material), row.quantity, row.minutes,
                row.may_pause, frozenset(each.resource_id for each in row.eligible))


def _stands(steps: Iterable[Step], window: TimeWindow) -> list[Stand]:
    """Published listings of verified companies on resources that a step names or needs."""
    rows = _candidates(list(steps))
    if not rows:
        return []
    offers = catalogue.offers([row.listing_id for row in rows])
    ids = [row.resource_id for row in rows]
    abilities = _abilities(ids)
    books = _books(ids, window, max(offer.rules.horizon_days for offer in offers.values()))
    papers = certificates.until_when({(offer.resource_id, offer.rules.certificate)
                                      for offer in offers.values() if offer.rules.certificate})
    return [Stand(offers[row.listing_id], row.site_id, (row.latitude, row.longitude),
                  (row.buffer_before, row.buffer_after), tuple(abilities[row.resource_id]),
                  _certified(offers[row.listing_id], papers, books[row.resource_id][0].opened),
                  tuple(tuple(merge(book.blocked)) for book in books[row.resource_id]),
                  tuple(book.lane_id for book in books[row.resource_id]))
            for row in rows if row.listing_id in offers and row.resource_id in books]


def _certified(offer: Offer, papers: Mapping[tuple[int, str], datetime],
               opened: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """Open windows, up to the end of the certificate that the listing asks for."""
    windows = merge(opened)
    if not offer.rules.certificate:
        return tuple(windows)
    last = papers.get((offer.resource_id, offer.rules.certificate))
    return tuple(TimeWindow(each.start, min(each.end, last)) for each in windows
                 if last is not None and each.start < last)


def _candidates(steps: Sequence[Step]) -> Sequence[Any]:
    named = {each for step in steps for each in step.resource_ids}
    codes = {step.service_code for step in steps if not step.resource_ids}
    wanted = [Resource.id.in_(named)] if named else []
    if codes:
        able = or_(*(or_(Capability.service_code == code,
                         Capability.service_code.startswith(code + ".", autoescape=True))
                     for code in sorted(codes)))
        wanted.append(Resource.id.in_(select(Capability.resource_id).where(able)))
    if not wanted:
        return []
    query = (select(Listing.id.label("listing_id"), Resource.id.label("resource_id"),
                    Resource.buffer_before, Resource.buffer_after, Site.id.label("site_id"),
                    Site.latitude, Site.longitude)
             .join(Resource, Resource.id == Listing.resource_id)
             .join(Site, Site.id == Resource.site_id)
             .join(Company, Company.id == Listing.company_id)
             .where(Listing.state == "published", Company.state == "verified", or_(*wanted))
             .order_by(Listing.id))
    return db.session.execute(query).all()


def _abilities(resource_ids: Sequence[int]) -> dict[int, list[tuple[str, frozenset[str]]]]:
    """Service codes with the materials worked, by resource."""
    query = (select(Capability.resource_id, Capability.id, Capability.service_code,
                    CapabilityMaterial.folded)
             .outerjoin(CapabilityMaterial, CapabilityMaterial.capability_id == Capability.id)
             .where(Capability.resource_id.in_(resource_ids)).order_by(Capability.id))
    codes: dict[int, dict[int, tuple[str, set[str]]]] = defaultdict(dict)
    for resource_id, id_, code, material in db.session.execute(query):
        materials = codes[resource_id].setdefault(id_, (code, set()))[1]
        if material is not None:
            materials.add(material)
    found: dict[int, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for resource_id, rows in codes.items():
        found[resource_id] = [(code, frozenset(materials)) for code, materials in rows.values()]
    return found


def _books(resource_ids: Sequence[int], window: TimeWindow, days: int
           ) -> dict[int, list[LaneBook]]:
    """The books of the lanes by resource, no further than any listing reaches."""
    end = min(window.end, _reach(window.start, days))
    found: dict[int, list[LaneBook]] = defaultdict(list)
    for book in capacity.books(resource_ids, TimeWindow(window.start, end)):
        found[book.resource_id].append(book)
    return found


def _reach(start: datetime, days: int) -> datetime:
    return start + timedelta(days=days)
