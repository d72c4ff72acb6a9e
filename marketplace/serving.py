"""How gunicorn serves: `gunicorn -c python:marketplace.serving wsgi:app`.

Workers are forked from one loaded application (memory is shared), threads keep a slow client from
holding a worker up. Flags on the command line win over what stands here.
"""

from __future__ import annotations

from typing import Any

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = 4
threads = 4
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 30
control_socket_disable = True   # its path is one per user: two instances would share it


def on_starting(_server: Any) -> None:
    """The workers that this master will fork count together."""
    from marketplace import config
    from marketplace.http import metrics
    metrics.share(config.load().folder / "metrics")


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
