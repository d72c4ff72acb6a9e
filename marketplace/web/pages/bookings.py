"""Bookings of a company on both sides: the list, one of them, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.bookings import queries, steps
from marketplace.bookings.errors import IllegalTransition
from marketplace.bookings.models import Booking
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.http.auth import actor
from marketplace.web import booking_view
from marketplace.web.once import new_key, once
from marketplace.web.reader import words

blueprint = Blueprint("bookings_page", __name__)
DEEDS: dict[str, Callable[[Actor, int], Booking]] = {"cancel": steps.cancel}


def show_list() -> Any:
    """Bookings the company made or received; the next one first."""
    require(actor(), "booking.read")
    return render_template("bookings/list.html", page_title=words("nav.bookings"),
                           **booking_view.listed(actor(), request.args))


def show_one(booking_id: int) -> Any:
    """One booking with its lines, terms and both parties."""
    require(actor(), "booking.read")
    return render_template("bookings/one.html", **booking_view.detail(actor(), booking_id))


def ask(booking_id: int, action: str) -> Any:
    """Say what an action means before it is done."""
    require(actor(), "booking.read")
    view = booking_view.detail(actor(), booking_id)
    if action not in DEEDS:
        raise NotFound(kind="action")
    if action not in view["actions"]:
        raise IllegalTransition(action=action, state=view["booking"].state)
    return render_template("bookings/ask.html", action=action, once=new_key(), **view)


def do(booking_id: int, action: str) -> Any:
    """Do what the lifecycle allows this side now."""
    queries.booking_of(actor(), booking_id)
    if action not in DEEDS:
        raise NotFound(kind="action")
    answer = carry_out(booking_id, action)
    flash(words(f"booking.done.{action}"), "done")
    return answer


@once
def carry_out(booking_id: int, action: str) -> str:
    """The deed itself, once for one form."""
    DEEDS[action](actor(), booking_id)
    return url_for("bookings_page.show_one", booking_id=booking_id)


blueprint.add_url_rule("/bookings", view_func=show_list)
blueprint.add_url_rule("/bookings/<int:booking_id>", view_func=show_one)
blueprint.add_url_rule("/bookings/<int:booking_id>/<action>", view_func=ask)
blueprint.add_url_rule("/bookings/<int:booking_id>/<action>", view_func=do, methods=["POST"])
