"""Reads of sites and resources, scoped to the asker's company."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Company
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError, NotFound
from marketplace.resources.errors import ResourceInvalid, SiteNotFound
from marketplace.resources.models import (
    Capability,
    Holiday,
    OpeningException,
    OpeningRule,
    Resource,
    Site,
)
from marketplace.resources.values import ResourceData


def sites_of(actor: Actor) -> Select[Site]:
    """The company's own sites, and shared factories where machines of its own stand."""
    owned = select(Resource.site_id).where(Resource.owner_company_id == actor.company_id)
    return (select(Site).where(or_(Site.company_id == actor.company_id, Site.id.in_(owned)))
            .order_by(Site.id))


def site_of(actor: Actor, site_id: int) -> Site:
    """One site the company may see; raises SiteNotFound."""
    row = db.session.scalar(sites_of(actor).where(Site.id == site_id))
    if row is None:
        raise SiteNotFound(id=site_id)
    return row


def resources_of(actor: Actor) -> Select[Resource]:
    """Resources the company owns or operates, with site and capabilities."""
    return (select(Resource)
            .where(or_(Resource.owner_company_id == actor.company_id,
                       Resource.operating_company_id == actor.company_id))
            .options(joinedload(Resource.site),
                     selectinload(Resource.capabilities).selectinload(Capability.materials))
            .order_by(Resource.id))


def resource_of(actor: Actor, resource_id: int) -> Resource:
    """One resource the company owns or operates; raises NotFound."""
    row = db.session.scalar(resources_of(actor).where(Resource.id == resource_id)
                            .execution_options(populate_existing=True))
    if row is None:
        raise NotFound(kind="resource")
    return row


def week_of(resource_id: int) -> Sequence[OpeningRule]:
    """The weekly opening hours of a resource in order."""
    return db.session.scalars(
        select(OpeningRule).where(OpeningRule.resource_id == resource_id)
        .order_by(OpeningRule.weekday, OpeningRule.opens)).all()


def exceptions_of(resource_id: int, since: date) -> dict[date, list[tuple[int, int]]]:
    """Days that differ, from a day on: their hours, none of them for a closed day."""
    found: dict[date, list[tuple[int, int]]] = {}
    query = (select(OpeningException)
             .where(OpeningException.resource_id == resource_id, OpeningException.day >= since)
             .order_by(OpeningException.day, OpeningException.opens).limit(1000))
    for row in db.session.scalars(query):
        hours = found.setdefault(row.day, [])
        if row.opens is not None and row.closes is not None:
            hours.append((row.opens, row.closes))
    return found


def holidays(first: date, last: date) -> Sequence[Holiday]:
    """Public holidays and make-up working days of a span of days."""
    return db.session.scalars(select(Holiday).where(Holiday.day >= first, Holiday.day <= last)
                              .order_by(Holiday.day)).all()


def company_ids(credit_codes: Collection[str]) -> dict[str, int]:
    """Ids of companies by credit code; an unknown code is not in the answer."""
    rows = db.session.execute(select(Company.credit_code, Company.id)
                              .where(Company.credit_code.in_(list(credit_codes))))
    return {key: value for key, value in rows}


def company_names(ids: Collection[int]) -> dict[int, str]:
    """Names of companies by id."""
    rows = db.session.execute(select(Company.id, Company.name).where(Company.id.in_(list(ids))))
    return {key: value for key, value in rows}


def with_companies(values: Mapping[str, Any]) -> ResourceData:
    """A resource to make whose companies are named by credit code; raises ResourceInvalid."""
    named = {name: values[name] for name in ("owner_credit_code", "operating_credit_code")
             if values.get(name)}
    known = company_ids(set(named.values()))
    wrong = [FieldError(name, "company_unknown") for name, code in named.items()
             if code not in known]
    if wrong:
        raise ResourceInvalid(errors=wrong, count=len(wrong))
    rest = {name: value for name, value in values.items() if not name.endswith("credit_code")}
    return ResourceData(**rest, owner_company_id=known.get(named.get("owner_credit_code", "")),
                        operating_company_id=known.get(named.get("operating_credit_code", "")))


def credit_codes(ids: Collection[int]) -> dict[int, str]:
    """Credit codes of companies by id."""
    rows = db.session.execute(select(Company.id, Company.credit_code)
                              .where(Company.id.in_(list(ids))))
    return {key: value for key, value in rows}


def site_ids(company_id: int, codes: Collection[str]) -> dict[str, int]:
    """Sites of a company by their code."""
    rows = db.session.execute(select(Site.code, Site.id).where(
        Site.company_id == company_id, Site.code.in_(list(codes))))
    return {key: value for key, value in rows}


@dataclass(frozen=True)
class Coded:
    """A resource found by its code."""

    id: int
    operating_company_id: int


def coded(company_id: int, codes: Collection[str]) -> dict[str, list[Coded]]:
    """Resources of a company by code: those it owns; else those it operates, maybe several."""
    rows = db.session.execute(
        select(Resource.code, Resource.id, Resource.operating_company_id,
               Resource.owner_company_id)
        .where(or_(Resource.owner_company_id == company_id,
                   Resource.operating_company_id == company_id), Resource.code.in_(list(codes)))
        .order_by(Resource.id)).all()
    own = {row.code for row in rows if row.owner_company_id == company_id}
    found: dict[str, list[Coded]] = {}
    for row in rows:
        if row.code not in own or row.owner_company_id == company_id:
            found.setdefault(row.code, []).append(Coded(row.id, row.operating_company_id))
    return found
