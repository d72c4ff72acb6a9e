"""Calendars over HTTP: secret addresses of our own, foreign calendars of resources."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.permissions import require
from marketplace.calendars import feeds, limiting, queries, sources
from marketplace.calendars.schemas import (
    FeedList,
    FeedRequest,
    FileRequest,
    NewFeedSchema,
    ReadRequest,
    SourceList,
    SourceRequest,
    TakenSchema,
    feed_shown,
    source_shown,
    taken_shown,
)
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope

blueprint = MarketBlueprint("calendars", __name__, url_prefix="/api/v1",
                            description="Bookings as calendars, and busy time from calendars")


@scope("account:read")
@blueprint.response(200, FeedList)
@blueprint.problems(401, 403)
def list_feeds() -> Any:
    """Your live calendar addresses, newest first, without their secrets."""
    require(actor(), "booking.read")
    return {"items": [feed_shown(row) for row in queries.feeds_of(actor())]}


@scope("account:write")
@scope("market:read")
@blueprint.arguments(FeedRequest)
@blueprint.response(201, NewFeedSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422)
def make_feed(data: dict[str, Any]) -> Any:
    """A secret address that shows bookings to any calendar program; it is shown only now."""
    return feed_shown(*feeds.make(actor(), data["scope"], data.get("resource_id")))


@scope("account:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404)
def revoke_feed(feed_id: int) -> None:
    """End one of your calendar addresses at once."""
    feeds.revoke(actor(), feed_id)


@scope("market:read")
@blueprint.response(200, SourceList)
@blueprint.problems(401, 403, 404)
def list_sources(resource_id: int) -> Any:
    """The foreign calendars that keep a resource of yours from working."""
    require(actor(), "resource.read")
    found = queries.sources_of(actor(), resource_id)
    return {"items": [source_shown(row) for row in found]}


@scope("market:write")
@blueprint.arguments(SourceRequest)
@blueprint.response(201, TakenSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422, 429)
def add_source(data: dict[str, Any], resource_id: int) -> Any:
    """Let the events of a foreign calendar keep a resource you operate from working."""
    limiting.count_fetch(actor())
    if "url" in data:
        return taken_shown(*sources.subscribe(actor(), resource_id, data["name"], data["url"]))
    return taken_shown(*sources.upload(actor(), resource_id, data["name"],
                                       data["ics"].encode()))


@scope("market:write")
@blueprint.arguments(FileRequest)
@blueprint.response(200, TakenSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422, 429)
def replace_source(data: dict[str, Any], source_id: int) -> Any:
    """A newer file in the place of an uploaded calendar: only what differs changes."""
    limiting.count_fetch(actor())
    return taken_shown(*sources.replace(actor(), source_id, data["ics"].encode()))


@scope("market:write")
@blueprint.arguments(ReadRequest)
@blueprint.response(200, TakenSchema)
@blueprint.problems(400, 401, 403, 404, 409, 422, 429)
def read_source(data: dict[str, Any], source_id: int) -> Any:
    """Read the address of a foreign calendar again now."""
    limiting.count_fetch(actor())
    return taken_shown(*sources.refetch(actor(), source_id))


@scope("market:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404)
def remove_source(source_id: int) -> None:
    """Give a foreign calendar up: what it blocks is free from now on."""
    sources.remove(actor(), source_id)


route = blueprint.route
route("/calendar-feeds", endpoint="list_feeds")(list_feeds)
route("/calendar-feeds", methods=["POST"], endpoint="make_feed")(make_feed)
route("/calendar-feeds/<int:feed_id>", methods=["DELETE"])(revoke_feed)
route("/resources/<int:resource_id>/calendars", endpoint="list_calendars")(list_sources)
route("/resources/<int:resource_id>/calendars", methods=["POST"],
      endpoint="add_calendar")(add_source)
route("/calendars/<int:source_id>", methods=["PUT"], endpoint="replace_calendar")(replace_source)
route("/calendars/<int:source_id>", methods=["DELETE"], endpoint="remove_calendar")(remove_source)
route("/calendars/<int:source_id>/read", methods=["POST"])(read_source)
