"""The API's documentation page: Swagger UI, served from here, over the generated document."""

from __future__ import annotations

from flask import Blueprint, render_template

from marketplace.core import i18n
from marketplace.http.language import language

blueprint = Blueprint("apidocs", __name__)


@blueprint.get("/docs/api")
def apidocs() -> str:
    """Show the API."""
    return render_template("docs/api.html",
                           page_title=i18n.translate(language(), "apidocs.title"))
