"""The smallest market: somebody who sells, somebody who buys, somebody it is no business of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marketplace.accounts.models import Member
from marketplace.capacity import services as capacity
from marketplace.capacity.models import Claim
from marketplace.catalogue.models import Listing
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.companies import Party, create_member, create_party, create_token
from tests.factories.listings import create_listing
from tests.factories.resources import create_capability, create_resource


@dataclass(frozen=True)
class Market:
    """Tomorrow 10:00-12:00 (`start`, `end`) is free on the seller's listed machine."""

    seller: Party
    buyer: Party
    stranger: Party
    operator: Member
    operator_token: str
    resource: Resource
    listing: Listing
    start: datetime
    end: datetime

    def wish(self, **changes: Any) -> dict[str, Any]:
        """A wish for tomorrow 10:00-12:00 by the hour, as JSON; None leaves a field out."""
        body: dict[str, Any] = {
            "listing_id": self.listing.id, "start": self.start.isoformat(),
            "end": self.end.isoformat(), "mode": "time_slice"} | changes
        return {name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in body.items() if value is not None}


def create_market(*, lanes: int = 1, **listing: Any) -> Market:
    """A seller with a listed machine open 08:00-20:00, a buyer, a stranger, an operator."""
    seller, buyer, stranger = create_party(), create_party(), create_party()
    operator = create_member()
    resource = create_resource(seller.company, lanes=lanes)
    create_capability(resource)
    return Market(seller, buyer, stranger, operator, create_token(operator), resource,
                  create_listing(resource, **listing), shanghai(1, 10), shanghai(1, 12))


def create_claim(resource: Resource, start: datetime, hours: float = 1, *, lanes: int = 1,
                 **want: Any) -> list[Claim]:
    """A claim through take(), of no holder that exists."""
    window = TimeWindow(start, start + timedelta(hours=hours))
    with place.context():
        return capacity.take([capacity.Want(resource.id, window, want.pop("holder_kind", "test"),
                                            want.pop("holder_id", 1), lanes, **want)])[0]
