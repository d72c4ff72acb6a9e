"""Who may operate: qualifications that the company has granted, and a new one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from marketplace.accounts.permissions import allowed, require
from marketplace.bookings import qualifications
from marketplace.bookings.access_schemas import GrantRequest
from marketplace.bookings.qualification_models import Qualification
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.http.auth import actor
from marketplace.web.pages.account_forms import Outcome, again, attempt
from marketplace.web.reader import formats, words

blueprint = Blueprint("operators_page", __name__)
MOST = 200


def show(outcome: Outcome | None = None) -> Any:
    """Whom the company lets operate what; workers grant and take back."""
    require(actor(), "qualification.read")
    rows = db.session.scalars(qualifications.granted_by(actor()).limit(MOST)).all()
    people, now = qualifications.people(rows), clock.now()
    booking = request.values.get("booking_id", "")
    return again("machines/operators.html", outcome, page_title=words("operators.title"),
                 rows=[_row(row, people[row.member_id]) for row in rows], now=now,
                 booking=booking if booking.isdecimal() else "",
                 may_edit=allowed(actor(), "qualification.edit"))


def _row(row: Qualification, person: tuple[str, str]) -> dict[str, Any]:
    f = formats()
    until = f.date(f.local(row.valid_until - timedelta(seconds=1))) if row.valid_until else ""
    return {"id": row.id, "name": person[0], "company": person[1], "code": row.code,
            "since": f.date(f.local(row.valid_from)), "until": until,
            "over": row.valid_until is not None and row.valid_until <= clock.now()}


def grant() -> Any:
    """Let somebody operate what asks for a code."""
    done = attempt(Dated(), lambda data: qualifications.grant(actor(), data["wish"]))
    if done.errors:
        return show(done)
    flash(words("operators.granted"), "done")
    return redirect(url_for(".show"), 303)


class Dated(GrantRequest):
    """The request of the API with a last day in place of a moment."""

    def load(self, data: Any, **kwargs: Any) -> Any:
        """The end of the day that was typed, by the reader's clock."""
        return super().load(data | _end(data.get("valid_until", "")), **kwargs)


def _end(day: str) -> dict[str, str]:
    """The end of a day as an instant; what is no day is left for the schema to refuse."""
    try:
        after = date.fromisoformat(day) + timedelta(days=1)
    except (ValueError, OverflowError):
        return {}
    return {"valid_until": f"{after.isoformat()}T00:00:00{formats().local(clock.now()):%z}"}


def revoke(qualification_id: int) -> Any:
    """Take a qualification back."""
    qualifications.revoke(actor(), qualification_id)
    flash(words("operators.revoked"), "done")
    return redirect(url_for(".show"), 303)


blueprint.add_url_rule("/machines/operators", view_func=show)
blueprint.add_url_rule("/machines/operators", view_func=grant, methods=["POST"])
blueprint.add_url_rule("/machines/operators/<int:qualification_id>/revoke", view_func=revoke,
                       methods=["POST"])
