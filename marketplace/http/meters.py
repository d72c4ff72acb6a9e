"""The counters themselves; importing this imports prometheus-client, so `metrics` does it late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.metrics import Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.pool import Pool, QueuePool

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (.005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10)
PREFIX = "gongfang_"
Reader = Callable[[], Iterable[Metric]]


class Meters:
    """All counters of one process; `folder` is where other processes keep theirs beside them."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.registry = CollectorRegistry()
        self.requests = Counter(
            f"{PREFIX}http_requests", "Requests answered.", ("method", "route", "status"),
            registry=self.registry)
        self.seconds = Histogram(
            f"{PREFIX}http_request_seconds", "Time until an answer was ready.",
            ("method", "route"), buckets=SECONDS, registry=self.registry)
        self.refusals = Counter(
            f"{PREFIX}refusals", "Use cases refused, by the code of the reason.",
            ("route", "reason"), registry=self.registry)
        self.steps = Counter(
            f"{PREFIX}booking_steps", "Steps of bookings, their making too, by the new state.",
            ("action", "state"), registry=self.registry)
        self.connections = Gauge(
            f"{PREFIX}database_connections_in_use",
            "Connections in use as the latest request of each process began.",
            multiprocess_mode="livesum", registry=self.registry)
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def begin(self, pool: Pool) -> None:
        """A request begins.

        Looked at from here and not counted at every check-out: a connection may be given back by
        the garbage collector, in the middle of anything, and these counters have locks.
        """
        if isinstance(pool, QueuePool):
            self.connections.set(pool.checkedout())

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answer."""
        method = method if method in METHODS else "OTHER"
        key = (method, route, status // 100)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = (
                self.requests.labels(method, route, f"{status // 100}xx"),
                self.seconds.labels(method, route))
        found[0].inc()
        found[1].observe(seconds)

    def refused(self, route: str, reason: str) -> None:
        """One refusal."""
        self.refusals.labels(route, reason).inc()

    def step(self, action: str, state: str) -> None:
        """One step of a booking."""
        self.steps.labels(action, state).inc()

    def text(self, readers: Iterable[Reader]) -> tuple[bytes, str]:
        """Everything as text, and its content type; `readers` are asked now."""
        asked = CollectorRegistry()
        for reader in readers:
            asked.register(_Asked(reader))
        counted = self.registry
        if self.folder:
            counted = CollectorRegistry()
            MultiProcessCollector(counted, str(self.folder))  # type: ignore[no-untyped-call]
        return generate_latest(counted) + generate_latest(asked), CONTENT_TYPE_LATEST


class _Asked:
    """A reader as prometheus-client wants it."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def collect(self) -> Iterator[Metric]:
        """Ask."""
        yield from self.reader()
