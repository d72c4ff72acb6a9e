"""Lines of companies, for operators: one line is one company whose papers the operator has seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.accounts import rules
from marketplace.accounts.services import Facts, import_company, review
from marketplace.web.imports.cells import Column, judged, text
from marketplace.web.imports.context import Context, Parsed

COLUMNS = (
    Column("credit_code", judged(rules.credit_code_error), required=True),
    Column("name", text(120), required=True),
    Column("region_code", judged(rules.region_error), required=True),
    Column("industry_code", judged(rules.industry_error), required=True),
    Column("contact_name", text(60), required=True),
    Column("contact_email", judged(rules.email_error), required=True),
    Column("contact_phone", judged(rules.phone_error), required=True),
)
KEY = ("credit_code",)
COMPANIES = ()
GROUP = KEY
NAMES: dict[str, str] = {}


def make(context: Context, group: Sequence[Parsed]) -> Any:
    """Enter the company of a line and verify it; both stand in the audit log."""
    company = import_company(context.actor, Facts(**group[0].values))
    return review(context.actor, company.id, "verify")
