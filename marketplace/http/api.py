"""The API object: OpenAPI 3.1, problem answers, lists in pages."""

from __future__ import annotations

import re
from functools import wraps
from threading import Lock
from typing import Any, NoReturn

from flask import Response, jsonify
from flask_smorest import Api, Blueprint
from flask_smorest.utils import unpack_tuple_response
from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

from marketplace.core.errors import FieldError, Invalid
from marketplace.http.dumping import dumper
from marketplace.http.fields import Instant, MoneyField, UnitPriceField


class InvalidRequest(Invalid):
    """One or more fields are wrong; every one of them is named."""

    code = "invalid_request"


class FreeSlotSchema(Schema):
    """A slot that was free when a refusal was written, at the price it had then.

    `kind`: the same resource `later` (or on fewer lanes), an `other` one of the same seller or
    site at the same time, one `nearby` at the same time. `approval`: the seller answers.
    """

    kind = fields.String(required=True)
    listing_id = fields.Integer(required=True)
    resource_id = fields.Integer(required=True)
    resource = fields.String(required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    pieces = fields.Integer(required=True, allow_none=True)
    lanes = fields.Integer(required=True)
    mode = fields.String(required=True)
    total = MoneyField(required=True, allow_none=True)
    total_min = MoneyField(required=True, allow_none=True)
    total_max = MoneyField(required=True, allow_none=True)
    distance_km = fields.Float(required=True, allow_none=True)
    approval = fields.Boolean(required=True)


class ProblemSchema(Schema):
    """RFC 9457 problem details, with our code and, for wrong fields, a list of them.

    A refusal of capacity says what is free instead, the best of each kind first.
    """

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    instance = fields.String()
    code = fields.String(required=True)
    params = fields.Dict()
    errors = fields.List(fields.Dict())
    alternatives = fields.List(fields.Nested(FreeSlotSchema))


class RequestSchema(Schema):
    """The base of every request body: an unknown field is an error, not silence."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE


class QuerySchema(Schema):
    """The base of every query string; `lang` may stand beside anything."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE

    lang = fields.String(validate=validate.OneOf(["zh", "en"]))


class PageQuery(QuerySchema):
    """`limit` and `cursor` of a list."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, 500))
    cursor = fields.Integer(load_default=0, validate=validate.Range(0, 2**31 - 1),
                            metadata={"description": "`next_cursor` of the page before."})


class MarketApi(Api):
    """flask-smorest with our error table, and a document that is made when it is first read.

    Making it costs more than all the rest of a start, and most processes are never asked for it.
    """

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None   # every status an operation answers is named by it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.undocumented: list[Blueprint] = []
        self.writing = Lock()

    def _register_error_handlers(self) -> None:
        """Leave errors to `problems`, the one table."""

    def _register_responses(self) -> None:
        """Document no answer before our fields are known: each operation names its own."""

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        """Serve a blueprint now, document it later."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self.undocumented.append(blp)

    def document(self) -> dict[str, Any]:
        """The OpenAPI document of all blueprints."""
        with self.writing:
            for blp in self.undocumented:
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name,
                                          parameters=None)
                self.spec.tag({"name": blp.name, "description": blp.description})
            self.undocumented.clear()
            found: dict[str, Any] = self.spec.to_dict()
            return found


class MarketParser(FlaskParser):
    """webargs with our errors: every wrong field in one answer."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": None, "form": None, "files": None}

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Turn marshmallow's messages into one problem."""
        raise invalid(error)

    def _raw_load_json(self, req: Any) -> Any:
        """The body as the application reads it; none where it is empty or of another type."""
        return req.get_json() if req.is_json and req.get_data() else missing

    def _handle_invalid_json_error(self, error: Any, *_: Any, **__: Any) -> NoReturn:
        """A body that is no JSON at all."""
        raise BadRequest


class MarketBlueprint(Blueprint):
    """A blueprint whose operations name their problems with the right media type."""

    ARGUMENTS_PARSER = MarketParser()

    def arguments(self, schema: Any, **kwargs: Any) -> Any:
        """Read arguments with one instance of the schema; a new one a request costs more."""
        return super().arguments(_one(schema), **kwargs)

    def response(self, status_code: Any, schema: Any = None, **kwargs: Any) -> Any:
        """Document the answer and make it by its schema, the quick way."""
        if schema is None or isinstance(schema, dict):   # nothing, or bytes that are no JSON
            return super().response(status_code, schema, **kwargs)
        made = _one(schema)
        document, dump = super().response(status_code, made, **kwargs), dumper(made)

        def decorate(view: Any) -> Any:
            @wraps(view)
            def answered(*args: Any, **kwargs: Any) -> Any:
                result, status, headers = unpack_tuple_response(view(*args, **kwargs))
                if isinstance(result, Response):
                    return result, status, headers
                return jsonify(dump(result)), status or status_code, headers

            return document(answered)

        return decorate

    def problems(self, *statuses: int) -> Any:
        """Document error statuses of an operation; what takes a token may be asked too often."""
        limited = {*statuses, 429} if 401 in statuses else set(statuses)

        def decorate(view: Any) -> Any:
            documented = view
            for status in sorted(limited):
                documented = self.alt_response(status, schema=PROBLEM,
                                               content_type="application/problem+json")(documented)
            view._apidoc = documented._apidoc   # the answer itself needs no wrapper
            return view

        return decorate


def _one(schema: Any) -> Any:
    """An instance that its copies share: every decorator copies all that is documented below it,
    which would cost tens of megabytes."""
    made = schema() if isinstance(schema, type) else schema
    made.__deepcopy__ = lambda _memo: made
    return made


PROBLEM = _one(ProblemSchema)


def flatten(messages: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Marshmallow's nested messages as (path, message) pairs."""
    if isinstance(messages, dict):
        pairs: list[tuple[str, str]] = []
        for key, value in messages.items():
            path = prefix if key == "_schema" else f"{prefix}.{key}" if prefix else str(key)
            pairs += flatten(value, path)
        return pairs
    return [(prefix, str(each)) for each in messages]


def invalid(error: ValidationError) -> InvalidRequest:
    """A marshmallow error as a problem: messages are codes, optionally `code:param`."""
    messages: Any = error.messages
    if isinstance(messages, dict) and set(messages) <= {"json", "query", "form", "files"}:
        pairs = [pair for value in messages.values() for pair in flatten(value)]
    else:
        pairs = flatten(messages)
    return InvalidRequest(errors=[field_error(path, text) for path, text in pairs],
                          count=len(pairs))


def field_error(path: str, text: str) -> FieldError:
    """A marshmallow message as a FieldError; our own are `!code` or `!code:key=value;…`."""
    if text.startswith("!"):
        code, _, rest = text[1:].partition(":")
        params = dict(part.split("=", 1) for part in rest.split(";") if "=" in part)
        return FieldError(path, code, **params)
    for pattern, code in PATTERNS:
        if found := pattern.match(text):
            return FieldError(path, code, **{name: value.replace(", ", "/")
                                             for name, value in found.groupdict().items()})
    return FieldError(path, *WORDS.get(text, ("not_valid",)))


WORDS = {
    "Missing data for required field.": ("required",),
    "Unknown field.": ("unknown",),
    "Field may not be null.": ("required",),
    "Not a valid integer.": ("not_integer",),
    "Not a valid string.": ("not_text",),
    "Not a valid boolean.": ("not_boolean",),
    "Not a valid number.": ("not_number",),
    "Not a valid datetime.": ("not_instant",),
}
PATTERNS = (
    (re.compile(r"Must be greater than or equal to (?P<least>\S+)"
                r" and less than or equal to (?P<most>\S+)\.$"), "range"),
    (re.compile(r"Length must be between (?P<least>\d+) and (?P<most>\d+)\.$"), "length"),
    (re.compile(r"Must be one of: (?P<choices>.+)\.$"), "choice"),
)

__all__ = ["Instant", "InvalidRequest", "MarketApi", "MarketBlueprint", "MoneyField",
           "PageQuery", "ProblemSchema", "QuerySchema", "RequestSchema", "UnitPriceField",
           "invalid"]
