"""The printable confirmation of a booking, to read or to save: the same bytes for everybody."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, request

from marketplace.bookings import paper
from marketplace.http.auth import actor
from marketplace.web import confirmation_view

blueprint = Blueprint("confirmation_page", __name__)


def show(booking_id: int) -> Any:
    """The sheet in the browser, to be printed."""
    return _sheet(booking_id, "inline")


def save(booking_id: int) -> Any:
    """The sheet as a file."""
    return _sheet(booking_id, "attachment")


def _sheet(booking_id: int, how: str) -> Any:
    facts = paper.of(actor(), booking_id)
    body = confirmation_view.sheet(facts)
    name = f"gongfang-{facts['number']}-v{facts['version']}.html"
    answer = Response(body, mimetype="text/html", headers={
        "Content-Security-Policy": confirmation_view.policy(), "Cache-Control": "private, no-cache",
        "Content-Disposition": f'{how}; filename="{name}"'})
    answer.set_etag(sha256(body).hexdigest())
    return answer.make_conditional(request)


blueprint.add_url_rule("/bookings/<int:booking_id>/confirmation", view_func=show)
blueprint.add_url_rule("/bookings/<int:booking_id>/confirmation.html", view_func=save)
