"""The forms of accounts: read, carried out, and shown again with a sentence at each wrong field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from marshmallow import Schema, ValidationError, fields, validate

from marketplace.accounts.errors import LoginRefused
from marketplace.accounts.schemas import Password
from marketplace.core import errors
from marketplace.http.api import RequestSchema, invalid
from marketplace.http.language import language
from marketplace.http.problems import describe, field_problem, status_of

# What is told on the form itself; anything else is a page of its own.
SHOWN = (errors.Invalid, errors.Conflict, errors.Stale, errors.LimitExceeded, errors.Unavailable,
         LoginRefused)
TICKED = "yes"


class LoginForm(RequestSchema):
    """An address and a password, not judged but compared."""

    email = fields.String(required=True)
    password = fields.String(required=True)


class ForgotForm(RequestSchema):
    """The address that a mail is asked for."""

    email = fields.String(required=True)


class ResetForm(RequestSchema):
    """A new password."""

    password = Password(required=True)


class PasswordForm(ResetForm):
    """The present password and a new one."""

    present = fields.String(required=True)


class EraseForm(RequestSchema):
    """The password and a yes."""

    erase_password = fields.String(required=True)
    sure = fields.String(required=True, validate=validate.Equal(TICKED, error="!required"))


@dataclass(frozen=True)
class Outcome:
    """What came of a form: its result, or sentences by field and a status."""

    result: Any = None
    errors: dict[str, str] | None = None
    status: int = 200


def values(schema: Schema) -> dict[str, Any]:
    """The fields of the form that was sent; an empty one was not filled in."""
    form = request.form
    return {name: form.getlist(name) if isinstance(field, fields.List) else
            _number(field, form[name]) for name, field in schema.fields.items()
            if form.get(name, "") != ""}


def _number(field: fields.Field, text: str) -> Any:
    """A whole number where the field takes one; forms only know text."""
    plain = isinstance(field, fields.Integer) and text.isascii() and text.isdecimal()
    return int(text) if plain and len(text) < 12 else text


def attempt(schema: Schema, deed: Callable[[Any], Any]) -> Outcome:
    """Read the form and carry it out."""
    try:
        return Outcome(deed(schema.load(values(schema))))
    except ValidationError as error:
        return Outcome(None, sentences(invalid(error)), 422)
    except SHOWN as error:
        return Outcome(None, sentences(error), status_of(type(error)))


def sentences(error: errors.DomainError) -> dict[str, str]:
    """One sentence a wrong field, or one for the form as a whole under ''."""
    if not error.errors:
        return {"": describe(error)["detail"]}
    found: dict[str, str] = {}
    for each in error.errors:
        found.setdefault(each.field.split(".")[0], field_problem(language(), each)["message"])
    return found


def again(template: str, outcome: Outcome | None = None, **context: Any) -> Any:
    """The page of a form, first or once more with what was wrong; passwords are not repeated."""
    found = outcome or Outcome()
    page = render_template(template, errors=found.errors or {}, form=request.form, **context)
    return page, found.status


def address() -> str:
    """The network address that attempts are counted by."""
    return request.remote_addr or ""
