"""An operation begins when those before it have ended."""

from __future__ import annotations

from typing import Any


def post(model: Any) -> None:
    """Order the steps of every lot that is done; two pinned ones are as they are."""
    for key, active in model.active.items():
        for before, _least, _greatest in model.before(key):
            model.when(model.start[key] >= model.end[before], active)
