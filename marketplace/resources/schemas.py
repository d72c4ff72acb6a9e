"""What sites, resources and their hours look like outside."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from marketplace.core.errors import FieldError
from marketplace.http.api import PageQuery, QuerySchema, RequestSchema
from marketplace.resources.checks import resource_errors, site_errors
from marketplace.resources.errors import NoSuchException
from marketplace.resources.rules import KINDS, TOP_TYPES
from marketplace.resources.values import CapabilityData, SiteData, SpecialDay, WeekRow

CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
MAX_ID = 2**31 - 1


class Flag(fields.Boolean):
    """True or false and nothing that looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("!not_boolean")
        return value


class Degrees(fields.Float):
    """A JSON number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("!plain_number")
        return float(value)


class Minute(fields.Field[int]):
    """`HH:MM` of a day as minutes; 24:00 is its end."""

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else f"{value // 60:02d}:{value % 60:02d}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        if not isinstance(value, str) or not CLOCK.fullmatch(value):
            raise ValidationError("!not_clock")
        return int(value[:2]) * 60 + int(value[3:])


def minute() -> Minute:
    """A required time of day."""
    return Minute(required=True, metadata={"type": "string", "pattern": f"^({CLOCK.pattern})$"})


def day_of(text: str) -> date:
    """A day in an address; raises NoSuchException for what is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchException(day=text[:20]) from None


def whole(least: int | None = None, most: int | None = None, about: str = "",
          **kwargs: Any) -> fields.Integer:
    """A JSON integer; its limits are documented here and judged by the feature's rules."""
    words: dict[str, Any] = {"minimum": least, "maximum": most, "description": about}
    return fields.Integer(strict=True, **kwargs, metadata={
        name: word for name, word in words.items() if word not in (None, "")})


def written(most: int, least: int = 1, about: str = "", **kwargs: Any) -> fields.String:
    """Text whose length is documented here and judged by the feature's rules."""
    words = {"description": about} if about else {}
    return fields.String(**kwargs, metadata={"minLength": least, "maxLength": most, **words})


def refuse(errors: Sequence[FieldError]) -> None:
    """Domain errors as marshmallow's, so that they stand beside those of types."""
    if errors:
        raise ValidationError({error.field: [message(error)] for error in errors})


def message(error: FieldError) -> str:
    """A field error as `!code:key=value;…`, which the API reads back."""
    rest = ";".join(f"{name}={value}" for name, value in error.params.items())
    return f"!{error.code}:{rest}" if rest else f"!{error.code}"


class Checked(RequestSchema):
    """A request whose values the feature's own pure rules judge, beside their types."""

    RULES: Callable[[Mapping[str, Any]], list[FieldError]]

    @validates_schema(skip_on_field_errors=False)
    def judge(self, data: dict[str, Any], **_: Any) -> None:
        """Every wrong field in one answer."""
        refuse(type(self).RULES(data))


class SiteRequest(Checked):
    """A site to make."""

    RULES = staticmethod(site_errors)

    code = written(40, required=True)
    name = written(120, required=True)
    address = written(200, required=True)
    region_code = written(6, 6, "GB/T 2260, six digits; 000000 for a site abroad.", required=True)
    latitude = Degrees(required=True, metadata={"minimum": -90, "maximum": 90})
    longitude = Degrees(required=True, metadata={"minimum": -180, "maximum": 180})
    zone = written(40, about="An IANA time zone.", load_default="Asia/Shanghai")
    shared_factory = Flag(load_default=False)

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the service takes."""
        return {"site": SiteData(**data)}


class CapabilityRequest(RequestSchema):
    """A kind of work of a resource."""

    service_code = written(30, required=True)
    materials = fields.List(written(40), load_default=list)
    envelope_mm = fields.List(whole(1, 100_000), allow_none=True, load_default=None, metadata={
        "minItems": 3, "maxItems": 3})
    tolerance_um = whole(1, 10**6, allow_none=True, load_default=None)


class ResourceEdit(Checked):
    """Changes of a resource; `capabilities` replace all there were."""

    RULES = staticmethod(resource_errors)

    name = written(120)
    model = written(80, 0)
    lanes = whole(1, 500)
    buffer_before = whole(0, 1440, "Minutes.")
    buffer_after = whole(0, 1440, "Minutes.")
    holidays = Flag(metadata={"description": "Closed on public holidays, open on make-up days."})
    capabilities = fields.List(fields.Nested(CapabilityRequest))

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the values the service takes."""
        if "capabilities" in data:
            data["capabilities"] = tuple(_capability(each) for each in data["capabilities"])
        return {"changes": data}


class ResourceRequest(ResourceEdit):
    """A resource to make: your own, or one of a shared factory."""

    site_id = whole(required=True, validate=validate.Range(
        1, MAX_ID, error=f"!range:least=1;most={MAX_ID}"))
    code = written(40, required=True)
    name = written(120, required=True)
    kind = fields.String(required=True, metadata={"enum": KINDS})
    capabilities = fields.List(fields.Nested(CapabilityRequest), required=True, metadata={
        "minItems": 1, "maxItems": 20})
    owner_credit_code = written(18, about="Without it, your company.")
    operating_credit_code = written(18, about="Without it, the owner.")


def _capability(row: Mapping[str, Any]) -> CapabilityData:
    size = row.get("envelope_mm")
    return CapabilityData(row["service_code"], tuple(row.get("materials") or ()),
                          None if size is None else (size[0], size[1], size[2]),
                          row.get("tolerance_um"))


class HoursRow(RequestSchema):
    """Open on an ISO weekday (1 is Monday), in the time of the site."""

    weekday = whole(required=True, validate=validate.Range(1, 7, error="!range:least=1;most=7"))
    opens = minute()
    closes = minute()


class WeekRequest(RequestSchema):
    """The whole week; a night shift is two rows, up to 24:00 and from 00:00."""

    hours = fields.List(fields.Nested(HoursRow), required=True,
                        validate=validate.Length(0, 100, error="!how_many:least=0;most=100"))

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the values the service takes."""
        return {"rows": [WeekRow(**each) for each in data["hours"]]}


class SpanRequest(RequestSchema):
    """Open from a time of day to another."""

    opens = minute()
    closes = minute()


class ExceptionRequest(RequestSchema):
    """A day with other hours; none of them: closed."""

    day = fields.Date(required=True)
    hours = fields.List(fields.Nested(SpanRequest), load_default=list,
                        validate=validate.Length(0, 24, error="!how_many:least=0;most=24"))

    @post_load
    def to_value(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the value the service takes."""
        return {"special": SpecialDay(data["day"], tuple(
            (each["opens"], each["closes"]) for each in data["hours"]))}


class ResourceQuery(PageQuery):
    """A page of resources."""

    kind = fields.String(validate=validate.OneOf(
        KINDS, error="!choice:choices=" + "/".join(KINDS)))


class ServiceCodeQuery(QuerySchema):
    """Which service codes."""

    top_type = fields.String(validate=validate.OneOf(
        TOP_TYPES, error="!choice:choices=" + "/".join(TOP_TYPES)))
