"""Calendars of one machine: foreign ones that keep it from working, and its own address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.calendars import feeds, limiting, sources
from marketplace.calendars.errors import CalendarRefused, CalendarTooOften, TooManyCalendars
from marketplace.calendars.scanning import BYTES
from marketplace.core.errors import DomainError
from marketplace.http.auth import actor
from marketplace.http.problems import status_of
from marketplace.web import calendar_view
from marketplace.web.pages.account_forms import sentences
from marketplace.web.reader import words

blueprint = Blueprint("machine_calendars_page", __name__)
SHOWN = (CalendarRefused, TooManyCalendars, CalendarTooOften)
NAME = 60


def show(resource_id: int, errors: dict[str, str] | None = None, **more: Any) -> Any:
    """The machine's foreign calendars, and the forms for another."""
    require(actor(), "resource.read")
    return render_template("machines/calendars.html", errors=errors or {}, form=request.form,
                           kilobytes=BYTES // 1024, **calendar_view.machine(actor(), resource_id),
                           **more)


def make_address(resource_id: int) -> Any:
    """A calendar address of the machine's bookings, shown on the answer only."""
    try:
        return show(resource_id, address=feeds.make(actor(), "resource", resource_id)[1])
    except TooManyCalendars as refusal:
        return _refused(resource_id, refusal)


def subscribe(resource_id: int) -> Any:
    """Name an address."""
    url = request.form.get("url", "").strip()
    return _done(resource_id, lambda: sources.subscribe(
        actor(), resource_id, _name(url), url[:1000]))


def upload(resource_id: int) -> Any:
    """Hand in a file."""
    data = _sent()
    if not data:
        return show(resource_id, {"ics": words("field.calendar_no_file")}), 422
    name = request.files["ics"].filename or "calendar.ics"
    return _done(resource_id, lambda: sources.upload(actor(), resource_id, _name(name), data))


def read_again(resource_id: int, source_id: int) -> Any:
    """Read an address again, or take a newer file in the place of an older."""
    data = _sent()
    return _done(resource_id, lambda: sources.replace(actor(), source_id, data) if data
                 else sources.refetch(actor(), source_id))


def remove(resource_id: int, source_id: int) -> Any:
    """Give a foreign calendar up."""
    sources.remove(actor(), source_id)
    flash(words("calendars.page.removed"), "done")
    return redirect(url_for(".show", resource_id=resource_id), 303)


def _name(default: str) -> str:
    """What was typed, or where it comes from."""
    typed = "".join(each for each in request.form.get("name", "") if each.isprintable()).strip()
    plain = "".join(each for each in default if each.isprintable())
    return (typed or plain or words("calendars.page.nameless"))[:NAME]


def _sent() -> bytes:
    """The bytes of the file, as far as any calendar may reach."""
    sent = request.files.get("ics")
    return sent.stream.read(BYTES + 1) if sent is not None else b""


def _done(resource_id: int, deed: Callable[[], Any]) -> Any:
    """Carry it out, and say what it changed; or show the page with what is wrong."""
    try:
        limiting.count_fetch(actor())
        row, settled = deed()
    except SHOWN as refusal:
        return _refused(resource_id, refusal)
    said = words("calendars.page.taken", count=row.busy)
    hits = len(settled.hits)
    flash(said + (words("calendars.page.hits", count=hits) if hits else ""),
          "warn" if hits else "done")
    return redirect(url_for(".show", resource_id=resource_id), 303)


def _refused(resource_id: int, refusal: DomainError) -> Any:
    return show(resource_id, sentences(refusal)), status_of(type(refusal))


PATH = "/machines/<int:resource_id>/calendars"
blueprint.add_url_rule(PATH, view_func=show)
for _path, _view in (("/own", make_address), ("/address", subscribe), ("/file", upload),
                     ("/<int:source_id>/read", read_again), ("/<int:source_id>/remove", remove)):
    blueprint.add_url_rule(PATH + _path, view_func=_view, methods=["POST"])
