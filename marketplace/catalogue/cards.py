"""Listings as an answer shows them: prices to members, names as the listing chooses.

Read as plain columns in at most three statements, whatever their number: rows of five tables for
every listing of a page cost several times more as objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select

from marketplace.accounts.models import Company
from marketplace.catalogue.models import Listing, ListingTerms
from marketplace.core.db import db
from marketplace.resources.models import Capability, CapabilityMaterial, Resource, Site

RULES = ("step", "min_minutes", "max_minutes", "notice_minutes", "horizon_days", "may_pause")
RESOURCE = ("name", "kind", "top_type", "model", "lanes", "buffer_before", "buffer_after")
COLUMNS = (
    Listing.id, Listing.resource_id, Listing.show_company,
    *(getattr(Listing, name) for name in RULES), *(getattr(Resource, name) for name in RESOURCE),
    Site.name.label("site"), Site.region_code, Site.latitude, Site.longitude, Site.zone,
    Site.shared_factory, Company.name.label("company"))
_IDS: Any = bindparam("ids", expanding=True)
_TERMS = (
    select(ListingTerms.listing_id, ListingTerms.mode, ListingTerms.terms)
    .where(ListingTerms.listing_id.in_(_IDS)).order_by(ListingTerms.mode))
_ABLE = (
    select(Capability.resource_id, Capability.id, Capability.service_code, Capability.envelope_x,
           Capability.envelope_y, Capability.envelope_z, Capability.tolerance_um,
           CapabilityMaterial.material)
    .outerjoin(CapabilityMaterial, CapabilityMaterial.capability_id == Capability.id)
    .where(Capability.resource_id.in_(_IDS))
    .order_by(Capability.id, CapabilityMaterial.material))


def one(listing_id: int) -> Select[Any]:
    """The query for one published listing of a verified company."""
    return (select(*COLUMNS).select_from(Listing).join(Listing.resource).join(Resource.site)
            .join(Listing.company)
            .where(Listing.id == listing_id, Listing.state == "published",
                   Company.state == "verified"))


def shown(rows: Sequence[Any], wanted: Collection[str], prices: bool) -> list[dict[str, Any]]:
    """Rows of COLUMNS as plain values, limited to the wanted fields."""
    keep = {"id", *wanted}
    terms = _terms(rows) if keep & {"modes", "prices"} else {}
    able = _able(rows) if "resource" in keep else {}
    made: dict[str, Callable[[Any], Any]] = {
        "id": lambda row: row.id, "company": _company, "site": _site,
        "rules": lambda row: {name: getattr(row, name) for name in RULES},
        "resource": lambda row: _resource(row, able.get(row.resource_id, [])),
        "modes": lambda row: list(terms.get(row.id, {})),
        "prices": lambda row: terms.get(row.id, {}) if prices else None}
    return [{name: make(row) for name, make in made.items() if name in keep} for row in rows]


def _terms(rows: Sequence[Any]) -> dict[int, dict[str, Any]]:
    """Price terms by listing and mode."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for listing_id, mode, terms in db.session.execute(_TERMS, {"ids": [row.id for row in rows]}):
        found[listing_id][mode] = terms
    return found


def _able(rows: Sequence[Any]) -> dict[int, list[dict[str, Any]]]:
    """What kinds of work resources do."""
    found: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in db.session.execute(_ABLE, {"ids": [each.resource_id for each in rows]}):
        made = found[row.resource_id].setdefault(row.id, {
            "service_code": row.service_code, "materials": [],
            "envelope_mm": None if row.envelope_x is None else [
                row.envelope_x, row.envelope_y, row.envelope_z],
            "tolerance_um": row.tolerance_um})
        if row.material is not None:
            made["materials"].append(row.material)
    return {resource_id: list(each.values()) for resource_id, each in found.items()}


def _resource(row: Any, able: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"id": row.resource_id, "capabilities": able} | {
        name: getattr(row, name) for name in RESOURCE}


def _company(row: Any) -> str | None:
    return row.company if row.show_company else None


def _site(row: Any) -> dict[str, Any]:
    """Where it stands; a listing without its company's name tells the neighbourhood only."""
    places = 6 if row.show_company else 1
    return {"name": row.site if row.show_company else None, "region_code": row.region_code,
            "latitude": round(row.latitude, places), "longitude": round(row.longitude, places),
            "zone": row.zone, "shared_factory": row.shared_factory}
