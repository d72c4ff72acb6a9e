"""Find capacity: filters in the address, results with free days and the price for this work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.accounts.permissions import require
from marketplace.http.auth import actor
from marketplace.web import searching
from marketplace.web.reader import asking, words

blueprint = Blueprint("search_page", __name__)


def show() -> Any:
    """Search listings; public, but a price ceiling and price order are for members."""
    form = searching.read(request.args)
    if form.members_only:
        require(actor(), "price.read")
    page = render_template("search/page.html", page_title=words("nav.search"),
                           **searching.view(form, asking()))
    return page, 422 if form.errors else 200


blueprint.add_url_rule("/search", view_func=show)
