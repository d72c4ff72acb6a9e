"""The service in a wrapper that kills its own worker at a step that the request names.

`X-Kill-Before: n` ends the process before the n-th step of the request: a statement, the BEGIN or
the COMMIT. `X-Kill-After: 1` ends it when all is committed and no byte of the answer has left.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

from sqlalchemy import event

from marketplace.core.db import db
from wsgi import app as service

_request = threading.local()


def _step(*_: Any) -> None:
    """Count one step of a request that is to be killed."""
    left = getattr(_request, "left", None)
    if left is None:
        return
    _request.left = left - 1
    if _request.left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


with service.app_context():
    for name in ("before_cursor_execute", "begin", "commit"):
        event.listen(db.engine, name, _step)


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """WSGI."""
    before = environ.get("HTTP_X_KILL_BEFORE")
    _request.left = int(before) if before else None
    answer = service(environ, start_response)
    if environ.get("HTTP_X_KILL_AFTER"):
        os.kill(os.getpid(), signal.SIGKILL)
    _request.left = None
    return answer
