"""Money as integer minor units, and unit prices that become money at one rounding point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CURRENCY = "CNY"
DIGITS = 26   # more than arithmetic keeps exact after a shift by two places is refused
PLACES = 6   # decimals a unit price may have


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units (fen). Never a float."""

    minor: int
    currency: str = CURRENCY

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError("Money takes an integer number of minor units")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if isinstance(times, bool) or not isinstance(times, int):
            raise TypeError("Money is multiplied by whole numbers only; see UnitPrice.times")
        return Money(self.minor * times, self.currency)

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money) or other.currency != self.currency:
            raise TypeError("amounts of different currencies do not mix")
        return other.minor

    @property
    def amount(self) -> str:
        """The amount as a decimal string with two places, such as "12.50"."""
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100}.{abs(self.minor) % 100:02d}"

    def as_json(self) -> dict[str, str]:
        """`{"amount": "12.50", "currency": "CNY"}`."""
        return {"amount": self.amount, "currency": self.currency}

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Divide by integer weights so that the parts sum to the whole.

        Largest remainders get the odd fen, ties by position.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be non-negative and not all zero")
        parts = [self.minor * weight // total for weight in weights]
        rest = [self.minor * weight % total for weight in weights]
        order = sorted(range(len(weights)), key=lambda i: (-rest[i], i))
        for i in order[: self.minor - sum(parts)]:
            parts[i] += 1
        return [Money(part, self.currency) for part in parts]

    @classmethod
    def parse(cls, text: str, currency: str = CURRENCY) -> Money:
        """Read "12.5" or "12.50".

        Raises ValueError for anything with more than two places, and for what is no number.
        """
        value = to_decimal(text)
        minor = value * 100
        if minor != minor.to_integral_value():
            raise ValueError("more than two decimal places")
        return cls(int(minor), currency)


@dataclass(frozen=True)
class UnitPrice:
    """A price per unit (hour, piece), exact to six places."""

    value: Decimal
    currency: str = CURRENCY

    @classmethod
    def parse(cls, text: str, currency: str = CURRENCY) -> UnitPrice:
        """Read a decimal string of at most six places; raises ValueError otherwise."""
        value = to_decimal(text)
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -PLACES:
            raise ValueError("more than six decimal places")
        return cls(value, currency)

    def times(self, quantity: Decimal | int) -> Money:
        """The one rounding point: half up to whole fen."""
        minor = (self.value * quantity * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return Money(int(minor), self.currency)


def to_decimal(text: str) -> Decimal:
    """A finite decimal of at most 15 digits before the point; raises ValueError otherwise."""
    try:
        value = Decimal(text)
    except (InvalidOperation, TypeError):
        raise ValueError("not a number") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 13 or len(
            value.as_tuple().digits) > DIGITS:
        raise ValueError("not a finite amount")
    return value
