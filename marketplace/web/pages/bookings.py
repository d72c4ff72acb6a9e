"""Bookings of a company on both sides: the list, one of them, and every step of its lifecycle."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from marshmallow import ValidationError

from marketplace.accounts.permissions import require
from marketplace.bookings import queries
from marketplace.bookings.errors import IllegalTransition
from marketplace.catalogue.models import Quote
from marketplace.core.db import db
from marketplace.core.errors import DomainError, Invalid, NotFound
from marketplace.http.api import invalid
from marketplace.http.auth import actor
from marketplace.http.problems import status_of
from marketplace.web import booking_view, changed, forming, instead
from marketplace.web.booking_desk import DEEDS
from marketplace.web.once import new_key, once
from marketplace.web.reader import words

blueprint = Blueprint("bookings_page", __name__)
changed.show_on(blueprint)


def show_list() -> Any:
    """Bookings the company made or received; what needs an answer, and the next one, first."""
    require(actor(), "booking.read")
    return render_template("bookings/list.html", page_title=words("nav.bookings"),
                           **booking_view.listed(actor(), request.args))


def show_disputes() -> Any:
    """Work in dispute, for operators."""
    require(actor(), "booking.resolve")
    return render_template("bookings/disputes.html", page_title=words("nav.disputes"),
                           **booking_view.disputes())


def _may_read() -> None:
    require(actor(), "booking.resolve" if actor().is_operator else "booking.read")


def show_one(booking_id: int) -> Any:
    """One booking with its lines, terms, both parties and what has happened."""
    _may_read()
    return render_template("bookings/one.html", **booking_view.detail(actor(), booking_id))


def ask(booking_id: int, action: str) -> Any:
    """Say what a step means and costs before it is made."""
    _may_read()
    queries.booking_of(actor(), booking_id)
    if action not in DEEDS:
        raise NotFound(kind="action")
    view = booking_view.asked(actor(), booking_id, action)
    if action not in view["actions"]:
        raise IllegalTransition(action=action, state=view["booking"].state)
    return _asked(view, {})


def _asked(view: dict[str, Any], errors: dict[str, str], status: int = 200, **more: Any) -> Any:
    page = render_template("bookings/ask.html", once=new_key(), errors=errors, sent=request.form,
                           **view, **more)
    return page, status


def do(booking_id: int, action: str) -> Any:
    """Make a step that the lifecycle allows this side now."""
    booking = queries.booking_of(actor(), booking_id)
    if action not in DEEDS:
        raise NotFound(kind="action")
    quote_id = booking.quote_id
    try:
        answer = carry_out(booking_id, action)
    except DomainError as refusal:
        return _refused(refusal, booking_id, action, quote_id)
    flash(words(f"booking.done.{action}"), "done")
    return answer


def _refused(refusal: DomainError, booking_id: int, action: str, quote_id: int) -> Any:
    """The question again: with what is free instead, or with the field that is wrong."""
    if not (refusal.negotiable or isinstance(refusal, Invalid)):
        raise refusal
    view, status = booking_view.asked(actor(), booking_id, action), status_of(type(refusal))
    if refusal.negotiable and action != "hand_over":
        return _asked(view, {}, status, refused=instead.reason(refusal),
                      instead=instead.rows(actor(), db.session.get_one(Quote, quote_id)))
    return _asked(view, forming.sentences(refusal), status)


@once
def carry_out(booking_id: int, action: str) -> str:
    """The deed itself, once for one form."""
    schema, deed, _ = DEEDS[action]
    names = [name for name in schema().fields if name in request.form]
    try:
        data = schema().load({name: forming.whole(request.form[name]) if name == "member_id"
                              else request.form[name] for name in names})
    except ValidationError as error:
        raise invalid(error) from None
    deed(actor(), booking_id, version=changed.seen(), **data)
    return url_for("bookings_page.show_one", booking_id=booking_id)


blueprint.add_url_rule("/bookings", view_func=show_list)
blueprint.add_url_rule("/disputes", view_func=show_disputes)
blueprint.add_url_rule("/bookings/<int:booking_id>", view_func=show_one)
blueprint.add_url_rule("/bookings/<int:booking_id>/<action>", view_func=ask)
blueprint.add_url_rule("/bookings/<int:booking_id>/<action>", view_func=do, methods=["POST"])
