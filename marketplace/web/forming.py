"""Forms of resources and listings: typed text as what the API's schemas read, and back again.

A page builds the same JSON that a program would send, so both are judged by one schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError

from marketplace.core.errors import DomainError, FieldError
from marketplace.http.api import invalid
from marketplace.http.language import language
from marketplace.http.problems import describe, field_problem, status_of

Place = Callable[[str], str]   # a field of the schema as the name of an input


def whole(text: str) -> Any:
    """A whole number where it is one; else the text, which the schema refuses by name."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text.strip(), re.ASCII) else text


def decimal(text: str) -> Any:
    """A number where it is one."""
    return float(text) if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,12})?", text.strip(),
                                       re.ASCII) else text


def filled(form: Mapping[str, str], names: Sequence[str],
           read: Callable[[str], Any] = str.strip) -> dict[str, Any]:
    """The inputs that were filled in."""
    return {name: read(form[name]) for name in names if form.get(name, "").strip()}


def carried_out(schema: Schema, body: Mapping[str, Any], deed: Callable[..., Any],
                place: Place = str) -> tuple[Any, dict[str, str], int]:
    """Judge and carry out: the result, or a sentence by input and the status of the answer."""
    try:
        return deed(**schema.load(body)), {}, 200
    except ValidationError as error:
        refusal: DomainError = invalid(error)
    except DomainError as error:
        if status_of(type(error)) not in (409, 412, 422):
            raise
        refusal = error
    return None, sentences(refusal, place), status_of(type(refusal))


def sentences(refusal: DomainError, place: Place = str) -> dict[str, str]:
    """A sentence for every wrong input; '' for the form as a whole."""
    found: dict[str, str] = {}
    for error in refusal.errors:
        found.setdefault(place(error.field), sentence(error))
    return found or {"": describe(refusal)["detail"]}


def sentence(error: FieldError) -> str:
    """What is wrong with a field, in the reader's language."""
    return str(field_problem(language(), error)["message"])
