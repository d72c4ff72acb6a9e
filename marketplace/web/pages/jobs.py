"""Jobs of a company: the order book, a new one, one of them with its route."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.http.auth import actor
from marketplace.jobs import queries, services
from marketplace.jobs.errors import JobCodeTaken, JobInvalid
from marketplace.jobs.rules import NewJob
from marketplace.web import job_form, job_view
from marketplace.web.once import once
from marketplace.web.reader import words

blueprint = Blueprint("jobs_page", __name__)


def show_list() -> Any:
    """Jobs by state, the most urgent first."""
    require(actor(), "job.read")
    return render_template("jobs/list.html", **job_view.listed(actor(), request.args))


def show_form() -> Any:
    """An empty form."""
    require(actor(), "job.edit")
    return render_template("jobs/new.html", **job_view.form(job_form.blank()))


def save() -> Any:
    """Write a job down, or say of every field what is wrong; or add and take away rows."""
    require(actor(), "job.edit")
    form = job_form.read(request.form)
    try:
        if form.job is not None:
            return create(form.job)
    except JobInvalid as refusal:
        form = form.wrong(job_form.sentences(refusal.errors))
    except JobCodeTaken:
        form = form.wrong({"code": words("problem.job_code_taken.title")})
    return render_template("jobs/new.html", **job_view.form(form)), 422 if form.errors else 200


@once
def create(new: NewJob) -> str:
    """The deed itself, once for one form."""
    row = services.create_job(actor(), new)
    flash(words("jobs.created", code=row.code), "done")
    return url_for("jobs_page.show_one", job_id=row.id)


def show_one(job_id: int) -> Any:
    """One job."""
    require(actor(), "job.read")
    return render_template("jobs/one.html", **job_view.one(actor(), job_id))


def withdraw(job_id: int) -> Any:
    """Say that an open job is no longer wanted."""
    queries.job_of(actor(), job_id)
    return carry_out(job_id)


@once
def carry_out(job_id: int) -> str:
    """The withdrawal itself, once for one form."""
    row = services.withdraw_job(actor(), job_id)
    flash(words("jobs.withdrawn", code=row.code), "done")
    return url_for("jobs_page.show_list")


blueprint.add_url_rule("/jobs", view_func=show_list)
blueprint.add_url_rule("/jobs/new", view_func=show_form)
blueprint.add_url_rule("/jobs/new", view_func=save, methods=["POST"])
blueprint.add_url_rule("/jobs/<int:job_id>", view_func=show_one)
blueprint.add_url_rule("/jobs/<int:job_id>/withdraw", view_func=withdraw, methods=["POST"])
