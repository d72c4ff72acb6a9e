"""Members of the company, their roles, and invitations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect

from marketplace.accounts import membership, queries
from marketplace.accounts.permissions import ROLES, allowed, require
from marketplace.accounts.schemas import InvitationRequest, RoleRequest
from marketplace.core.db import db
from marketplace.http.auth import actor
from marketplace.web.pages.account_forms import Outcome, again, attempt
from marketplace.web.reader import words

blueprint = Blueprint("company_members_page", __name__)
MOST = 200


def show(outcome: Outcome | None = None) -> Any:
    """Who belongs to the company; owners invite and change roles."""
    require(actor(), "member.list")
    company_id, invites = actor().company_id, allowed(actor(), "member.invite")
    invitations = queries.invitations(company_id).limit(MOST)
    return again("company/members.html", outcome, page_title=words("nav.members"), roles=ROLES,
                 members=db.session.scalars(queries.members(company_id).limit(MOST)).all(),
                 invitations=db.session.scalars(invitations).all() if invites else [],
                 may_edit=allowed(actor(), "member.edit"), may_invite=invites)


def invite() -> Any:
    """Send an invitation."""
    done = attempt(InvitationRequest(), lambda data: membership.invite(actor(), **data))
    if done.errors:
        return show(done)
    flash(words("company.members.invited", email=done.result.email), "done")
    return redirect("/members", 303)


def withdraw(invitation_id: int) -> Any:
    """Take an invitation back."""
    membership.withdraw(actor(), invitation_id)
    flash(words("company.members.withdrawn"), "done")
    return redirect("/members", 303)


def change_role(member_id: int) -> Any:
    """Give a member another role."""
    done = attempt(RoleRequest(), lambda data: membership.change_role(
        actor(), member_id, data["role"]))
    if done.errors:
        return show(Outcome(None, {"": " ".join(done.errors.values())}, done.status))
    flash(words("company.members.changed", name=done.result.name), "done")
    return redirect("/members", 303)


def remove(member_id: int) -> Any:
    """Take a member out; one's own leaving is on the account page."""
    require(actor(), "member.edit")
    membership.leave(actor(), member_id)
    flash(words("company.members.removed"), "done")
    return redirect("/members", 303)


blueprint.add_url_rule("/members", view_func=show)
for path, view in (("/members/invitations", invite),
                   ("/members/invitations/<int:invitation_id>/withdraw", withdraw),
                   ("/members/<int:member_id>/role", change_role),
                   ("/members/<int:member_id>/remove", remove)):
    blueprint.add_url_rule(path, view_func=view, methods=["POST"])
