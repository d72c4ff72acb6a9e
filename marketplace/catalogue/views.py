"""Listings as the asker may see them: prices to members, names as the listing chooses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from marketplace.accounts.permissions import allowed
from marketplace.catalogue import queries
from marketplace.catalogue.models import Listing
from marketplace.catalogue.queries import Search
from marketplace.core.actor import Actor


def found(actor: Actor | None, wish: Search, limit: int, cursor: int,
          wanted: Sequence[str]) -> dict[str, Any]:
    """One page of a search; the cursor is an offset into its order.

    A caller that wants only ids gets them without a join to anything it does not read.
    """
    ids_only = tuple(wanted) == ("id",)
    rows = queries.found(wish, limit + 1, cursor, ids_only=ids_only)
    items = ([{"id": each} for each in rows[:limit]] if ids_only
             else shown(actor, rows[:limit], wanted))
    return {"items": items, "next_cursor": cursor + limit if len(rows) > limit else None}


def shown(actor: Actor | None, listings: Sequence[Listing],
          wanted: Iterable[str]) -> list[dict[str, Any]]:
    """Listings as plain values, limited to the wanted fields."""
    names = companies(listings)
    keep = set(wanted) | {"id"}
    prices = allowed(actor, "price.read")
    return [{key: value for key, value in _one(row, names, prices).items() if key in keep}
            for row in listings]


def companies(listings: Sequence[Listing]) -> dict[int, str]:
    """Names of the companies whose listings show them."""
    return {row.company_id: row.company.name for row in listings if row.show_company}


def _one(row: Listing, names: dict[int, str], prices: bool) -> dict[str, Any]:
    return {"id": row.id, "resource": row.resource, "site": _site(row),
            "company": names.get(row.company_id) if row.show_company else None, "rules": row,
            "modes": [each.mode for each in row.terms],
            "prices": {each.mode: each.terms for each in row.terms} if prices else None}


def _site(row: Listing) -> dict[str, Any]:
    """Where it stands; a listing without its company's name tells the neighbourhood only."""
    site = row.resource.site
    places = 6 if row.show_company else 1
    return {"name": site.name if row.show_company else None, "region_code": site.region_code,
            "latitude": round(site.latitude, places), "longitude": round(site.longitude, places),
            "zone": site.zone, "shared_factory": site.shared_factory}
