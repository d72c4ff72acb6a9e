"""How gunicorn serves: `gunicorn -c python:marketplace.serving wsgi:app`.

Workers are forked from one loaded application (memory is shared), threads keep a slow client from
holding a worker up. Flags on the command line win over what stands here.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from typing import Any

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = 4
threads = 2   # one at work, one that waits for the database or a client: more only queue inside
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 30
SWITCH = 0.0005   # seconds: a thread that the database has answered waits no longer for its turn
WARM = ("limit=20&free_from=2030-01-01T00:00Z&free_to=2030-01-01T01:00Z",
        "limit=500&fields=id&free_from=2030-01-01T00:00Z&free_to=2030-01-01T01:00Z")
control_socket_disable = True   # its path is one per user: two instances would share it


def on_starting(_server: Any) -> None:
    """The workers that this master will fork count together."""
    from marketplace import config
    from marketplace.http import metrics
    metrics.share(config.load().folder / "metrics")


def when_ready(_server: Any) -> None:
    """Finish before the workers are forked what each would else do, and keep, for itself.

    What is there now is never garbage: frozen, the collector does not write on its pages, and
    they stay shared.
    """
    warm()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH)


def warm() -> None:
    """Search a little, past the hooks that count requests: what Python and SQLAlchemy make ready
    on first use is then made once and shared by all workers."""
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.orm import configure_mappers

    from marketplace.core.db import db
    from wsgi import app
    configure_mappers()
    with contextlib.suppress(SQLAlchemyError):   # the tables may not have been made yet
        for query in WARM * 30:
            with app.test_request_context(f"/api/v1/listings?{query}"):
                app.dispatch_request()
    with app.app_context():
        db.engine.dispose()


def child_exit(_server: Any, worker: Any) -> None:
    """What a dead worker had in use is free, whatever killed it."""
    from marketplace.http import metrics
    metrics.forget(worker.pid)


def post_fork(_server: Any, _worker: Any) -> None:
    """A connection made before the fork belongs to the parent: forget it without closing it."""
    from marketplace.core.db import db
    from wsgi import app
    with app.app_context():
        db.engine.dispose(close=False)
