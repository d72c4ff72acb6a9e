"""A company's own machines: their time as a Gantt, and what keeps them from working."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.capacity.unavailability import end_unavailability, report_unavailability
from marketplace.http.auth import actor
from marketplace.resources.queries import resource_of
from marketplace.web import machine_down, machine_view
from marketplace.web.reader import words

blueprint = Blueprint("machines_page", __name__)


def show_list() -> Any:
    """Every machine the company owns or operates."""
    require(actor(), "resource.read")
    return render_template("machines/gantt.html", **machine_view.listed(actor(), request.args))


def show_one(resource_id: int) -> Any:
    """One machine."""
    require(actor(), "resource.read")
    return render_template("machines/machine.html", **machine_down.page(
        actor(), resource_id, request.args, machine_down.blank()))


def report(resource_id: int) -> Any:
    """Say that a machine cannot work; what it hits stays booked until both sides settle it."""
    form = machine_down.read(request.form, resource_of(actor(), resource_id))
    if form.window is None:
        page = machine_down.page(actor(), resource_id, {}, form)
        return render_template("machines/machine.html", **page), 422
    fact = report_unavailability(actor(), resource_id, form.window, form.values["reason"])
    flash(words("machines.reported", count=len(fact.hits)), "warn" if fact.hits else "done")
    return redirect(url_for(".show_one", resource_id=resource_id), 303)


def end(resource_id: int, fact_id: int) -> Any:
    """The machine works again."""
    end_unavailability(actor(), fact_id)
    flash(words("machines.works_again"), "done")
    return redirect(url_for(".show_one", resource_id=resource_id), 303)


blueprint.add_url_rule("/machines", view_func=show_list)
blueprint.add_url_rule("/machines/<int:resource_id>", view_func=show_one)
blueprint.add_url_rule("/machines/<int:resource_id>/down", view_func=report, methods=["POST"])
blueprint.add_url_rule("/machines/<int:resource_id>/down/<int:fact_id>/end", view_func=end,
                       methods=["POST"])
