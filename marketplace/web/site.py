"""How pages are wired: sessions, language, what every page shows, problems as pages."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask, g, make_response, redirect, render_template, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from marketplace.core import i18n
from marketplace.core.errors import Forbidden
from marketplace.http.language import language
from marketplace.notifications.queries import unread
from marketplace.web import assets, names, navigation
from marketplace.web.attached import attached, attached_to_job_of
from marketplace.web.pages import (
    account_access,
    account_legal,
    account_self,
    account_session,
    account_tokens,
    apidocs,
    attachments,
    bookings,
    calendars,
    company,
    company_members,
    company_papers,
    confirmation,
    desk_verification,
    home,
    imports,
    inbox,
    jobs,
    listing,
    machine_calendars,
    machines,
    machines_certificates,
    machines_edit,
    machines_hours,
    machines_offer,
    operators,
    plans,
    search,
    series,
    settling,
    sites,
    utilisation,
    waiting,
)
from marketplace.web.reader import (
    asking,
    choose_language,
    formats,
    is_page,
    login_url,
    words,
)

PAGES = (home, search, listing, bookings, machines, jobs, plans, utilisation, account_access,
         account_self, account_tokens, account_legal, company, company_members, company_papers,
         desk_verification, apidocs, machines_certificates, operators,
         imports, machines_edit, machines_hours, machines_offer, machine_calendars, calendars,
         sites, inbox, confirmation, attachments,
         settling, series, waiting)
LINKS = {"home": "/", "login": "/login", "register": "/register", "account": "/account",
         "logout": "/logout", "inbox": "/inbox"}
csrf = CSRFProtect()


session_actor = account_session.actor


class FormExpired(Forbidden):
    """A form came without the secret of this browser's session."""

    code = "form_expired"


def only_sessions() -> None:
    """A page knows the browser's session only: what a token may do, its scopes say to the API."""
    if is_page():
        g.actor = session_actor()


def problem_page(problem: dict[str, Any]) -> Any:
    """A problem for people; who must log in first is sent there and comes back."""
    if (problem["code"] == "unauthenticated" and request.method == "GET"
            and LINKS["login"] in navigation.paths()):
        return redirect(login_url(request.full_path.rstrip("?")))
    g.broken = problem["status"] >= 500
    page = render_template("problem.html", page_title=problem["title"], problem=problem)
    return make_response(page, problem["status"])


def shell() -> dict[str, Any]:
    """What the layout and the macros need; after an error of our own nothing is read anew."""
    broken = g.get("broken", False)
    actor = g.get("actor") if broken else asking()
    lang = language()
    return {"lang": lang, "t": partial(i18n.translate, lang), "f": formats(),
            "actor": actor, "nav": navigation.menu(actor, counted=not broken),
            "desk": navigation.desk_box(actor), "links": LINKS, "page_title": words("ui.name"),
            "unread": 0 if broken or actor is None else unread(actor),
            "city_choices": names.city_choices, "attached": attached,
            "attached_to_job_of": attached_to_job_of}


def protect() -> None:
    """A form must come from our own page; the API knows no cookies and needs no token."""
    if is_page() and request.endpoint is not None:
        try:
            csrf.protect()
        except CSRFError as error:
            raise FormExpired() from error


def init_app(app: Flask) -> None:
    """Register the pages and what they share."""
    app.template_folder = "web/templates"
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False   # `protect` decides, for pages only
    csrf.init_app(app)
    assets.init_app(app)
    app.config.update(PERMANENT_SESSION_LIFETIME=account_session.LIFE,
                      SESSION_REFRESH_EACH_REQUEST=False)
    app.before_request(only_sessions)
    app.before_request(choose_language)
    app.before_request(protect)
    app.context_processor(shell)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
