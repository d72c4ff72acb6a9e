"""Who is asking: a value that services take, never a web object."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """A member of a company, an operator, or the system itself (`member_id` None).

    `scopes` is None for a person at the screen and a set for an API token.
    """

    member_id: int | None
    company_id: int | None
    role: str
    company_verified: bool = False
    language: str = "zh"
    name: str = ""
    company_name: str = ""
    token_id: int | None = None
    scopes: frozenset[str] | None = field(default=None)

    @property
    def is_operator(self) -> bool:
        """True for the platform's staff."""
        return self.role == "operator"

    @property
    def key(self) -> str:
        """What idempotency rows and rate limits are counted by."""
        return f"member:{self.member_id}"


SYSTEM = Actor(member_id=None, company_id=None, role="system")
