"""Fields that price terms are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from marketplace.core.money import Money, to_decimal

ZERO = Decimal(0)


class TermsSchema(Schema):
    """The base of every mode's terms: an unknown name is an error."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE


class Number(fields.Field[Decimal]):
    """A decimal number in a string: at most `places` places, between `least` and `most`."""

    def __init__(self, places: int, least: str = "0", most: str = "10000000", **kwargs: Any):
        super().__init__(**kwargs)
        self.places, self.least, self.most = places, Decimal(least), Decimal(most)
        self.metadata = {**self.metadata, "type": "string", "format": "decimal"}

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else format(value, "f")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Decimal:
        try:
            number = to_decimal(value) if isinstance(value, str) else None
        except ValueError:
            number = None
        if number is None:
            raise ValidationError("!not_decimal")
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.places:
            raise ValidationError(f"!places:places={self.places}")
        if not self.least <= number <= self.most:
            raise ValidationError(f"!range:least={self.least};most={self.most}")
        return number


class Minutes(fields.Integer):
    """Whole minutes, at most a week."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        number = super()._deserialize(value, attr, data)
        if number is None or not 0 <= number <= 10080:
            raise ValidationError("!range:least=0;most=10080")
        return number


def yuan(number: Decimal) -> Money:
    """A field of two places as money."""
    return Money(int(number * 100))
