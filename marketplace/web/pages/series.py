"""Series: ask with a preview, book, the list, one of them, fill again, cancel the rest."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from marshmallow import ValidationError

from marketplace.accounts.permissions import require
from marketplace.bookings import series
from marketplace.bookings.series import Plan
from marketplace.catalogue import queries
from marketplace.core.errors import Conflict, DomainError, FieldError, Invalid
from marketplace.core.money import Money
from marketplace.http.api import InvalidRequest, invalid
from marketplace.http.auth import actor
from marketplace.http.fields import Text
from marketplace.http.problems import describe
from marketplace.web import series_form, series_view
from marketplace.web.once import once
from marketplace.web.reader import words

blueprint = Blueprint("series_page", __name__)


def ask(listing_id: int) -> Any:
    """The form; with a first start in the address, what would become of every time."""
    require(actor(), "quote.create")
    return _page(listing_id, request.args)


def _page(listing_id: int, sent: Any, refused: str = "", status: int = 200) -> Any:
    page = render_template("series/new.html", refused=refused, reference=sent.get("reference", ""),
                           **series_view.asked(actor(), listing_id, sent))
    return page, status


def book(listing_id: int) -> Any:
    """Book what is free of a series; a refusal shows the form with what is against it."""
    try:
        answer = make_series(listing_id)
    except (Conflict, Invalid) as refusal:
        return _page(listing_id, request.form, _reason(refusal),
                     409 if isinstance(refusal, Conflict) else 422)
    flash(words("series.made"), "done")
    return answer


def _reason(refusal: DomainError) -> str:
    return str(describe(refusal)["detail"])


@once
def make_series(listing_id: int) -> str:
    """The deed itself, once for one form; never dearer than the page has said."""
    zone = queries.offer(listing_id).rules.zone
    form = series_form.read(request.form, listing_id, zone)
    if form.wish is None:
        raise InvalidRequest(errors=[FieldError("start", "required")], count=1)
    row = series.create(actor(), Plan(
        form.wish, form.rrule, _reference(),
        request.form.get("all_or_none") == "yes", _money("seen")))
    return url_for("series_page.show_one", series_id=row.id)


def _reference() -> str:
    """The buyer's own work-order number; raises InvalidRequest when it is no short text."""
    try:
        return str(Text(60, least=0).deserialize(request.form.get("reference", "")))
    except ValidationError as error:
        raise invalid(ValidationError({"reference": error.messages})) from None


def _money(name: str) -> Money | None:
    """An amount that the page itself has put into its form."""
    try:
        return Money.parse(request.form.get(name, ""))
    except ValueError:
        return None


def show_list() -> Any:
    """The series of the company, newest first."""
    require(actor(), "booking.read")
    return render_template("series/list.html", **series_view.listed(actor()))


def show_one(series_id: int) -> Any:
    """One series with all its times."""
    require(actor(), "booking.read")
    return render_template("series/one.html", **series_view.detail(actor(), series_id))


def ask_cancel(series_id: int) -> Any:
    """Say what cancelling the rest means before it is done."""
    require(actor(), "booking.change")
    return render_template("series/cancel.html", **series_view.detail(actor(), series_id))


def refill(series_id: int) -> Any:
    """Try again what was skipped."""
    answer = fill(series_id)
    flash(words("series.filled"), "done")
    return answer


@once
def fill(series_id: int) -> str:
    """The deed itself, once for one form; for more than before only where that is agreed to."""
    series.refill(actor(), series_id, _money("max_each"))
    return url_for("series_page.show_one", series_id=series_id)


def cancel(series_id: int) -> Any:
    """Cancel what is to come."""
    answer = give_up(series_id)
    flash(words("series.cancelled"), "done")
    return answer


@once
def give_up(series_id: int) -> str:
    """The deed itself, once for one form."""
    series.cancel(actor(), series_id)
    return url_for("series_page.show_one", series_id=series_id)


LISTING, ONE = "/listings/<int:listing_id>/series", "/series/<int:series_id>"
blueprint.add_url_rule(LISTING, view_func=ask)
blueprint.add_url_rule(LISTING, view_func=book, methods=["POST"])
blueprint.add_url_rule("/series", view_func=show_list)
blueprint.add_url_rule(ONE, view_func=show_one)
blueprint.add_url_rule(ONE + "/refill", view_func=refill, methods=["POST"])
blueprint.add_url_rule(ONE + "/cancel", view_func=ask_cancel)
blueprint.add_url_rule(ONE + "/cancel", view_func=cancel, methods=["POST"])
