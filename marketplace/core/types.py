"""Column types: UTC instants, money in fen, exact decimals, JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from marketplace.core.money import Money

# SQLite only gives out row ids by itself for a column of type INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive datetimes; SQLite would silently drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; naive for SQLite, whose text then sorts by time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Back to aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class shifted(FunctionElement[datetime]):
    """`shifted(instant, minutes)`: an instant moved by whole minutes, computed by the database."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(shifted, "postgresql")
def _shifted_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    instant, minutes = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"({instant} + ({minutes}) * interval '1 minute')"


@compiles(shifted, "sqlite")
def _shifted_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    """In the form in which instants are stored; SQLite counts them in milliseconds."""
    instant, minutes = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"strftime('%Y-%m-%d %H:%M:%f000', {instant}, ({minutes}) || ' minutes')"


class Fen(TypeDecorator[Money]):
    """Money as a whole number of fen."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        """To fen."""
        return None if value is None else value.minor

    def process_result_value(self, value: int | None, dialect: Dialect) -> Money | None:
        """From fen."""
        return None if value is None else Money(value)


class Exact(TypeDecorator[Decimal]):
    """A decimal kept as text: SQLite would store NUMERIC as a float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """From text."""
        return None if value is None else Decimal(value)
