"""The operator's queue of companies to verify, each with its papers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request

from marketplace.accounts import queries, rules, services
from marketplace.accounts.models import Company
from marketplace.accounts.permissions import require
from marketplace.accounts.schemas import STATES, ReviewRequest
from marketplace.files.queries import counts, files_on
from marketplace.http.auth import actor
from marketplace.http.pages import page
from marketplace.web.pages.account_forms import Outcome, again, attempt
from marketplace.web.reader import words

blueprint = Blueprint("desk_verification_page", __name__)
LIMIT = 50


def show_queue() -> Any:
    """Companies in one state, the longest waiting first, with how many papers they handed in."""
    require(actor(), "company.verify")
    state = request.args.get("state", "")
    state = state if state in STATES else "pending"
    text = request.args.get("after", "")
    found = page(queries.companies(state), Company.id, LIMIT,
                 int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0)
    return again("company/queue.html", page_title=words("nav.verification"), state=state,
                 companies=found["items"], states=STATES, after=found["next_cursor"],
                 papers=counts("company", [each.id for each in found["items"]]))


def show_one(company_id: int, outcome: Outcome | None = None) -> Any:
    """One company: its facts, its papers, and the verdict."""
    require(actor(), "company.verify")
    company = queries.company(company_id)
    actions = [action for action in ("verify", "reject") if rules.review(action, company.state)]
    return again("company/review.html", outcome, page_title=company.name, company=company,
                 actions=actions, papers=files_on(actor(), "company", company.id),
                 owners=queries.owners(company.id))


def verify(company_id: int) -> Any:
    """The papers are in order."""
    return _decide(company_id, "verify", words("company.review.verified"))


def reject(company_id: int) -> Any:
    """Something is missing; the note says what."""
    return _decide(company_id, "reject", words("company.review.rejected"))


def _decide(company_id: int, action: str, told: str) -> Any:
    done = attempt(ReviewRequest(), lambda data: services.review(
        actor(), company_id, action, data["note"]))
    if done.errors:
        return show_one(company_id, done)
    flash(told, "done")
    return redirect("/verification", 303)


blueprint.add_url_rule("/verification", view_func=show_queue)
blueprint.add_url_rule("/verification/<int:company_id>", view_func=show_one)
blueprint.add_url_rule("/verification/<int:company_id>/verify", view_func=verify,
                       methods=["POST"])
blueprint.add_url_rule("/verification/<int:company_id>/reject", view_func=reject,
                       methods=["POST"])
