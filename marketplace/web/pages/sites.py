"""The company's sites: the list and the form of a new one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.accounts.permissions import allowed, require
from marketplace.core.db import db
from marketplace.http.auth import actor
from marketplace.resources import queries, services
from marketplace.resources.schemas import SiteRequest
from marketplace.web import forming
from marketplace.web.reader import words

blueprint = Blueprint("sites_page", __name__)
TEXTS = ("code", "name", "address", "region_code", "zone")


def show() -> Any:
    """Every site the company may see."""
    return _page({"zone": "Asia/Shanghai"}, {})


def create() -> Any:
    """Register a site."""
    body = (forming.filled(request.form, TEXTS)
            | forming.filled(request.form, ("latitude", "longitude"), forming.decimal)
            | {"shared_factory": request.form.get("shared_factory") == "yes"})
    _, errors, status = forming.carried_out(
        SiteRequest(), body, lambda site: services.create_site(actor(), site))
    if errors:
        return _page(request.form, errors), status
    flash(words("sites.made"), "done")
    return redirect(url_for(".show"), 303)


def _page(form: Any, errors: dict[str, str]) -> str:
    require(actor(), "resource.read")
    rows = db.session.scalars(queries.sites_of(actor()).limit(500)).all()
    return render_template("sites/page.html", page_title=words("nav.sites"), rows=rows, form=form,
                           errors=errors, may_edit=allowed(actor(), "resource.edit"))


blueprint.add_url_rule("/sites", view_func=show)
blueprint.add_url_rule("/sites", view_func=create, methods=["POST"])
