"""One's own account: profile, password, sessions, terms, a copy of one's data, erasure."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, session

from marketplace.accounts import membership, privacy, profile, queries
from marketplace.accounts.permissions import allowed
from marketplace.accounts.rules import PASSWORD_LENGTH, TERMS_VERSION
from marketplace.accounts.schemas import LANGUAGES, THEMES, ProfileEdit
from marketplace.http.auth import actor
from marketplace.web.pages import account_session
from marketplace.web.pages.account_forms import (
    EraseForm,
    Outcome,
    PasswordForm,
    address,
    again,
    attempt,
)
from marketplace.web.reader import words

blueprint = Blueprint("account_self_page", __name__)


def show(outcome: Outcome | None = None) -> Any:
    """Everything about one's own account."""
    me = queries.me(actor())
    return again("account/self.html", outcome, page_title=words("ui.account"), me=me,
                 least=PASSWORD_LENGTH[0], terms_version=TERMS_VERSION, languages=LANGUAGES,
                 themes=THEMES, may_leave=allowed(actor(), "member.leave"))


def edit() -> Any:
    """Save name, language and theme; they count from the next page on."""
    done = attempt(ProfileEdit(), lambda data: profile.edit(actor(), **data))
    if done.errors:
        return show(done)
    session["lang"] = done.result.language
    flash(words("account.self.saved"), "done")
    return account_session.with_theme(redirect("/account", 303), done.result.theme)


def change_password() -> Any:
    """Change the password; this session goes on, all others end."""
    done = attempt(PasswordForm(), lambda data: profile.change_password(
        actor(), data["present"], data["password"], address()))
    if done.errors:
        return show(Outcome(None, _at("present", done.errors), done.status))
    account_session.begin(actor().member_id or 0, done.result)
    flash(words("account.self.password_changed"), "done")
    return redirect("/account", 303)


def end_sessions() -> Any:
    """Log out everywhere."""
    profile.log_out_everywhere(actor())
    account_session.end()
    return redirect("/login", 303)


def consent() -> Any:
    """Agree to the newest terms."""
    profile.consent(actor(), TERMS_VERSION)
    flash(words("account.self.agreed"), "done")
    return redirect("/account", 303)


def export() -> Any:
    """A copy of one's data as a file."""
    text = json.dumps(privacy.export(actor()), ensure_ascii=False, indent=2)
    return Response(text, mimetype="application/json", headers={
        "Content-Disposition": 'attachment; filename="gongfang-account.json"'})


def leave() -> Any:
    """Leave the company."""
    membership.leave(actor(), actor().member_id or 0)
    account_session.end()
    flash(words("account.self.left"), "done")
    return redirect("/", 303)


def erase() -> Any:
    """Leave and have one's personal data erased."""
    done = attempt(EraseForm(), lambda data: privacy.erase_me(
        actor(), data["erase_password"], address()))
    if done.errors:
        return show(Outcome(None, _at("erase_password", done.errors), done.status))
    account_session.end()
    flash(words("account.self.erased"), "done")
    return redirect("/", 303)


def _at(field: str, errors: dict[str, str]) -> dict[str, str]:
    """A refusal of the form as a whole is told at its password."""
    return {name or field: sentence for name, sentence in errors.items()}


blueprint.add_url_rule("/account", view_func=show)
for path, view in (("/profile", edit), ("/password", change_password),
                   ("/sessions/end", end_sessions), ("/consent", consent), ("/export", export),
                   ("/leave", leave), ("/erase", erase)):
    blueprint.add_url_rule("/account" + path, view_func=view, methods=["POST"])
