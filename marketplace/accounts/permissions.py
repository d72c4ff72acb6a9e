"""The one table of who may do what: action × role. Everything not in it is refused."""

from __future__ import annotations

from marketplace.core.actor import Actor
from marketplace.core.errors import Forbidden, NotFound

OWNER, PLANNER, FINANCE, VIEWER, OPERATOR = "owner", "planner", "finance", "viewer", "operator"
ROLES = (OWNER, PLANNER, FINANCE, VIEWER)
EVERYONE = frozenset({*ROLES, OPERATOR})
MEMBERS = frozenset(ROLES)
WORKERS = frozenset({OWNER, PLANNER})

# action: (roles, needs a verified company)
TABLE: dict[str, tuple[frozenset[str], bool]] = {
    "company.read": (EVERYONE, False),
    "company.edit": (frozenset({OWNER}), False),
    "company.verify": (frozenset({OPERATOR}), False),
    "company.import": (frozenset({OPERATOR}), False),
    "paper.upload": (frozenset({OWNER}), False),
    "paper.read": (frozenset({OWNER, OPERATOR}), False),
    "member.list": (MEMBERS, False),
    "member.invite": (frozenset({OWNER}), False),
    "member.edit": (frozenset({OWNER}), False),
    "member.leave": (MEMBERS, False),
    "member.erase": (frozenset({OPERATOR}), False),
    "self.edit": (EVERYONE, False),
    "token.own": (EVERYONE, False),
    "resource.read": (MEMBERS, False),
    "resource.edit": (WORKERS, False),
    "listing.edit": (WORKERS, True),
    "price.read": (EVERYONE, False),
    "quote.create": (MEMBERS, False),
    "quote.read": (MEMBERS, False),
    "booking.create": (WORKERS, True),
    "booking.change": (WORKERS, False),
    "booking.resolve": (frozenset({OPERATOR}), False),
    "booking.read": (MEMBERS, False),
    "qualification.edit": (WORKERS, False),
    "qualification.read": (MEMBERS, False),
    "file.read": (MEMBERS, False),
    "file.attach": (WORKERS, False),
    "job.edit": (WORKERS, False),
    "job.read": (MEMBERS, False),
    "plan.create": (WORKERS, False),
    "plan.read": (MEMBERS, False),
    "plan.accept": (WORKERS, True),
    "utilisation.read": (frozenset({OPERATOR}), False),
}

# What an API token may be made for. What its member's role does not allow, no scope allows.
SCOPES = ("market:read", "market:write", "account:read", "account:write")


class NotAllowed(Forbidden):
    """The role does not allow this."""

    code = "not_allowed"


class CompanyNotVerified(Forbidden):
    """The company must be verified by an operator first."""

    code = "company_not_verified"


def allowed(actor: Actor | None, action: str) -> bool:
    """True when the role allows it and the company is verified where that is needed."""
    if actor is None:
        return False
    if actor.role == "system":
        return True
    roles, verified = TABLE[action]
    return actor.role in roles and (actor.company_verified or not verified)


def require(actor: Actor, action: str) -> None:
    """Raise NotAllowed or CompanyNotVerified unless the actor may do this."""
    if allowed(actor, action):
        return
    if actor.role in TABLE[action][0]:
        raise CompanyNotVerified()
    raise NotAllowed(action=action)


def require_company(actor: Actor, company_ids: int | set[int], kind: str) -> None:
    """Raise NotFound unless the actor's company is among them: strangers learn nothing."""
    ids = {company_ids} if isinstance(company_ids, int) else company_ids
    if actor.role != "system" and actor.company_id not in ids:
        raise NotFound(kind=kind)
