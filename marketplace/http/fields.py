"""Fields of our own: instants with an offset, money, unit prices, bounded text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from marketplace.core.money import CURRENCY, Money, UnitPrice
from marketplace.core.text import printable

YEARS = (2000, 2200)


class Instant(fields.Field[datetime]):
    """An RFC 3339 time with an offset, aware UTC inside."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime:
        if not isinstance(value, str) or len(value) < 16:
            raise ValidationError("!not_instant")
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise ValidationError("!not_instant") from None
        if parsed.tzinfo is None:
            raise ValidationError("!offset_missing")
        if not YEARS[0] <= parsed.year < YEARS[1]:
            raise ValidationError("!year_out_of_range")
        return parsed.astimezone(UTC)


class MoneyField(fields.Field[Money]):
    """`{"amount": "12.50", "currency": "CNY"}`; at most two decimal places, never rounded."""

    def _serialize(self, value: Money | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else value.as_json()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Money:
        if not isinstance(value, dict) or not isinstance(value.get("amount"), str):
            raise ValidationError("!not_money")
        if value.get("currency", CURRENCY) != CURRENCY:
            raise ValidationError("!currency")
        try:
            amount = Money.parse(value["amount"])
        except ValueError:
            raise ValidationError("!not_money") from None
        if amount.minor < 0:
            raise ValidationError("!negative")
        return amount


class DecimalText(fields.Field[Decimal]):
    """A decimal number in a string, with at most `places` places, from `least` to `most`."""

    def __init__(self, places: int, least: str = "0", most: str = "1000000000", **kwargs: Any):
        super().__init__(**kwargs)
        self.places, self.least, self.most = places, Decimal(least), Decimal(most)

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else format(value, "f")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Decimal:
        if not isinstance(value, str):
            raise ValidationError("!not_decimal")
        try:
            number = UnitPrice.parse(value).value
        except ValueError:
            raise ValidationError("!not_decimal") from None
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.places:
            raise ValidationError(f"!places:places={self.places}")
        if not self.least <= number <= self.most:
            raise ValidationError(f"!range:least={self.least};most={self.most}")
        return number


class UnitPriceField(DecimalText):
    """A price per unit in yuan: a decimal string of at most six places."""

    def __init__(self, **kwargs: Any):
        super().__init__(places=6, **kwargs)


class Text(fields.String):
    """Typed text: trimmed, 1 to `most` characters, without control characters."""

    def __init__(self, most: int, least: int = 1, **kwargs: Any):
        super().__init__(**kwargs)
        self.least, self.most = least, most
        self.metadata = {**self.metadata, "minLength": least, "maxLength": most}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        text = super()._deserialize(value, attr, data)
        if not isinstance(text, str) or not printable(text) or "\x00" in text:
            raise ValidationError("!not_text")
        text = text.strip()
        if not self.least <= len(text) <= self.most:
            raise ValidationError(f"!length:least={self.least};most={self.most}")
        return text


def document(spec: Any) -> None:
    """Teach the OpenAPI generator our fields."""
    plugin = next(each for each in spec.plugins if hasattr(each, "map_to_openapi_type"))
    plugin.map_to_openapi_type(Instant, "string", "date-time")
    plugin.converter.add_attribute_function(_attributes)


def _attributes(_converter: Any, field: Any, **_: Any) -> dict[str, Any]:
    """JSON schema of our fields, as strict as the reader is."""
    if isinstance(field, MoneyField):
        kind: Any = ["object", "null"] if field.allow_none else "object"
        return {"type": kind, "additionalProperties": False, "required": ["amount", "currency"],
                "properties": {"amount": {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"},
                               "currency": {"const": CURRENCY}}}
    if isinstance(field, DecimalText):
        return {"type": ["string", "null"] if field.allow_none else "string", "format": "decimal"}
    return {}
