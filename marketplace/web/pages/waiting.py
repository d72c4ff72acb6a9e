"""Waiting for a slot that is taken: join, see the lines, leave."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.bookings import waitlist
from marketplace.bookings.waitlist_errors import AlreadyWaiting, SlotFree, WaitingTooMuch
from marketplace.catalogue import queries
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.services import Wish
from marketplace.core.errors import FieldError
from marketplace.http.api import InvalidRequest
from marketplace.http.auth import actor
from marketplace.web import instead, waiting_view, work
from marketplace.web.once import once
from marketplace.web.reader import words

blueprint = Blueprint("waiting_page", __name__)


def show() -> Any:
    """What the company waits for, and who waits for its machines."""
    require(actor(), "booking.read")
    return render_template("waitlist/page.html", **waiting_view.view(actor()))


def join(listing_id: int) -> Any:
    """Wait for the slot of a work; a refusal shows the work: free by now, or what is instead."""
    form = work.read(request.form, listing_id, queries.offer(listing_id).rules.zone)
    if form.wish is None or form.wish.mode is None:
        raise InvalidRequest(errors=[FieldError("mode", "required")], count=1)
    try:
        answer = stand_in_line(listing_id)
    except SlotFree:
        flash(words("waitlist.free_now"), "info")
        return _back(form.wish)
    except (RuleBroken, AlreadyWaiting, WaitingTooMuch) as refusal:
        flash(instead.reason(refusal), "error")
        return _back(form.wish)
    flash(words("waitlist.joined"), "done")
    return answer


def _back(wish: Wish) -> Any:
    """The page of the work, which says what can be booked."""
    zone = queries.offer(wish.listing_id).rules.zone
    return redirect(url_for("listing_page.show", listing_id=wish.listing_id, _anchor="work",
                            **work.query_of(wish, zone)), 303)


@once
def stand_in_line(listing_id: int) -> str:
    """The deed itself, once for one form."""
    form = work.read(request.form, listing_id, queries.offer(listing_id).rules.zone)
    if form.wish is not None:
        waitlist.join(actor(), form.wish)
    return url_for("waiting_page.show")


def leave(entry_id: int) -> Any:
    """Wait no longer."""
    answer = step_out(entry_id)
    flash(words("waitlist.left"), "done")
    return answer


@once
def step_out(entry_id: int) -> str:
    """The deed itself, once for one form."""
    waitlist.leave(actor(), entry_id)
    return url_for("waiting_page.show")


blueprint.add_url_rule("/waitlist", view_func=show)
blueprint.add_url_rule("/listings/<int:listing_id>/waitlist", view_func=join, methods=["POST"])
blueprint.add_url_rule("/waitlist/<int:entry_id>/leave", view_func=leave, methods=["POST"])
