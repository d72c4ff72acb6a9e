"""A member's inbox, and by which way it wishes to be told of what."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from marketplace.accounts.permissions import require
from marketplace.http.auth import actor
from marketplace.notifications import inbox, queries
from marketplace.notifications.rules import Ways
from marketplace.web import inbox_view
from marketplace.web.reader import words

blueprint = Blueprint("inbox_page", __name__)
YES = "yes"


def show_list() -> Any:
    """What the member was told, the unread first."""
    require(actor(), "self.edit")
    return render_template("inbox/list.html", page_title=words("ui.inbox"),
                           **inbox_view.listed(actor(), request.args))


def open_one(notice_id: int) -> Any:
    """Go where a notice leads; it is read then."""
    return redirect(inbox.mark_read(actor(), notice_id).link, 303)


def read_one(notice_id: int) -> Any:
    """Mark a notice as read without going there."""
    inbox.mark_read(actor(), notice_id)
    return redirect("/inbox", 303)


def read_all() -> Any:
    """Mark all as read."""
    inbox.mark_all_read(actor())
    flash(words("notice.inbox.all_read"), "done")
    return redirect("/inbox", 303)


def show_choices() -> Any:
    """Every event, and whether it comes as a notice, by mail, both or not at all."""
    require(actor(), "self.edit")
    return render_template("inbox/choices.html", page_title=words("notice.choices.title"),
                           ways=queries.choices_of(actor()))


def choose() -> Any:
    """Save the ways."""
    inbox.choose(actor(), {event: Ways(inbox=request.form.get(f"{event}-inbox") == YES,
                                       mail=request.form.get(f"{event}-mail") == YES)
                           for event in queries.choices_of(actor())})
    flash(words("notice.choices.saved"), "done")
    return redirect("/account/notices", 303)


blueprint.add_url_rule("/inbox", view_func=show_list)
blueprint.add_url_rule("/inbox/<int:notice_id>", view_func=open_one)
blueprint.add_url_rule("/inbox/<int:notice_id>/read", view_func=read_one, methods=["POST"])
blueprint.add_url_rule("/inbox/read", view_func=read_all, methods=["POST"])
blueprint.add_url_rule("/account/notices", view_func=show_choices)
blueprint.add_url_rule("/account/notices", view_func=choose, methods=["POST"])
