"""Papers for verification: hand in, fetch, take back. The page joins companies and files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, send_file

from marketplace.accounts import queries
from marketplace.accounts.permissions import require
from marketplace.core.errors import DomainError
from marketplace.files import rules, services, store
from marketplace.files.errors import FileRefused, TooManyFiles
from marketplace.files.queries import files_on
from marketplace.http.auth import actor
from marketplace.http.problems import status_of
from marketplace.web.pages.account_forms import Outcome, again, sentences
from marketplace.web.reader import words

blueprint = Blueprint("company_papers_page", __name__)


def show(outcome: Outcome | None = None) -> Any:
    """The company's papers, and where its verification stands."""
    require(actor(), "paper.upload")
    company = queries.company(actor().company_id)
    return again("company/papers.html", outcome, page_title=words("nav.papers"), company=company,
                 papers=files_on(actor(), "company", company.id), most=rules.FILES_MOST,
                 megabytes=rules.BYTES_MOST // 2**20, accept=",".join(rules.KINDS))


def upload() -> Any:
    """Hand in a paper."""
    try:
        services.upload_paper(actor(), *_sent())
    except (FileRefused, TooManyFiles) as error:
        return show(_refusal(error))
    flash(words("company.papers.taken"), "done")
    return redirect("/papers", 303)


def _sent() -> tuple[str, Any]:
    """The name and the bytes of the upload; raises FileRefused when no file was chosen."""
    sent = request.files.get("file")
    if sent is None:
        raise store.refused("file_empty")
    return sent.filename or "", sent.stream


def _refusal(error: DomainError) -> Outcome:
    return Outcome(None, sentences(error), status_of(type(error)))


def fetch(file_id: int) -> Any:
    """Fetch a paper: written down first, and never shown inside a page of ours."""
    row, path = services.download(actor(), file_id)
    answer = send_file(path, mimetype=row.media_type, as_attachment=True, download_name=row.name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def remove(file_id: int) -> Any:
    """Take a paper back."""
    services.remove(actor(), file_id)
    flash(words("company.papers.removed"), "done")
    return redirect("/papers", 303)


blueprint.add_url_rule("/papers", view_func=show)
blueprint.add_url_rule("/papers", view_func=upload, methods=["POST"])
blueprint.add_url_rule("/papers/<int:file_id>", view_func=fetch)
blueprint.add_url_rule("/papers/<int:file_id>/remove", view_func=remove, methods=["POST"])
