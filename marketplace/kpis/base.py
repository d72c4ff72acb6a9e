"""What indicators are made of: lane time clipped to a period and summed by SQL.

Open time is the opening hours of a resource times its lanes; breakdowns are not subtracted. Taken
time is the part of a claim that lies inside opening hours, without buffers: work that rests over
closing is counted while the resource is open, so no share passes one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from marketplace.bookings.models import Booking
from marketplace.capacity.models import Claim, Lane
from marketplace.catalogue.models import Listing
from marketplace.core.timewindow import TimeWindow
from marketplace.core.types import UtcDateTime
from marketplace.resources.models import Capability, OpeningInterval, Resource, Site

TOTAL, CITY, SERVICE, TOP_TYPE, KIND, COMPANY, RESOURCE, MODE = (
    "total", "city", "service", "top_type", "kind", "company", "resource", "mode")
CITY_SERVICE = "city_service"   # both at once, for the heat map: key "3701|3.2.1"


class seconds(FunctionElement[int]):
    """Whole seconds since 1970 of an instant, on both databases."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds, "sqlite")
def _sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER)"


@compiles(seconds, "postgresql")
def _postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **kw)})) AS bigint)"


def _main_service() -> Any:
    """The first service code of a resource: hours are counted once, under its main work."""
    first = (select(func.min(Capability.id)).where(Capability.resource_id == Resource.id)
             .correlate(Resource).scalar_subquery())
    return select(Capability.service_code).where(
        Capability.id == first).correlate(Resource).scalar_subquery()


def _city() -> Any:
    return func.substr(Site.region_code, 1, 4)


# dimension: its key as SQL over Resource and Site (and Booking, for the price mode)
DIMENSIONS: dict[str, Callable[[], Any]] = {
    TOTAL: lambda: literal(""),
    CITY: _city,
    SERVICE: lambda: func.coalesce(_main_service(), ""),
    TOP_TYPE: lambda: Resource.top_type,
    KIND: lambda: Resource.kind,
    COMPANY: lambda: Resource.operating_company_id,
    RESOURCE: lambda: Resource.id,
    CITY_SERVICE: lambda: _city() + literal("|") + func.coalesce(_main_service(), ""),
    MODE: lambda: Booking.mode,
}


def _later(one: Any, other: Any) -> Any:
    return case((one > other, one), else_=other)


def _earlier(one: Any, other: Any) -> Any:
    return case((one < other, one), else_=other)


def _bounds(period: TimeWindow) -> tuple[Any, Any]:
    return literal(period.start, UtcDateTime), literal(period.end, UtcDateTime)


def open_seconds(period: TimeWindow, by: str) -> Select[Any]:
    """Rows (key, seconds of open lane time) by a dimension that a resource has."""
    start, end = _bounds(period)
    length = (seconds(_earlier(OpeningInterval.ends, end))
              - seconds(_later(OpeningInterval.starts, start)))
    key = DIMENSIONS[by]().label("key")
    value = func.sum(length * Resource.lanes).label("value")
    return (select(key, value).select_from(OpeningInterval)
            .join(Resource, Resource.id == OpeningInterval.resource_id)
            .join(Site, Site.id == Resource.site_id)
            .where(OpeningInterval.starts < end, OpeningInterval.ends > start)
            .group_by("key"))


def listed_seconds(period: TimeWindow, by: str) -> Select[Any]:
    """Rows (key, seconds of open lane time while a listing offered it) by a dimension."""
    start, end = _bounds(period)
    withdrawn = func.coalesce(Listing.withdrawn_at, end)
    begins = _later(_later(OpeningInterval.starts, Listing.created_at), start)
    finishes = _earlier(_earlier(OpeningInterval.ends, withdrawn), end)
    key = DIMENSIONS[by]().label("key")
    value = func.sum((seconds(finishes) - seconds(begins)) * Resource.lanes).label("value")
    return (select(key, value).select_from(Listing)
            .join(Resource, Resource.id == Listing.resource_id)
            .join(Site, Site.id == Resource.site_id)
            .join(OpeningInterval, OpeningInterval.resource_id == Resource.id)
            .where(OpeningInterval.starts < end, OpeningInterval.ends > start, begins < finishes)
            .group_by("key"))


def used_seconds(period: TimeWindow, by: str, now: datetime) -> Select[Any]:
    """Rows (key, seconds of booked lane time from check-in to the end) by a dimension."""
    used = Booking.checked_in_at.is_not(None)
    span = (_later(Claim.starts, Booking.checked_in_at),
            _earlier(Claim.ends, literal(now, UtcDateTime)))
    query = taken_seconds(period, by, (Claim.state == "booked") & used, span)
    if by == MODE:
        return query
    return query.join(Booking, (Booking.id == Claim.holder_id)
                      & (Claim.holder_kind == "booking"))


def taken_seconds(period: TimeWindow, by: str, which: ColumnElement[bool],
                  span: tuple[Any, Any] = (Claim.starts, Claim.ends)) -> Select[Any]:
    """Rows (key, seconds of lane time) of the claims chosen by `which`, inside opening hours.

    `span`: the part of a claim that counts, from and until, as SQL.
    """
    start, end = _bounds(period)
    begins = _later(_later(OpeningInterval.starts, span[0]), start)
    finishes = _earlier(_earlier(OpeningInterval.ends, span[1]), end)
    key = DIMENSIONS[by]().label("key")
    value = func.sum(seconds(finishes) - seconds(begins)).label("value")
    query = (select(key, value).select_from(Claim)
             .join(Lane, Lane.id == Claim.lane_id)
             .join(Resource, Resource.id == Lane.resource_id)
             .join(Site, Site.id == Resource.site_id)
             .join(OpeningInterval, (OpeningInterval.resource_id == Resource.id)
                   & (OpeningInterval.starts < Claim.ends) & (OpeningInterval.ends > Claim.starts))
             .where(which, Claim.starts < end, Claim.ends > start, begins < finishes,
                    OpeningInterval.starts < end, OpeningInterval.ends > start)
             .group_by("key"))
    if by == MODE:
        query = query.join(Booking, (Booking.id == Claim.holder_id)
                           & (Claim.holder_kind == "booking"))
    return query
