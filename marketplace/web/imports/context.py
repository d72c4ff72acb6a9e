"""Who imports for which company, and the words a file uses for rows that are there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from marketplace.accounts.permissions import allowed
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid
from marketplace.resources import queries


class RowRefused(Invalid):
    """A row names something that is not there or not the importer's; never leaves the import."""

    code = "import_row_refused"


@dataclass(frozen=True)
class Parsed:
    """A row whose cells could all be read."""

    line: int
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass
class Context:
    """One import: its person, and the companies that its rows name."""

    actor: Actor
    companies: dict[str, int] = field(default_factory=dict)

    def learn(self, credit_codes: Iterable[str]) -> None:
        """Look the companies of all rows up at once."""
        self.companies = queries.company_ids(set(credit_codes))

    def company(self, credit_code: str, column: str) -> int:
        """The id of a registered company; raises RowRefused."""
        if credit_code not in self.companies:
            raise refuse(column, "company_unknown")
        return self.companies[credit_code]

    def member_of(self, company_id: int) -> Actor | None:
        """The importer as a member of a company; None when it is another's.

        An operator imports for any company: the audit log keeps the operator's own number.
        """
        if self.actor.company_id == company_id:
            return self.actor
        if self.actor.is_operator and allowed(self.actor, "company.import"):
            return replace(self.actor, company_id=company_id, role="owner", company_verified=True)
        return None

    def acting(self, *credit_codes: str, column: str) -> Actor:
        """The importer as a member of the first of these companies that it may act for.

        Raises RowRefused when it is none of them.
        """
        ids = [self.company(code, column) for code in credit_codes]
        for id_ in ids:
            actor = self.member_of(id_)
            if actor is not None:
                return actor
        raise refuse(column, "not_your_company")


def refuse(column: str, code: str, **params: Any) -> RowRefused:
    """A refusal of a row for one of its columns."""
    return RowRefused(errors=[FieldError(column, code, **params)])
