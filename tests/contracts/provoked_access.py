"""How the answers about qualifications, certificates and quotas are provoked."""

from __future__ import annotations

from typing import Any

from tests.clocks import shanghai
from tests.contracts.provoking import NOBODYS, Provoked, each, fixed
from tests.contracts.stage import Request, Stage
from tests.factories.access import create_certificate, create_qualification, day_of

PAPER = {"kind": "CNAS", "number": "L0001", "issuer": "CNAS",
         "valid_until": day_of(shanghai(90, 0)).isoformat()}


def qualification(stage: Stage) -> int:
    """What the seller lets the buyer's member operate."""
    return create_qualification(stage.market.seller.company, stage.market.buyer.member).id


def certificate(stage: Stage) -> int:
    """A certificate of the seller's machine."""
    return create_certificate(stage.market.resource, day_of(shanghai(90, 0))).id


def of_booking(stage: Stage) -> Request:
    """The seller lets whoever has booked operate its machine."""
    return Request("/qualifications", {"code": "CNC-3", "booking_id": stage.booking()}, "seller")


def of_nobodys_booking(stage: Stage) -> Request:
    """The same for a booking that there is not."""
    return Request("/qualifications", {"code": "CNC-3", "booking_id": NOBODYS}, "seller")


def person(stage: Stage) -> dict[str, Any]:
    """The buyer's member by its address."""
    buyer = stage.market.buyer
    return {"code": "CNC-3", "email": buyer.member.email, "credit_code": buyer.company.credit_code}


def too_often(stage: Stage) -> Request:
    """One try of an address more than is allowed."""
    request = Request("/qualifications", person(stage), "seller")
    for _ in range(60):
        if stage.send("POST", request).status_code != 201:
            break
    return request


TABLE: dict[str, Provoked] = {
    "GET /qualifications": Provoked(fixed("/qualifications", "seller")),
    "GET /my/qualifications": Provoked(fixed("/my/qualifications")),
    "POST /qualifications": Provoked(of_booking, {404: of_nobodys_booking, 429: too_often}),
    "DELETE /qualifications/{qualification_id}": Provoked(
        each("/qualifications/{}", qualification, None, "seller")),
    "GET /listings/{listing_id}/quota": Provoked(
        each("/listings/{}/quota", lambda s: s.market.listing.id)),
    "GET /resources/{resource_id}/certificates": Provoked(
        each("/resources/{}/certificates", Stage.machine, None, "seller")),
    "POST /resources/{resource_id}/certificates": Provoked(
        each("/resources/{}/certificates", Stage.machine, PAPER, "seller")),
    "DELETE /certificates/{certificate_id}": Provoked(
        each("/certificates/{}", certificate, None, "seller")),
}
