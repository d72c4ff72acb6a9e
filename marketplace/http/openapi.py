"""The API document, generated; its page; and the catalogue of problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, jsonify
from marshmallow import Schema
from werkzeug.routing import IntegerConverter, Map

from marketplace.core import i18n
from marketplace.core.errors import DomainError, NotFound
from marketplace.http.api import MarketApi, MarketBlueprint
from marketplace.http.fields import document
from marketplace.http.language import language
from marketplace.http.problems import status_of

TITLE = "Gongfang API"


class RowNumber(IntegerConverter):
    """`<int:…>` in a path: no number that no row can have."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": 2**31 - 1, **kwargs})


def init_app(app: Flask, blueprints: Sequence[MarketBlueprint]) -> None:
    """Register the blueprints and serve the document at `/api/v1/openapi.json`."""
    app.config.update(
        API_TITLE=TITLE, API_VERSION="v1", OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"description": "Find idle manufacturing capacity, quote, hold and book it. "
                                    "Times are RFC 3339 with an offset, money is "
                                    '{"amount": "12.50", "currency": "CNY"}.'},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}})
    app.url_map.converters["int"] = RowNumber
    api = MarketApi()
    api.init_app(app, spec_kwargs={
        "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=name_of)})  # type: ignore[arg-type]
    document(api.spec)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.extensions["market_api"] = api

    @app.get("/api/v1/openapi.json")
    def openapi() -> Any:
        return jsonify(api.document())

    @app.get("/problems/<code>")
    def problem(code: str) -> Any:
        found = catalogue().get(code)
        if found is None:
            raise NotFound(kind="problem")
        return jsonify(found)

    @app.get("/problems")
    def problems() -> Any:
        return jsonify(catalogue())


def name_of(schema: type[Schema] | Schema) -> str | None:
    """The name of a schema in the document; one that shows a part of another stands inline."""
    if isinstance(schema, Schema) and (schema.only or schema.exclude):
        return None
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")


def catalogue() -> dict[str, dict[str, Any]]:
    """Every problem code with its status and its title in the reader's language."""
    lang = language()
    return {error.code: {"code": error.code, "status": status_of(error),
                         "title": i18n.translate(lang, f"problem.{error.code}.title")}
            for error in sorted(subclasses(DomainError), key=lambda each: each.code)}


def subclasses(base: type[DomainError]) -> set[type[DomainError]]:
    """Every error class below `base`, in all features."""
    below = set(base.__subclasses__())
    return below.union(*(subclasses(each) for each in below)) if below else below
