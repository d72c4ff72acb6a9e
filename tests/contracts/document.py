"""The OpenAPI document, for tests that run over it."""

from __future__ import annotations

import json
import sys
import tempfile
from functools import cache
from typing import Any

from marketplace import config
from marketplace.app import create_app

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def document() -> dict[str, Any]:
    """The document as it is served."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config.Settings(instance=folder))
        found: dict[str, Any] = json.loads(json.dumps(
            app.extensions["market_api"].document()))   # names and numbers as they are sent
    return found


def operations() -> dict[str, dict[str, Any]]:
    """Every operation as `METHOD /path` below /api/v1, with its description."""
    return {f"{method.upper()} {path.removeprefix('/api/v1')}": item[method]
            for path, item in document()["paths"].items()
            for method in METHODS if method in item}


def statuses(operation: dict[str, Any]) -> set[int]:
    """The statuses that an operation documents."""
    return {int(status) for status in operation["responses"]}


def needs_key(operation: dict[str, Any]) -> bool:
    """True when an operation is refused without an Idempotency-Key."""
    return any(each.get("name") == "Idempotency-Key" and each.get("required")
               for each in operation.get("parameters", []))


if __name__ == "__main__":
    json.dump(document(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
