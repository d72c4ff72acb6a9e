"""Listings with price terms in all three modes."""

from __future__ import annotations

from typing import Any

from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import terms_rows
from marketplace.core import clock
from marketplace.resources.models import Resource
from tests.factories import place

TIME_SLICE = {"rate_per_hour": "120.00", "setup_fee": "0.00", "minimum": "0.00"}
PIECE = {"price_per_piece": "3.5000", "setup_fee": "200.00", "minimum": "0.00",
         "setup_minutes": 60, "minutes_per_piece": "2.5"}
VALUE = {"base": "500.00", "share": "0.15", "unit_value": "40.00", "floor": "500.00",
         "cap": "9000.00", "metric": "saving_per_piece", "baseline": "32.00",
         "direction": "lower", "setup_minutes": 60, "minutes_per_piece": "2.5"}
ALL_TERMS = {"time_slice": TIME_SLICE, "piece": PIECE, "value": VALUE}


def create_listing(resource: Resource, terms: dict[str, dict[str, Any]] | None = None,
                   **overrides: Any) -> Listing:
    """A published listing: steps of 15 minutes, 1 hour to 7 days, 60 days ahead, no notice."""
    values: dict[str, Any] = {
        "resource_id": resource.id, "company_id": resource.operating_company_id,
        "state": "published", "step": 15, "min_minutes": 60, "max_minutes": 7 * 1440,
        "notice_minutes": 0, "horizon_days": 60, "may_pause": False, "show_company": True,
        "created_at": clock.now()}
    return place.save(Listing(terms=terms_rows(ALL_TERMS if terms is None else terms),
                              **values | overrides))
