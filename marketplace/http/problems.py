"""THE error table: how a domain error becomes an answer (RFC 9457 problem details)."""

from __future__ import annotations

import json
import logging
import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from marketplace.core import errors, i18n
from marketplace.core.transaction import refusal_of
from marketplace.http.language import language

STATUS: dict[type[errors.DomainError], int] = {
    errors.MissingIdempotencyKey: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Stale: 412,
    errors.Invalid: 422,
    errors.LimitExceeded: 429,
    errors.Unavailable: 503,
}
MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("marketplace.http")


def status_of(error: type[errors.DomainError]) -> int:
    """The status of an error class: that of its nearest ancestor in the table."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def describe(error: errors.DomainError) -> dict[str, Any]:
    """An error as a problem object, its words in the reader's language."""
    lang = language()
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": i18n.translate(lang, f"problem.{error.code}.title"),
        "status": status_of(type(error)),
        "detail": i18n.translate(lang, f"problem.{error.code}.detail", **_plain(error.params)),
        "instance": request.path,
        "code": error.code,
        "params": _plain(error.params),
    }
    if error.errors:
        body["errors"] = [field_problem(lang, each) for each in error.errors]
    return body | error.extra


def field_problem(lang: str, error: errors.FieldError) -> dict[str, Any]:
    """One wrong field with its sentence."""
    return {"field": error.field, "code": error.code,
            "message": i18n.translate(lang, f"field.{error.code}", **error.params)}


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters as JSON values."""
    result: dict[str, Any] = json.loads(json.dumps(params, default=_text))
    return result


def _text(value: object) -> str:
    """What JSON does not know, as text; instants as RFC 3339."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(value)


def http_problem(status: int, detail: str = "") -> dict[str, Any]:
    """A problem for what the HTTP layer itself refuses (no route, wrong method, bad JSON)."""
    lang = language()
    return {"type": f"/problems/http_{status}",
            "title": i18n.translate(lang, f"problem.http_{status}.title"),
            "status": status, "instance": request.path, "code": f"http_{status}",
            "detail": detail or i18n.translate(lang, f"problem.http_{status}.detail")}


def answer(body: dict[str, Any]) -> Response:
    """A problem object as a response."""
    text = json.dumps(body, ensure_ascii=False)
    response = Response(text.encode(errors="backslashreplace"),   # half a character as \udxxx
                        body["status"], mimetype=MEDIA_TYPE)
    if body["status"] == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if body["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "2"
    if body["status"] == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(body.get("params", {}).get("seconds", 60))
    return response


def wants_problem() -> bool:
    """True for programs; pages render the same object with their own template."""
    return request.path.startswith(("/api/", "/healthz", "/readyz"))


KNOWN_HTTP = (400, 401, 403, 404, 405, 413, 415, 422, 429)


def known(status: int | None) -> int:
    """A status we have words for; others fold into 400 or 500."""
    if status in KNOWN_HTTP:
        return int(status)
    return 400 if status and status < 500 else 500


def init_app(app: Flask, page: Any) -> None:
    """Register the handlers; `page(problem)` renders a problem for people."""

    def respond(body: dict[str, Any]) -> Response:
        return answer(body) if wants_problem() else page(body)

    @app.errorhandler(errors.DomainError)
    def domain_error(error: errors.DomainError) -> Response:
        return respond(describe(error))

    @app.errorhandler(OperationalError)
    def database_error(error: OperationalError) -> Response:
        """A read that the database does not answer is refused like a write."""
        refusal = refusal_of(error)
        return unknown_error(error) if refusal is None else respond(describe(refusal))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.code is not None and error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        response = respond(http_problem(known(error.code)))
        if getattr(error, "valid_methods", None):
            response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
        return response

    @app.errorhandler(Exception)
    def unknown_error(error: Exception) -> Response:
        number = uuid.uuid4().hex[:12]
        log.exception("request %s failed", number, exc_info=error)
        return respond(http_problem(500) | {"request_id": number})
