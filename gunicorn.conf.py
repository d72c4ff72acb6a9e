"""gunicorn's settings; the address and the number of workers come from its command line."""

from __future__ import annotations

from typing import Any

bind = "127.0.0.1:8000"
workers = 4
worker_class = "gthread"
threads = 4
preload_app = True
control_socket_disable = True   # its path is one per user: two services would share it
timeout = 60
graceful_timeout = 20


def post_fork(server: Any, worker: Any) -> None:
    """Connections do not survive a fork: every worker opens its own."""
    from wsgi import app

    from marketplace.core.db import db
    with app.app_context():
        db.engine.dispose(close=False)
