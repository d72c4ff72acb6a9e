"""Who may operate what, certificates of resources, and rules of a listing that is there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from marketplace.accounts.models import Company, Member
from marketplace.bookings.qualification_models import Qualification
from marketplace.catalogue.models import Listing
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.resources.certificates import end_of
from marketplace.resources.models import Certificate, Resource
from tests.clocks import SHANGHAI
from tests.factories import place
from tests.factories.companies import create_member


def create_qualification(company: Company, member: Member, code: str = "CNC-3",
                         **overrides: Any) -> Qualification:
    """What a company lets a member operate, from now until it is revoked."""
    values: dict[str, Any] = {
        "company_id": company.id, "member_id": member.id, "code": code,
        "valid_from": clock.now(), "created_at": clock.now()}
    granted = overrides.pop("granted_by", None) or create_member(company).id
    return place.save(Qualification(granted_by=granted, **values | overrides))


def create_certificate(resource: Resource, valid_until: date, kind: str = "CNAS",
                       zone: str = "Asia/Shanghai") -> Certificate:
    """A certificate of a resource up to and including a day of its site."""
    return place.save(Certificate(
        resource_id=resource.id, kind=kind, number="L0001", issuer="CNAS",
        valid_until=valid_until, lapses_at=end_of(valid_until, zone), created_at=clock.now()))


def set_rules(listing_id: int, **rules: Any) -> None:
    """The seller has changed what its listing asks for."""
    with place.context(), transaction():
        row = db.session.get_one(Listing, listing_id)
        for name, value in rules.items():
            setattr(row, name, value)


def day_of(moment: datetime) -> date:
    """The day of a moment in Shandong."""
    return moment.astimezone(SHANGHAI).date()
