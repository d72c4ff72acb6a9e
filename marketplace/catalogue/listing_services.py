"""The use case that changes a listing, and reads of one's own listings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.permissions import require, require_company
from marketplace.catalogue.errors import ListingNotFound
from marketplace.catalogue.listing_rules import RULE_FIELDS, listing_errors
from marketplace.catalogue.models import Listing, ListingTerms
from marketplace.catalogue.services import terms_rows
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale
from marketplace.core.locking import Rank, lock
from marketplace.core.transaction import transactional
from marketplace.resources.models import Resource


class ListingInvalid(Invalid):
    """The rules of a listing have wrong fields; every one is named."""

    code = "listing_invalid"


@transactional
def change_listing(actor: Actor, listing_id: int, version: int | None,
                   rules: Mapping[str, Any], terms: Mapping[str, Any] | None = None) -> Listing:
    """The operating company changes what its listing asks and costs from now on.

    Quotes and bookings made before keep their own copy of the terms. Raises ListingNotFound,
    Stale when somebody changed it since `version`, ListingInvalid, TermsMissing, TermsInvalid.
    """
    require(actor, "listing.edit")
    listing = _locked(actor, listing_id)
    if version is not None and version != listing.version:
        raise Stale(version=listing.version)
    wanted = {name: rules[name] for name in RULE_FIELDS if name in rules}
    errors = listing_errors({name: getattr(listing, name) for name in RULE_FIELDS} | wanted)
    if errors:
        raise ListingInvalid(errors=errors, count=len(errors))
    if terms is not None:
        rows = terms_rows(terms)
        db.session.execute(delete(ListingTerms).where(ListingTerms.listing_id == listing.id))
        for row in rows:
            row.listing_id = listing.id
        db.session.add_all(rows)
    for name, value in wanted.items():
        setattr(listing, name, value)
    listing.version += 1
    db.session.flush()
    db.session.expire(listing, ["terms"])
    audit.record(actor, "listing.change", "listing", listing.id, fields=sorted(wanted),
                 modes=sorted(terms or ()))
    return listing


def _locked(actor: Actor, listing_id: int) -> Listing:
    """A published listing whose resource is locked, so that two changes take turns."""
    found = db.session.get(Listing, listing_id)
    if found is None:
        raise ListingNotFound(id=listing_id)
    require_company(actor, found.company_id, "listing")
    lock(Resource, [found.resource_id], Rank.RESOURCE)
    db.session.refresh(found)
    if found.state != "published":
        raise ListingNotFound(id=listing_id)
    return found


def listings_of(actor: Actor) -> Select[Listing]:
    """The company's listings, also withdrawn ones, with resource and terms."""
    return (select(Listing).where(Listing.company_id == actor.company_id)
            .options(joinedload(Listing.resource), selectinload(Listing.terms))
            .execution_options(populate_existing=True).order_by(Listing.id))


def listing_of(actor: Actor, listing_id: int) -> Listing:
    """One listing of the company; raises ListingNotFound."""
    row = db.session.scalar(listings_of(actor).where(Listing.id == listing_id))
    if row is None:
        raise ListingNotFound(id=listing_id)
    return row
