"""The inbox over HTTP."""

from __future__ import annotations

from typing import Any

from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import repeatable
from marketplace.http.language import language
from marketplace.http.pages import page
from marketplace.notifications import inbox, queries, views
from marketplace.notifications.models import Notice
from marketplace.notifications.schemas import (
    ChoicesRequest,
    ChoicesSchema,
    NoticePage,
    NoticeQuery,
    NoticeSchema,
    ReadSchema,
    wanted,
)

blueprint = MarketBlueprint("notices", __name__, url_prefix="/api/v1",
                            description="What you were told, and how you are told")


@scope("account:read")
@blueprint.arguments(NoticeQuery, location="query", as_kwargs=True)
@blueprint.response(200, NoticePage)
@blueprint.problems(401, 403, 422)
def list_notices(limit: int, cursor: int, unread: bool, **_: Any) -> Any:
    """Your notices, the newest first."""
    found = page(queries.notices_of(actor(), unread_only=unread), Notice.id, limit, cursor,
                 newest_first=True)
    return found | {"items": views.shown(language(), found["items"])}


@scope("account:write")
@repeatable
@blueprint.response(200, NoticeSchema)
@blueprint.problems(401, 403, 404, 422)
def read_notice(notice_id: int) -> Any:
    """You have read a notice."""
    return views.shown(language(), [inbox.mark_read(actor(), notice_id)])[0]


@scope("account:write")
@repeatable
@blueprint.response(200, ReadSchema)
@blueprint.problems(401, 403, 422)
def read_all_notices() -> Any:
    """You have read all notices."""
    return {"read": inbox.mark_all_read(actor())}


@scope("account:read")
@blueprint.response(200, ChoicesSchema)
@blueprint.problems(401, 403)
def show_choices() -> Any:
    """Where you are told of each event."""
    return views.choices(queries.choices_of(actor()))


@scope("account:write")
@blueprint.arguments(ChoicesRequest)
@blueprint.response(200, ChoicesSchema)
@blueprint.problems(400, 401, 403, 422)
def choose_ways(data: dict[str, Any]) -> Any:
    """Choose where you are told of each event."""
    return views.choices(inbox.choose(actor(), wanted(data["choices"])))


blueprint.route("/notices")(list_notices)
blueprint.route("/notices/<int:notice_id>/read", methods=["POST"])(read_notice)
blueprint.route("/notices/read", methods=["POST"])(read_all_notices)
blueprint.route("/notice-choices")(show_choices)
blueprint.route("/notice-choices", methods=["PUT"])(choose_ways)
