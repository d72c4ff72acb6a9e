"""How large a file of rows may be, and how one is refused that is larger or no table."""

from __future__ import annotations

from typing import Any

from marketplace.core.errors import FieldError
from marketplace.web.imports.errors import FileRefused

MAX_BYTES = 5 * 2**20
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 2_000


def refused(code: str, **params: Any) -> FileRefused:
    """The refusal of a whole file for one reason."""
    return FileRefused(errors=[FieldError("file", code, **params)])
