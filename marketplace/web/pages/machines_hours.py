"""The opening hours of a resource: the week at once, and days that differ."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.http.auth import actor
from marketplace.resources import hours as services
from marketplace.resources.schemas import ExceptionRequest, WeekRequest, day_of
from marketplace.web import forming, hour_form
from marketplace.web.pages.machines_edit import operated
from marketplace.web.reader import words

blueprint = Blueprint("hours_page", __name__)


def hours(resource_id: int) -> Any:
    """When a resource is open."""
    return _page(resource_id, hour_form.stored(resource_id), {})


def save_week(resource_id: int) -> Any:
    """Set the whole week."""
    operated(resource_id)
    _, errors, status = forming.carried_out(
        WeekRequest(), {"hours": hour_form.week(request.form)},
        lambda rows: services.set_week(actor(), resource_id, rows),
        hour_form.place(request.form))
    if errors:
        return _page(resource_id, request.form, errors), status
    flash(words("machine_edit.hours_saved"), "done")
    return redirect(url_for(".hours", resource_id=resource_id), 303)


def save_day(resource_id: int) -> Any:
    """Give one day other hours, or none."""
    operated(resource_id)
    body = {"day": request.form.get("day", ""),
            "hours": hour_form.spans(request.form.get("spans", ""))}
    _, errors, status = forming.carried_out(
        ExceptionRequest(), body,
        lambda special: services.set_exception(actor(), resource_id, special),
        lambda field: "day" if field == "day" else "spans")
    if errors:
        stored = hour_form.stored(resource_id)
        return _page(resource_id, {**stored, **request.form.to_dict()}, errors), status
    flash(words("machine_edit.day_saved"), "done")
    return redirect(url_for(".hours", resource_id=resource_id), 303)


def remove_day(resource_id: int, day: str) -> Any:
    """Let a day follow the week again."""
    services.remove_exception(actor(), resource_id, day_of(day))
    flash(words("machine_edit.day_removed"), "done")
    return redirect(url_for(".hours", resource_id=resource_id), 303)


def _page(resource_id: int, form: Any, errors: dict[str, str]) -> str:
    row = operated(resource_id)
    return render_template(
        "machines/hours.html", page_title=words("machine_edit.hours_of", name=row.name), row=row,
        form=form, errors=errors, days=hour_form.days(), zone=row.site.zone,
        differing=hour_form.differing(resource_id),
        holidays=hour_form.coming_holidays() if row.holidays else [])


PATH = "/machines/<int:resource_id>/hours"
blueprint.add_url_rule(PATH, view_func=hours)
blueprint.add_url_rule(PATH, view_func=save_week, methods=["POST"])
blueprint.add_url_rule(f"{PATH}/days", view_func=save_day, methods=["POST"])
blueprint.add_url_rule(f"{PATH}/days/<day>/remove", view_func=remove_day, methods=["POST"])
