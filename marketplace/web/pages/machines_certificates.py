"""The certificates of a resource: what it has, until when, and one more."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.core import clock
from marketplace.http.auth import actor
from marketplace.resources import certificates
from marketplace.resources.certificate_schemas import CertificateRequest
from marketplace.web import forming
from marketplace.web.pages.machines_edit import operated
from marketplace.web.reader import words

blueprint = Blueprint("certificates_page", __name__)
FIELDS = ("kind", "number", "issuer", "valid_until")


def show(resource_id: int, errors: dict[str, str] | None = None) -> str:
    """Certificates, those that have expired too, and the form of a new one."""
    row = operated(resource_id)
    found = certificates.certificates_of(actor(), resource_id)
    return render_template(
        "machines/certificates.html", page_title=words("certificates.title", name=row.name),
        row=row, certificates=found, form=request.form, errors=errors or {}, now=clock.now())


def add(resource_id: int) -> Any:
    """Note a certificate."""
    operated(resource_id)
    _, errors, status = forming.carried_out(
        CertificateRequest(), forming.filled(request.form, FIELDS),
        lambda paper: certificates.add(actor(), resource_id, paper))
    if errors:
        return show(resource_id, errors), status
    flash(words("certificates.added"), "done")
    return redirect(url_for(".show", resource_id=resource_id), 303)


def remove(resource_id: int, certificate_id: int) -> Any:
    """Take a certificate away."""
    certificates.remove(actor(), certificate_id)
    flash(words("certificates.removed"), "done")
    return redirect(url_for(".show", resource_id=resource_id), 303)


PATH = "/machines/<int:resource_id>/certificates"
blueprint.add_url_rule(PATH, view_func=show)
blueprint.add_url_rule(PATH, view_func=add, methods=["POST"])
blueprint.add_url_rule(f"{PATH}/<int:certificate_id>/remove", view_func=remove, methods=["POST"])
