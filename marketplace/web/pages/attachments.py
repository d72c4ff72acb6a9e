"""Files on bookings and jobs: attach, fetch, take away; each ends on the page it was asked from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request

from marketplace.core.errors import Conflict, Invalid
from marketplace.files import attachments, store
from marketplace.files.sending import attachment
from marketplace.http.auth import actor
from marketplace.web.forming import sentences
from marketplace.web.reader import words

blueprint = Blueprint("attachments_page", __name__)
PAGES = {"booking": "/bookings/{}", "job": "/jobs/{}"}


def attach(kind: str, subject_id: int) -> Any:
    """Attach the chosen file; a refusal is told on the page."""
    try:
        attachments.attach(actor(), kind, subject_id, *_sent())
    except (Invalid, Conflict) as refusal:
        flash(next(iter(sentences(refusal).values())), "error")
    else:
        flash(words("attached.taken"), "done")
    return redirect(PAGES[kind].format(subject_id) + "#files", 303)


def _sent() -> tuple[str, Any]:
    """The name and the bytes of the upload; raises FileRefused when no file was chosen."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise store.refused("file_empty")
    return sent.filename, sent.stream


def fetch(file_id: int) -> Any:
    """Fetch a file: written down first, and never shown inside a page of ours."""
    return attachment(*attachments.fetch(actor(), file_id))


def take_away(file_id: int) -> Any:
    """Take a file of ours away."""
    row = attachments.take_away(actor(), file_id)
    flash(words("attached.removed"), "done")
    return redirect(PAGES[row.subject_kind].format(row.subject_id) + "#files", 303)


for _kind, _path in (("booking", "/bookings"), ("job", "/jobs")):
    blueprint.add_url_rule(f"{_path}/<int:subject_id>/files", endpoint=f"attach_to_{_kind}",
                           view_func=attach, methods=["POST"], defaults={"kind": _kind})
blueprint.add_url_rule("/files/<int:file_id>", view_func=fetch)
blueprint.add_url_rule("/files/<int:file_id>/remove", view_func=take_away, methods=["POST"])
