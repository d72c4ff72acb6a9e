"""Use cases of sites and resources: make them, change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from marketplace import config
from marketplace.accounts.permissions import require, require_company
from marketplace.core import audit, clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import FieldError, NotFound, Stale
from marketplace.core.events import publish
from marketplace.core.locking import Rank, lock
from marketplace.core.text import folded
from marketplace.core.transaction import savepoint, transactional
from marketplace.resources import certificates, openings
from marketplace.resources.checks import resource_errors, site_errors
from marketplace.resources.errors import CodeTaken, ResourceInvalid, SiteNotFound
from marketplace.resources.events import LanesChanged
from marketplace.resources.geo import unit
from marketplace.resources.models import Capability, CapabilityMaterial, Resource, Site
from marketplace.resources.rules import TOP_TYPE
from marketplace.resources.values import CapabilityData, ResourceData, SiteData

SITE_FIELDS = ("name", "address", "region_code", "latitude", "longitude", "zone", "shared_factory")
RESOURCE_FIELDS = ("name", "model", "lanes", "buffer_before", "buffer_after", "holidays")


@transactional
def create_site(actor: Actor, data: SiteData) -> Site:
    """A company registers a place where resources stand."""
    require(actor, "resource.edit")
    _refuse(site_errors(asdict(data)))
    row = Site(company_id=actor.company_id, **_trimmed(asdict(data)))
    _place(row)
    _insert(row, data.code)
    audit.record(actor, "site.create", "site", row.id, code=row.code)
    return row


@transactional
def edit_site(actor: Actor, site_id: int, changes: Mapping[str, Any]) -> Site:
    """A company changes one of its sites; another time zone moves the opening hours."""
    require(actor, "resource.edit")
    row = db.session.get(Site, site_id)
    if row is None or row.company_id != actor.company_id:
        raise SiteNotFound(id=site_id)
    wanted = {name: changes[name] for name in SITE_FIELDS if name in changes}
    errors = site_errors(wanted)
    if wanted.get("shared_factory") is False and _shared(site_id):
        errors.append(FieldError("shared_factory", "still_shared"))
    _refuse(errors)
    moved = wanted.get("zone", row.zone) != row.zone
    for name, value in _trimmed(wanted).items():
        setattr(row, name, value)
    _place(row)
    db.session.flush()
    if moved:
        _rebuild_site(site_id)
    audit.record(actor, "site.edit", "site", row.id, fields=sorted(wanted))
    return row


def _rebuild_site(site_id: int) -> None:
    """What follows the zone: opening intervals and last days of certificates, in one go."""
    ids = list(db.session.scalars(select(Resource.id).where(Resource.site_id == site_id)))
    lock(Resource, ids, Rank.RESOURCE)
    openings.rebuild(ids, config.current().opening_days)
    certificates.move_site(ids)


def _shared(site_id: int) -> bool:
    """True when a machine of another company stands there."""
    return db.session.scalar(
        select(Resource.id).where(Resource.site_id == site_id, Resource.owner_company_id
                                  != Resource.operating_company_id).limit(1)) is not None


@transactional
def create_resource(actor: Actor, data: ResourceData) -> Resource:
    """The owner, or the company that runs a shared factory, registers a resource of a site."""
    require(actor, "resource.edit")
    owner = data.owner_company_id or actor.company_id
    operating = data.operating_company_id or owner
    if owner is None or operating is None:
        raise NotFound(kind="company")
    require_company(actor, {owner, operating}, "resource")
    site = db.session.get(Site, data.site_id)
    if site is None or site.company_id != operating:
        raise SiteNotFound(id=data.site_id)
    errors = resource_errors(asdict(data))
    if owner != operating and not site.shared_factory:
        errors.append(FieldError("site_id", "not_shared_factory"))
    _refuse(errors)
    row = Resource(site_id=site.id, owner_company_id=owner, operating_company_id=operating,
                   code=data.code.strip(), kind=data.kind, top_type=TOP_TYPE[data.kind],
                   created_at=clock.now(),
                   **_trimmed({name: getattr(data, name) for name in RESOURCE_FIELDS}))
    _insert(row, data.code)
    _add_capabilities(row.id, data.capabilities)
    publish(LanesChanged(row.id, row.lanes))
    audit.record(actor, "resource.create", "resource", row.id, code=row.code, owner=owner)
    return row


@transactional
def edit_resource(actor: Actor, resource_id: int, version: int | None,
                  changes: Mapping[str, Any]) -> Resource:
    """The operating company changes a resource that nobody changed since `version`.

    `changes` may hold name, model, lanes, buffers, holidays and `capabilities` (all of them).
    Raises Stale, ResourceInvalid naming every wrong field, or what capacity says about lanes.
    """
    row = editable(actor, resource_id)
    if version is not None and version != row.version:
        raise Stale(version=row.version)
    wanted = {name: changes[name] for name in RESOURCE_FIELDS if name in changes}
    capabilities: Sequence[CapabilityData] | None = changes.get("capabilities")
    values = wanted if capabilities is None else (
        wanted | {"capabilities": [asdict(each) for each in capabilities]})
    _refuse(resource_errors(values, row.kind))
    lanes, keeps = row.lanes, row.holidays
    for name, value in _trimmed(wanted).items():
        setattr(row, name, value)
    row.version += 1
    db.session.flush()
    if capabilities is not None:
        _replace_capabilities(row.id, capabilities)
    if row.lanes != lanes:
        publish(LanesChanged(row.id, row.lanes))
    if row.holidays != keeps:
        openings.rebuild([row.id], config.current().opening_days)
    audit.record(actor, "resource.edit", "resource", row.id, fields=sorted(values))
    return row


def editable(actor: Actor, resource_id: int) -> Resource:
    """The locked row of a resource that the actor's company operates; raises NotFound.

    Its owner may see it and is told that the operating company changes it.
    """
    require(actor, "resource.edit")
    rows = lock(Resource, [resource_id], Rank.RESOURCE)
    if not rows:
        raise NotFound(kind="resource")
    require_company(actor, rows[0].operating_company_id, "resource")
    return rows[0]


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise ResourceInvalid(errors=errors, count=len(errors))


def _trimmed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Text without blanks around it."""
    return {name: value.strip() if isinstance(value, str) else value
            for name, value in values.items()}


def _place(site: Site) -> None:
    """Put the site on the unit sphere, for distances in SQL."""
    site.unit_x, site.unit_y, site.unit_z = unit(site.latitude, site.longitude)


def _insert(row: Site | Resource, code: str) -> None:
    """Insert a row whose code must be new; the database decides, so a race is decided too."""
    try:
        with savepoint():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        raise CodeTaken(taken=code, errors=[FieldError("code", "code_taken")]) from None


def _add_capabilities(resource_id: int, rows: Sequence[CapabilityData]) -> None:
    for each in rows:
        x, y, z = each.envelope_mm or (None, None, None)
        db.session.add(Capability(
            resource_id=resource_id, service_code=each.service_code, envelope_x=x, envelope_y=y,
            envelope_z=z, tolerance_um=each.tolerance_um,
            materials=[CapabilityMaterial(folded=folded(name), material=name.strip())
                       for name in each.materials]))
    db.session.flush()


def _replace_capabilities(resource_id: int, rows: Sequence[CapabilityData]) -> None:
    old = select(Capability.id).where(Capability.resource_id == resource_id)
    db.session.execute(delete(CapabilityMaterial).where(
        CapabilityMaterial.capability_id.in_(old)))
    db.session.execute(delete(Capability).where(Capability.resource_id == resource_id))
    _add_capabilities(resource_id, rows)
