"""The facts of the member's company."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect

from marketplace.accounts import queries, services
from marketplace.accounts.permissions import allowed, require
from marketplace.accounts.schemas import CompanyEdit
from marketplace.files.queries import files_on
from marketplace.http.auth import actor
from marketplace.web.pages.account_forms import Outcome, again, attempt
from marketplace.web.reader import words

blueprint = Blueprint("company_page", __name__)


def show(outcome: Outcome | None = None) -> Any:
    """The company as the platform knows it; owners correct it here."""
    require(actor(), "company.read")
    company = queries.company(actor().company_id)
    return again("company/facts.html", outcome, page_title=words("nav.company"), company=company,
                 may_edit=allowed(actor(), "company.edit"),
                 papers=files_on(actor(), "company", company.id))


def edit() -> Any:
    """Correct the facts; a new name or code is verified anew."""
    done = attempt(CompanyEdit(), lambda data: services.edit_company(
        actor(), {name: data[name] for name in services.FIELDS}, data["version"]))
    if done.errors:
        return show(done)
    flash(words("company.saved"), "done")
    return redirect("/company", 303)


blueprint.add_url_rule("/company", view_func=show)
blueprint.add_url_rule("/company", view_func=edit, methods=["POST"])
