"""What a decorator adds to the API document of the view it wraps."""

from __future__ import annotations

from copy import deepcopy
from typing import Any


def describe(view: Any, **words: Any) -> None:
    """Merge OpenAPI words into a view's documentation without touching the view it wraps."""
    doc = deepcopy(getattr(view, "_apidoc", {}))
    doc["manual_doc"] = {**doc.get("manual_doc", {}), **words}
    view._apidoc = doc
