"""The terms and the privacy notice, in the version that is agreed to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from marketplace.accounts.membership import VALID
from marketplace.accounts.rules import TERMS_VERSION
from marketplace.http.language import language
from marketplace.web.pages.account_session import LIFE
from marketplace.web.reader import words

blueprint = Blueprint("account_legal_page", __name__)


def terms() -> Any:
    """Under which terms the platform is used."""
    return _page("terms", words("legal.terms"))


def privacy() -> Any:
    """What is stored of whom, why, how long, and what one may ask for."""
    return _page("privacy", words("legal.privacy"))


def _page(name: str, title: str) -> Any:
    return render_template("legal/page.html", page_title=title, version=TERMS_VERSION,
                           text=f"legal/{name}.{language()}.html", session_days=LIFE.days,
                           invitation_days=VALID.days)


blueprint.add_url_rule("/terms", view_func=terms)
blueprint.add_url_rule("/privacy", view_func=privacy)
