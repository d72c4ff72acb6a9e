"""Getting in: register a company, log in and out, forgotten passwords, invitations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request

from marketplace.accounts import login, membership, profile, queries, services
from marketplace.accounts.models import Member
from marketplace.accounts.rules import PASSWORD_LENGTH, TERMS_VERSION
from marketplace.accounts.schemas import PersonFields, Registration, person_of
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.http.language import language
from marketplace.web.pages import account_session
from marketplace.web.pages.account_forms import (
    ForgotForm,
    LoginForm,
    ResetForm,
    address,
    again,
    attempt,
)
from marketplace.web.reader import words

blueprint = Blueprint("account_access_page", __name__)
RULES: dict[str, Any] = {"terms_version": TERMS_VERSION, "least": PASSWORD_LENGTH[0]}


def show_register() -> Any:
    """The form for a company and its first owner."""
    return again("account/register.html", page_title=words("account.register.title"), **RULES)


def register() -> Any:
    """A company registers; its first owner is logged in and goes on to hand in papers."""
    done = attempt(Registration(), lambda data: services.register(
        data["facts"], data["person"], address()))
    if done.errors:
        return again("account/register.html", done,
                     page_title=words("account.register.title"), **RULES)
    account_session.begin(done.result.id, done.result.session_epoch)
    flash(words("account.register.done"), "done")
    return redirect("/papers", 303)


def show_login() -> Any:
    """The form for address and password."""
    return again("account/login.html", page_title=words("account.login.title"),
                 then=request.args.get("next", ""))


def log_in() -> Any:
    """The right password begins a session."""
    done = attempt(LoginForm(), lambda data: login.log_in(
        data["email"], data["password"], address()))
    if done.errors:
        return again("account/login.html", done, page_title=words("account.login.title"),
                     then=request.form.get("next", ""))
    actor, epoch = done.result
    return entered(actor, epoch)


def entered(actor: Actor, epoch: int) -> Any:
    """The session of somebody who showed its password, in the member's theme."""
    account_session.begin(actor.member_id or 0, epoch)
    theme = db.session.get_one(Member, actor.member_id).theme
    response = account_session.onward(request.form.get("next"))
    return account_session.with_theme(response, theme) if theme else response


def log_out() -> Any:
    """End the session of this browser."""
    account_session.end()
    return redirect("/", 303)


def show_forgot() -> Any:
    """The form that asks for a mail."""
    return again("account/forgot.html", page_title=words("account.forgot.title"), sent=False)


def forgot() -> Any:
    """Ask for a mail; the answer does not tell whether there is an account."""
    done = attempt(ForgotForm(), lambda data: profile.request_reset(data["email"], address()))
    return again("account/forgot.html", done, page_title=words("account.forgot.title"),
                 sent=not done.errors)


def show_reset(secret: str) -> Any:
    """The form for a new password, if the link still works."""
    queries.open_reset(secret)
    return again("account/reset.html", page_title=words("account.reset.title"), **RULES)


def reset(secret: str) -> Any:
    """Set the new password; nobody is logged in by it, this browser included."""
    done = attempt(ResetForm(), lambda data: profile.reset(secret, data["password"]))
    if done.errors:
        return again("account/reset.html", done, page_title=words("account.reset.title"), **RULES)
    account_session.end()
    flash(words("account.reset.done"), "done")
    return redirect("/login", 303)


def show_invitation(secret: str) -> Any:
    """Who invites, to what, and the form to join."""
    return again("account/invitation.html", **_invitation(secret))


def accept(secret: str) -> Any:
    """The invited person joins and is logged in."""
    context = _invitation(secret)
    done = attempt(PersonFields(), lambda data: membership.accept(secret, person_of(data)))
    if done.errors:
        return again("account/invitation.html", done, **context)
    account_session.begin(done.result.id, done.result.session_epoch)
    flash(words("account.invitation.done", company=context["company"].name), "done")
    return redirect("/", 303)


def _invitation(secret: str) -> dict[str, Any]:
    row = queries.open_invitation(secret)
    company = queries.company(row.company_id)
    return {"page_title": words("account.invitation.title"), "company": company,
            "invitation": row, "language": language(), **RULES}


PAGES = (("/register", show_register, register), ("/login", show_login, log_in),
         ("/forgot", show_forgot, forgot), ("/reset/<secret>", show_reset, reset),
         ("/invitations/<secret>", show_invitation, accept))
for path, show, do in PAGES:
    blueprint.add_url_rule(path, view_func=show)
    blueprint.add_url_rule(path, view_func=do, methods=["POST"])
blueprint.add_url_rule("/logout", view_func=log_out, methods=["POST"])
