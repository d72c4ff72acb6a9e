"""Least and greatest time from the end of an operation to the start of one that waits for it."""

from __future__ import annotations

from typing import Any


def post(model: Any) -> None:
    """Both, within every lot that is done; two pinned operations are as they are."""
    for key, active in model.active.items():
        for before, least, greatest in model.before(key):
            if least:
                model.when(model.start[key] >= model.end[before] + least, active)
            if greatest is not None:
                model.when(model.start[key] <= model.end[before] + greatest, active)
