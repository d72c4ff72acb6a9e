"""A closed loop of clients: each sends its next request when the last one is answered."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

CLIENTS = 20
LONGEST = 60.0   # seconds that one answer may take


@dataclass(frozen=True)
class Request:
    """What to send."""

    method: str
    url: str
    params: dict[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds; status 0: nothing did."""

    number: int
    status: int
    body: bytes
    seconds: float


@dataclass(frozen=True)
class Round:
    """The answers of one loop and how long it took."""

    answers: Sequence[Answer]
    seconds: float
    good: int   # the status that counts

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return sum(each.status == self.good for each in self.answers) / self.seconds

    @property
    def statuses(self) -> dict[int, int]:
        """How often each status came."""
        return dict(sorted(Counter(each.status for each in self.answers).items()))

    def at(self, percent: float) -> float:
        """A percentile of all answers, in ms."""
        return percentile([each.seconds * 1000 for each in self.answers], percent)

    def summary(self) -> dict[str, Any]:
        """The round as JSON."""
        return {"rate": round(self.rate, 1), "seconds": round(self.seconds, 2),
                "statuses": self.statuses, "p50": round(self.at(50), 1),
                "p95": round(self.at(95), 1), "p99": round(self.at(99), 1),
                "max": round(self.at(100), 1)}


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def joined(rounds: Sequence[Round]) -> Round:
    """Several rounds as one."""
    return Round([answer for each in rounds for answer in each.answers],
                 sum(each.seconds for each in rounds), rounds[0].good)


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


class Generator:
    """An HTTP client that keeps its connections where the service does."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> Any:
        """A generator with an open session."""
        async with aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=64), cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=LONGEST)) as http:
            yield cls(http)

    async def send(self, number: int, request: Request) -> Answer:
        """One request; an error of the connection is an answer with status 0."""
        begun = time.perf_counter()
        try:
            async with self.http.request(
                    request.method, request.url, params=request.params, json=request.json,
                    headers=request.headers, allow_redirects=False) as response:
                body, status = await response.read(), response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            body, status = f"{type(error).__name__}: {error}".encode(), 0
        return Answer(number, status, body, time.perf_counter() - begun)

    async def drive(self, jobs: Sequence[Callable[[int], Request]], good: int,
                    clients: int = CLIENTS) -> Round:
        """Let the clients work through the jobs; a job is given the number of its client."""
        left: Iterator[tuple[int, Callable[[int], Request]]] = iter(enumerate(jobs))
        answers: list[Answer] = []

        async def client(name: int) -> None:
            for number, job in left:
                answers.append(await self.send(number, job(name)))

        begun = time.perf_counter()
        await asyncio.gather(*(client(name) for name in range(clients)))
        return Round(answers, time.perf_counter() - begun, good)
