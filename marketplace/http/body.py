"""JSON bodies: what cannot be read as plain JSON is a bad request, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask.json.provider import DefaultJSONProvider


class BodyReader(DefaultJSONProvider):
    """Flask's reader; nesting beyond the stack and numbers that JSON does not have are errors.

    Answers keep Chinese as it is, readable at a terminal and half as long.
    """

    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a body; raises json.JSONDecodeError for anything else."""
        try:
            return super().loads(s, parse_constant=_no_number, **kwargs)
        except (RecursionError, ValueError) as error:
            raise json.JSONDecodeError(type(error).__name__, "", 0) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
