"""API tokens of the member: make one, see it once, end it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect

from marketplace import config
from marketplace.accounts import tokens
from marketplace.accounts.permissions import SCOPES, require
from marketplace.accounts.schemas import TokenRequest
from marketplace.http.auth import actor
from marketplace.web.pages.account_forms import Outcome, again, attempt
from marketplace.web.reader import words

blueprint = Blueprint("account_tokens_page", __name__)


def show(outcome: Outcome | None = None) -> Any:
    """The member's tokens, and the form for another."""
    require(actor(), "token.own")
    rows = [(row, tokens.alive(row)) for row in tokens.mine(actor())]
    return again("account/tokens.html", outcome, page_title=words("nav.tokens"), rows=rows,
                 scopes=SCOPES, days=config.current().token_days, days_most=tokens.DAYS_MOST,
                 secret=outcome.result[1] if outcome and outcome.result else None)


def make() -> Any:
    """Make a token; its secret stands on the answer and nowhere else."""
    return show(attempt(TokenRequest(), lambda data: tokens.make(actor(), **data)))


def revoke(token_id: int) -> Any:
    """End a token at once."""
    tokens.revoke(actor(), token_id)
    flash(words("account.tokens.revoked"), "done")
    return redirect("/tokens", 303)


blueprint.add_url_rule("/tokens", view_func=show)
blueprint.add_url_rule("/tokens", view_func=make, methods=["POST"])
blueprint.add_url_rule("/tokens/<int:token_id>/revoke", view_func=revoke, methods=["POST"])
