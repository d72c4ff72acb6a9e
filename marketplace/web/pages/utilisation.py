"""How capacity is used, for the operator: figures with their formulas, and the same as CSV."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from marketplace.accounts.permissions import require
from marketplace.http.auth import actor
from marketplace.web import use_view

blueprint = Blueprint("utilisation_page", __name__)


def show() -> Any:
    """The indicators of one period."""
    require(actor(), "utilisation.read")
    return render_template("utilisation/page.html",
                           **use_view.view(actor(), request.args.get("period", "")))


def export() -> Any:
    """Every indicator by every dimension, as CSV that spreadsheets open as UTF-8."""
    require(actor(), "utilisation.read")
    name, text = use_view.table(actor(), request.args.get("period", ""))
    return Response("\ufeff" + text, mimetype="text/csv", headers={
        "Content-Disposition": f'attachment; filename="{name}"'})


blueprint.add_url_rule("/utilisation", view_func=show)
blueprint.add_url_rule("/utilisation.csv", view_func=export)
