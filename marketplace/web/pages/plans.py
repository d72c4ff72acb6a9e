"""Plans of a company: ask for one, watch the search, judge what was found, accept it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from marketplace.accounts.permissions import require
from marketplace.core.errors import Conflict
from marketplace.http.auth import actor
from marketplace.http.problems import describe
from marketplace.planning import queries, services
from marketplace.planning.services import PlanRequest
from marketplace.web import plan_progress, plan_refusal, plan_view
from marketplace.web.once import once
from marketplace.web.reader import words

blueprint = Blueprint("plans_page", __name__)


def show_list() -> Any:
    """Plans, newest first."""
    require(actor(), "plan.read")
    return render_template("plans/list.html", **plan_view.listed(actor(), request.args))


@once
def ask() -> str:
    """Ask for a plan of all open jobs, or of one."""
    job, seconds = (request.form.get(name, "") for name in ("job", "seconds"))
    wish = PlanRequest((int(job),) if job.isdecimal() else (),
                       int(seconds) if seconds in map(str, plan_view.EFFORTS) else None)
    return url_for("plans_page.show_one", plan_id=services.request_plan(actor(), wish).id)


def show_one(plan_id: int) -> Any:
    """One plan: the search while it runs, else what it found."""
    require(actor(), "plan.read")
    return render_template("plans/one.html", **plan_view.one(actor(), plan_id, request.args))


def progress(plan_id: int) -> Any:
    """The search as a fragment; 304 while nothing has changed."""
    require(actor(), "plan.read")
    row = queries.plan_of(actor(), plan_id)
    response = Response(render_template("plans/_progress.html", **plan_progress.view(row)))
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


def act(plan_id: int, action: str) -> Any:
    """Cancel a search or be content with it; what is over already is shown as it is."""
    queries.plan_of(actor(), plan_id)
    return DEEDS[action](plan_id)


@once
def cancel(plan_id: int) -> str:
    """The plan is no longer wanted."""
    services.cancel_plan(actor(), plan_id)
    return url_for("plans_page.show_one", plan_id=plan_id)


@once
def enough(plan_id: int) -> str:
    """The plan in hand is good enough."""
    services.enough(actor(), plan_id)
    return url_for("plans_page.show_one", plan_id=plan_id)


def accept(plan_id: int) -> Any:
    """Book every part, or none and say what is in the way."""
    queries.plan_of(actor(), plan_id)
    try:
        return carry_out(plan_id)
    except Conflict as refusal:
        view = plan_refusal.view(plan_id, describe(refusal))
        return render_template("plans/refused.html", **view), 409


@once
def carry_out(plan_id: int) -> str:
    """The acceptance itself, once for one form."""
    services.accept_plan(actor(), plan_id)
    flash(words("plans.accepted", number=plan_id), "done")
    return url_for("plans_page.show_one", plan_id=plan_id)


DEEDS = {"cancel": cancel, "enough": enough}

blueprint.add_url_rule("/plans", view_func=show_list)
blueprint.add_url_rule("/plans", view_func=ask, methods=["POST"])
blueprint.add_url_rule("/plans/<int:plan_id>", view_func=show_one)
blueprint.add_url_rule("/plans/<int:plan_id>/progress", view_func=progress)
blueprint.add_url_rule("/plans/<int:plan_id>/<any(cancel, enough):action>", view_func=act,
                       methods=["POST"])
blueprint.add_url_rule("/plans/<int:plan_id>/accept", view_func=accept, methods=["POST"])
