"""How a registry of provoked answers is written; `provoked` has the registry itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.contracts.stage import Request, Stage

NOBODYS = 10**6
Make = Callable[[Stage], Request]


@dataclass(frozen=True)
class Provoked:
    """A valid request, and requests that are answered with other statuses."""

    valid: Make
    other: Mapping[int, Make] = field(default_factory=dict)


def fixed(path: str, who: str = "buyer", **query: str) -> Make:
    """The same request every time."""
    return lambda _: Request(path, who=who, query=query)


def each(path: str, make: Callable[[Stage], int], body: Any = None, who: str = "buyer") -> Make:
    """A request about something made for it."""
    return lambda stage: Request(path.format(make(stage)), body, who)


def edit(path: str, make: Callable[[Stage], int], body: Any, version: str = "*") -> Make:
    """A change of the seller's thing, made on a version."""
    return lambda stage: Request(path.format(make(stage)), body, "seller", {"If-Match": version})
