"""What the service counts of itself, in Prometheus' text form at `/metrics`.

Several web processes share a folder of small files, one set a process, which whoever is asked adds
up (prometheus-client's multiprocess mode). The library is imported when the first request comes,
or by gunicorn's master before it forks: commands never pay for it.
"""

from __future__ import annotations

import fcntl
import hmac
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, g, has_request_context, request

from marketplace import config
from marketplace.core import transaction
from marketplace.core.db import db
from marketplace.core.errors import DomainError

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from marketplace.http.meters import Meters

# Functions that measure at the moment of asking: queue lengths and the like.
Reader = Callable[[], Iterable["Metric"]]
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
SHARED = "PROMETHEUS_MULTIPROC_DIR"   # where prometheus-client looks how to count
UNKNOWN = "(none)"                    # the route of what no route answers
_meters: list[Meters] = []
_making = threading.Lock()
_locks: list[Any] = []


def meters() -> Meters:
    """The counters of this process, made at first use."""
    if not _meters:
        with _making:
            _make(None)
    return _meters[0]


def _make(folder: Path | None) -> None:
    from marketplace.http.meters import Meters
    if not _meters:
        _meters.append(Meters(folder))


def share(folder: Path) -> None:
    """Count together with the processes that this one will fork; call it before the first count.

    Every master has a folder of its own below `folder`, locked as long as one of its processes
    lives; what dead masters left is taken away.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        lock = _locked(old)
        if lock is not None:
            shutil.rmtree(old, ignore_errors=True)
            lock.close()
    own = Path(tempfile.mkdtemp(prefix="web-", dir=folder))
    _locks.append(_locked(own))
    config.tell(SHARED, str(own))
    _make(own)


def _locked(folder: Path) -> Any:
    """The lock of a folder, or None where another process has it or the folder is gone."""
    try:
        file = open(folder / "lock", "a")  # noqa: SIM115 - kept open as long as it is locked
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def forget(pid: int) -> None:
    """A process of this master is dead: what it had open is open no more."""
    from prometheus_client.multiprocess import mark_process_dead
    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def init_app(app: Flask, token: str, readers: Iterable[Reader]) -> None:
    """Count every request and answer at `/metrics` whoever may ask; call it before other hooks."""
    read = tuple(readers)

    @app.before_request
    def begin() -> None:
        meters().begin(db.engine.pool)
        g.began = perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        meters().request(request.method, route(), response.status_code, perf_counter() - g.began)
        return response

    @app.get("/metrics")
    def metrics() -> Response:
        """Everything counted so far; for others than `may_read` there is no such page."""
        if not may_read(token):
            abort(404)
        body, kind = meters().text(read)
        return Response(body, content_type=kind)


def route() -> str:
    """The rule of the running request, never its address: there are few of them."""
    rule = request.url_rule
    return UNKNOWN if rule is None else rule.rule


def may_read(token: str) -> bool:
    """True for a program on this host that no proxy speaks for, and for who has the token."""
    sent = request.headers.get("Authorization", "").encode()
    if token and hmac.compare_digest(sent, f"Bearer {token}".encode()):
        return True
    return (request.remote_addr in ("127.0.0.1", "::1", "::ffff:127.0.0.1")
            and not any(name in request.headers for name in FORWARDED))


@transaction.on_refusal
def refused(error: DomainError) -> None:
    """Count a use case that was refused by its reason, on whatever path it came."""
    if has_request_context():
        meters().refused(route(), error.code)
