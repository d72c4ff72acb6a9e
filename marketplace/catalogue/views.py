"""Listings as the asker may see them: prices to members, names as the listing chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.accounts.permissions import allowed
from marketplace.catalogue import cards, queries
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
             else cards.shown(rows[:limit], wanted, allowed(actor, "price.read")))
    return {"items": items, "next_cursor": cursor + limit if len(rows) > limit else None}


def shown(actor: Actor | None, listing_id: int, wanted: Sequence[str]) -> dict[str, Any]:
    """One published listing; raises ListingNotFound."""
    return cards.shown([queries.card(listing_id)], wanted, allowed(actor, "price.read"))[0]


def companies(listings: Sequence[Listing]) -> dict[int, str]:
    """Names of the companies whose listings show them."""
    return {row.company_id: row.company.name for row in listings if row.show_company}
