"""Calendar addresses: make one, see it once, end it; and what calendar programs read there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request

from marketplace.accounts.permissions import require
from marketplace.calendars import feeds, limiting, queries
from marketplace.calendars.errors import FeedNotFound
from marketplace.calendars.schemas import FeedRequest
from marketplace.http.auth import actor
from marketplace.web import calendar_view
from marketplace.web.pages.account_forms import Outcome, again, attempt
from marketplace.web.reader import words

blueprint = Blueprint("calendars_page", __name__)


def show(outcome: Outcome | None = None) -> Any:
    """The member's calendar addresses, and the form for another."""
    require(actor(), "booking.read")
    return again("account/calendars.html", outcome, page_title=words("calendars.page.title"),
                 **calendar_view.feeds(actor()),
                 address=outcome.result[1] if outcome and outcome.result else None)


def make() -> Any:
    """Make an address; it stands on the answer and nowhere else."""
    return show(attempt(FeedRequest(), lambda data: feeds.make(
        actor(), data["scope"], data.get("resource_id"))))


def revoke(feed_id: int) -> Any:
    """End an address at once."""
    feeds.revoke(actor(), feed_id)
    flash(words("calendars.page.revoked"), "done")
    return redirect("/account/calendars", 303)


def read(secret: str) -> Any:
    """A calendar for a program: no log-in, the secret is the key."""
    try:
        feed = queries.feed_by(secret)
    except FeedNotFound:
        limiting.count_wrong(request.remote_addr or "")
        raise
    limiting.count_read(feed.id)
    return _answer(feeds.render(feed), feed.id)


def _answer(document: feeds.Document, feed_id: int) -> Response:
    feeds.note_read(feed_id)
    answer = Response(document.data, content_type="text/calendar; charset=utf-8")
    answer.set_etag(document.etag)
    answer.last_modified = document.modified
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.headers["Content-Disposition"] = 'inline; filename="gongfang.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer.make_conditional(request)  # type: ignore[return-value]


blueprint.add_url_rule("/account/calendars", view_func=show)
blueprint.add_url_rule("/account/calendars", view_func=make, methods=["POST"])
blueprint.add_url_rule("/account/calendars/<int:feed_id>/revoke", view_func=revoke,
                       methods=["POST"])
blueprint.add_url_rule("/calendars/<secret>.ics", view_func=read)
