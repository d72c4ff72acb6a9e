"""Import of files: choose, try with a report by line, then do it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from marketplace.accounts.permissions import allowed
from marketplace.core.errors import Forbidden
from marketplace.http.auth import actor
from marketplace.web import forming
from marketplace.web.imports import parked
from marketplace.web.imports.errors import FileRefused
from marketplace.web.imports.limits import MAX_BYTES
from marketplace.web.imports.report import Report
from marketplace.web.imports.services import ACTIONS, NOUNS, import_file, noun_module
from marketplace.web.reader import words

blueprint = Blueprint("imports_page", __name__)


class NothingToImport(Forbidden):
    """The role may import nothing at all."""

    code = "import_nothing"


def nouns() -> list[str]:
    """What this member may import; raises NothingToImport."""
    who = actor()
    found = [noun for noun in NOUNS if allowed(
        who, "company.import" if who.is_operator else ACTIONS[noun])]
    if not found:
        raise NothingToImport()
    return found


def show() -> Any:
    """Choose a noun and a file."""
    return _page(request.args.get("noun", ""))


def blank(noun: str) -> Any:
    """An empty table of a noun, with its column names."""
    names = ",".join(each.name for each in noun_module(noun).COLUMNS)
    return Response("\ufeff" + names + "\r\n", mimetype="text/csv", headers={
        "Content-Disposition": f'attachment; filename="{noun}.csv"'})


def attempt() -> Any:
    """Try the file: nothing is written; a clean file is kept for the next step."""
    noun, sent = request.form.get("noun", ""), request.files.get("file")
    name, body = (sent.filename or "", sent.stream.read(MAX_BYTES + 1)) if sent else ("", b"")
    try:
        report = import_file(actor(), noun, name, body, dry_run=True)
    except FileRefused as refusal:
        return _page(noun, forming.sentences(refusal)), 422
    token = parked.park(actor(), noun, name, body) if report.clean and report.rows else ""
    return _report(report, name, token), 200 if report.clean else 422


def do() -> Any:
    """Import the file that was tried: every line or none."""
    token = request.form.get("token", "")
    noun, name, body = parked.fetch(actor(), token)
    report = import_file(actor(), noun, name, body, dry_run=False)
    parked.drop(actor(), token)
    if not report.clean:
        return _report(report, name, ""), 409
    flash(words("imports.done", rows=report.rows, made=report.made), "done")
    return redirect(url_for(".show", noun=noun), 303)


def _page(noun: str, errors: dict[str, str] | None = None) -> str:
    known = nouns()
    chosen = noun if noun in known else known[0]
    return render_template(
        "imports/choose.html", page_title=words("nav.imports"), chosen=chosen,
        errors=errors or {}, columns=noun_module(chosen).COLUMNS,
        nouns=[(each, words(f"imports.noun.{each}")) for each in known])


def _report(report: Report, name: str, token: str) -> str:
    return render_template(
        "imports/report.html", page_title=words("imports.report"), report=report, name=name,
        token=token, noun=words(f"imports.noun.{report.noun}"))


blueprint.add_url_rule("/imports", view_func=show)
blueprint.add_url_rule("/imports/<noun>.csv", view_func=blank)
blueprint.add_url_rule("/imports/try", view_func=attempt, methods=["POST"])
blueprint.add_url_rule("/imports/do", view_func=do, methods=["POST"])
