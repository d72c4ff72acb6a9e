"""The forms of a resource: register it, change it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.accounts.permissions import require, require_company
from marketplace.http.auth import actor
from marketplace.resources import queries, services
from marketplace.resources.models import Resource
from marketplace.resources.schemas import ResourceEdit, ResourceRequest
from marketplace.web import forming, machine_form
from marketplace.web.reader import words

blueprint = Blueprint("resources_page", __name__)
FIXED = ("code", "kind", "site_id")   # chosen once: bookings and hours depend on them


def new() -> Any:
    """An empty form."""
    require(actor(), "resource.edit")
    return _page({"lanes": "1", "buffer_before": "0", "buffer_after": "0", "holidays": "yes",
                  "site_id": request.args.get("site", "")})


def create() -> Any:
    """Register a resource of one of the company's sites."""
    made, errors, status = forming.carried_out(
        ResourceRequest(), machine_form.body(request.form),
        lambda changes: services.create_resource(actor(), queries.with_companies(changes)),
        machine_form.place(request.form))
    if errors:
        return _page(request.form, None, errors), status
    flash(words("machine_edit.made"), "done")
    return redirect(url_for("hours_page.hours", resource_id=made.id), 303)


def edit(resource_id: int) -> Any:
    """The form of a resource that the company operates."""
    row = operated(resource_id)
    return _page(machine_form.values(row), row)


def save(resource_id: int) -> Any:
    """Change it on the version that was shown."""
    row = operated(resource_id)
    body = {name: value for name, value in machine_form.body(request.form).items()
            if name not in FIXED}
    version = forming.whole(request.form.get("version", ""))
    _, errors, status = forming.carried_out(
        ResourceEdit(), body, lambda changes: services.edit_resource(
            actor(), resource_id, version if isinstance(version, int) else 0, changes),
        machine_form.place(request.form))
    if errors:
        return _page(request.form, row, errors), status
    flash(words("machine_edit.saved"), "done")
    return redirect(url_for(".edit", resource_id=resource_id), 303)


def operated(resource_id: int) -> Resource:
    """A resource the company operates, for its forms; raises NotFound for everybody else."""
    require(actor(), "resource.edit")
    row = queries.resource_of(actor(), resource_id)
    require_company(actor(), row.operating_company_id, "resource")
    return row


def _page(form: Any, row: Resource | None = None, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "machines/edit.html", form=form, errors=errors or {}, row=row,
        page_title=words("machine_edit.new") if row is None else row.name,
        **machine_form.choices(actor(), form, row.kind if row else ""))


blueprint.add_url_rule("/machines/new", view_func=new)
blueprint.add_url_rule("/machines/new", view_func=create, methods=["POST"])
blueprint.add_url_rule("/machines/<int:resource_id>/edit", view_func=edit)
blueprint.add_url_rule("/machines/<int:resource_id>/edit", view_func=save, methods=["POST"])
