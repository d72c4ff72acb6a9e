"""Answers made the quick way are what marketplace's schemas say they are."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from marshmallow import Schema, fields, post_dump

from marketplace.core.money import Money
from marketplace.http.dumping import dumper
from marketplace.http.fields import Instant, MoneyField


class Inner(Schema):
    """A part."""

    name = fields.String()
    size = fields.Integer()


class Outer(Schema):
    """A whole with a field of every kind that answers have."""

    id = fields.Integer(required=True)
    text = fields.Integer(as_string=True)
    price = MoneyField(allow_none=True)
    start = Instant(attribute="starts", data_key="from")
    inner = fields.Nested(Inner, allow_none=True)
    parts = fields.List(fields.Nested(Inner))
    many = fields.Nested(Inner, many=True)
    words = fields.List(fields.String())
    count = fields.Function(lambda row: 3)
    flag = fields.Boolean()
    deep = fields.String(attribute="inner.name")
    default = fields.String(dump_default="none")
    free = fields.Dict()


WHOLE = {
    "id": 1, "text": 2, "price": Money(1250), "starts": datetime(2026, 3, 2, 8, tzinfo=UTC),
    "inner": {"name": "a", "size": 3, "more": 0}, "parts": [{"name": "b"}, {"size": 4}],
    "many": [{"name": "c"}], "words": ["x", "y"], "flag": True, "free": {"k": 1}}
VALUES = (
    WHOLE, {}, WHOLE | {"price": None, "inner": None},
    WHOLE | {"id": "7", "flag": 0, "words": []}, WHOLE | {"inner": SimpleNamespace(name="z")})


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("make", [dict, lambda value: SimpleNamespace(**value)])
def test_the_quick_way_gives_what_marshmallow_gives(value, make):
    """Missing, empty, nested and oddly typed values of dicts and rows come out the same."""
    assert dumper(Outer())(make(value)) == Outer().dump(make(value))


def test_lists_and_hooks():
    """A schema of many, and one with a hook, give what marshmallow gives too."""
    class Hooked(Inner):
        @post_dump
        def more(self, data, **_):
            return data | {"hooked": True}

    assert dumper(Inner(many=True))([{"name": "a"}]) == [{"name": "a"}]
    assert dumper(Hooked())({"name": "a"}) == {"name": "a", "hooked": True}
