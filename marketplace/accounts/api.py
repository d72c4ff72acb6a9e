"""Companies, members, invitations and tokens over HTTP."""

from __future__ import annotations

from typing import Any

from marketplace.accounts import membership, queries, services, tokens
from marketplace.accounts.models import ApiToken, Company, Invitation, Member
from marketplace.accounts.permissions import require
from marketplace.accounts.schemas import (
    CompanyEdit,
    CompanyPage,
    CompanyQuery,
    CompanySchema,
    InvitationPage,
    InvitationRequest,
    InvitationSchema,
    MemberPage,
    MemberSchema,
    MeSchema,
    NewTokenSchema,
    ReviewRequest,
    RoleRequest,
    TokenPage,
    TokenRequest,
    TokenSchema,
)
from marketplace.http.api import MarketBlueprint, PageQuery
from marketplace.http.auth import actor, scope
from marketplace.http.pages import page

blueprint = MarketBlueprint("accounts", __name__, url_prefix="/api/v1",
                            description="Companies, members and tokens")


@blueprint.response(200, MeSchema)
@blueprint.problems(401)
def show_me() -> Any:
    """Who the token speaks for."""
    me = queries.me(actor())
    company = queries.company(me.company_id) if me.company_id else None
    return {**MemberSchema().dump(me), "company": company, "created_at": me.created_at,
            "terms_version": me.terms_version, "scopes": sorted(actor().scopes or ())}


@scope("account:read")
@blueprint.response(200, CompanySchema)
@blueprint.problems(401, 403, 404)
def show_company() -> Any:
    """Your company; an operator has none."""
    require(actor(), "company.read")
    return queries.company(actor().company_id)


@scope("account:write")
@blueprint.arguments(CompanyEdit(partial=services.FIELDS))
@blueprint.response(200, CompanySchema)
@blueprint.problems(400, 401, 403, 412, 422)
def edit_company(data: dict[str, Any]) -> Any:
    """Correct your company's facts; a new name or credit code is verified anew."""
    return services.edit_company(actor(), data, data.pop("version"))


@scope("account:read")
@blueprint.arguments(PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, MemberPage)
@blueprint.problems(401, 403, 422)
def list_members(limit: int, cursor: int, **_: Any) -> Any:
    """Members of your company."""
    require(actor(), "member.list")
    return page(queries.members(actor().company_id), Member.id, limit, cursor)


@scope("account:write")
@blueprint.arguments(RoleRequest, as_kwargs=True)
@blueprint.response(200, MemberSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def change_role(role: str, member_id: int) -> Any:
    """Give a member another role."""
    return membership.change_role(actor(), member_id, role)


@scope("account:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404, 409)
def leave(member_id: int) -> Any:
    """Take a member out, or leave yourself."""
    membership.leave(actor(), member_id)


@scope("account:read")
@blueprint.arguments(PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, InvitationPage)
@blueprint.problems(401, 403, 422)
def list_invitations(limit: int, cursor: int, **_: Any) -> Any:
    """Open invitations of your company."""
    require(actor(), "member.invite")
    return page(queries.invitations(actor().company_id), Invitation.id, limit, cursor)


@scope("account:write")
@blueprint.arguments(InvitationRequest, as_kwargs=True)
@blueprint.response(201, InvitationSchema)
@blueprint.problems(400, 401, 403, 409, 422, 429)
def invite(email: str, role: str) -> Any:
    """Invite somebody by mail."""
    return membership.invite(actor(), email, role)


@scope("account:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404)
def withdraw(invitation_id: int) -> Any:
    """Take an open invitation back."""
    membership.withdraw(actor(), invitation_id)


@scope("account:read")
@blueprint.arguments(PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, TokenPage)
@blueprint.problems(401, 403, 422)
def list_tokens(limit: int, cursor: int, **_: Any) -> Any:
    """Your tokens, newest first, without their secrets."""
    return page(tokens.of(actor()), ApiToken.id, limit, cursor, newest_first=True)


@scope("account:write")
@blueprint.arguments(TokenRequest, as_kwargs=True)
@blueprint.response(201, NewTokenSchema)
@blueprint.problems(400, 401, 403, 409, 422)
def make_token(name: str, scopes: list[str], days: int) -> Any:
    """Make a token; it may do no more and live no longer than the one that asks."""
    row, secret = tokens.make(actor(), name, scopes, days)
    return {**TokenSchema().dump(row), "created_at": row.created_at, "revoked_at": None,
            "expires_at": row.expires_at, "secret": secret}


@scope("account:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404)
def revoke_token(token_id: int) -> Any:
    """End one of your tokens at once."""
    tokens.revoke(actor(), token_id)


@scope("account:read")
@blueprint.arguments(CompanyQuery, location="query", as_kwargs=True)
@blueprint.response(200, CompanyPage)
@blueprint.problems(401, 403, 422)
def list_companies(limit: int, cursor: int, state: str | None, **_: Any) -> Any:
    """Companies, for operators."""
    require(actor(), "company.verify")
    return page(queries.companies(state), Company.id, limit, cursor)


@scope("account:write")
@blueprint.arguments(ReviewRequest, as_kwargs=True)
@blueprint.response(200, CompanySchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def verify_company(note: str, company_id: int) -> Any:
    """An operator finds the papers in order: the company may list and book."""
    return services.review(actor(), company_id, "verify", note)


@scope("account:write")
@blueprint.arguments(ReviewRequest, as_kwargs=True)
@blueprint.response(200, CompanySchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def reject_company(note: str, company_id: int) -> Any:
    """An operator says what is missing."""
    return services.review(actor(), company_id, "reject", note)


route = blueprint.route
route("/me")(show_me)
route("/company", endpoint="show_company")(show_company)
route("/company", methods=["PATCH"], endpoint="edit_company")(edit_company)
route("/members")(list_members)
route("/members/<int:member_id>", methods=["PATCH"], endpoint="change_role")(change_role)
route("/members/<int:member_id>", methods=["DELETE"], endpoint="leave")(leave)
route("/invitations", endpoint="list_invitations")(list_invitations)
route("/invitations", methods=["POST"], endpoint="invite")(invite)
route("/invitations/<int:invitation_id>", methods=["DELETE"])(withdraw)
route("/tokens", endpoint="list_tokens")(list_tokens)
route("/tokens", methods=["POST"], endpoint="make_token")(make_token)
route("/tokens/<int:token_id>", methods=["DELETE"])(revoke_token)
route("/companies")(list_companies)
route("/companies/<int:company_id>/verify", methods=["POST"])(verify_company)
route("/companies/<int:company_id>/reject", methods=["POST"])(reject_company)
