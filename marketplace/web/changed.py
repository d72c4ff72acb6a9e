"""A form about a booking carries the version that its reader saw: it acts on no other.

Where the booking has changed since, nothing is done and the booking is shown as it is now.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request

from marketplace.bookings import proposal_queries
from marketplace.core.errors import Stale
from marketplace.http.auth import actor
from marketplace.web import booking_view
from marketplace.web.reader import words

FIELD = "version"   # the hidden field


def seen() -> int | None:
    """The version that the sent form was written for; None where it names none."""
    text = request.form.get(FIELD)
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def show(_: Stale) -> Any:
    """The booking as it is now, and that nothing was done."""
    flash(words("booking.changed"), "warn")
    about = request.view_args or {}
    booking_id = about.get("booking_id") or proposal_queries.proposal_of(
        actor(), about["proposal_id"]).booking_id
    return render_template("bookings/one.html", **booking_view.detail(actor(), booking_id)), 412


def show_on(blueprint: Blueprint) -> None:
    """Let the pages of a blueprint, about a booking or a proposal, answer a stale form so."""
    blueprint.register_error_handler(Stale, show)
