"""A company's own machines: their time as a Gantt, and what keeps them from working."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.capacity.errors import UnavailabilityBegun
from marketplace.capacity.unavailability import (
    Fact,
    edit_unavailability,
    end_unavailability,
    report_site,
    report_unavailability,
)
from marketplace.http.auth import actor
from marketplace.resources.queries import resource_of
from marketplace.web import forming, machine_down, machine_view
from marketplace.web.machine_down import DownForm
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
    facts = ([report_unavailability(actor(), resource_id, form.window, form.values["reason"])]
             if not form.whole_site else report_site(
                 actor(), resource_of(actor(), resource_id).site_id, form.window,
                 form.values["reason"]))
    return _done(resource_id, "machines.closed" if form.whole_site else "machines.reported", facts)


def _done(resource_id: int, what: str, facts: Sequence[Fact]) -> Any:
    """Back to the machine, with what was done and how much it hits."""
    hits = sum(len(each.hits) for each in facts)
    flash(words(what, count=hits, number=len(facts)), "warn" if hits else "done")
    return redirect(url_for(".show_one", resource_id=resource_id), 303)


def show_change(resource_id: int, fact_id: int) -> Any:
    """The form of a fact that is not over."""
    return render_template("machines/down.html", **machine_down.change_page(
        actor(), resource_id, fact_id))


def change(resource_id: int, fact_id: int) -> Any:
    """Give a fact other times or another reason; what it hits is looked up anew."""
    row = machine_down.changeable(actor(), resource_id, fact_id)
    form = machine_down.read_change(request.form, resource_of(actor(), resource_id), row)
    if form.window is None:
        return _changing(resource_id, fact_id, form), 422
    try:
        fact = edit_unavailability(actor(), fact_id, form.window, form.values["reason"])
    except UnavailabilityBegun as refusal:
        wrong = DownForm(form.values, None, forming.sentences(refusal))
        return _changing(resource_id, fact_id, wrong), 409
    return _done(resource_id, "machines.changed", [fact])


def _changing(resource_id: int, fact_id: int, form: DownForm) -> str:
    page = machine_down.change_page(actor(), resource_id, fact_id, form)
    return render_template("machines/down.html", **page)


def end(resource_id: int, fact_id: int) -> Any:
    """The machine works again."""
    end_unavailability(actor(), fact_id)
    flash(words("machines.works_again"), "done")
    return redirect(url_for(".show_one", resource_id=resource_id), 303)


blueprint.add_url_rule("/machines", view_func=show_list)
blueprint.add_url_rule("/machines/<int:resource_id>", view_func=show_one)
blueprint.add_url_rule("/machines/<int:resource_id>/down", view_func=report, methods=["POST"])
blueprint.add_url_rule("/machines/<int:resource_id>/down/<int:fact_id>", view_func=show_change)
blueprint.add_url_rule("/machines/<int:resource_id>/down/<int:fact_id>", view_func=change,
                       methods=["POST"])
blueprint.add_url_rule("/machines/<int:resource_id>/down/<int:fact_id>/end", view_func=end,
                       methods=["POST"])
