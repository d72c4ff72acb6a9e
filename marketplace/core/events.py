"""News goes up: a lower feature publishes a dataclass, higher ones handle it in the transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")
_handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def on(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a handler of an event class; handlers run in the order of registration."""

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        if handler not in _handlers[event]:
            _handlers[event].append(handler)
        return handler

    return register


def publish(event: object) -> None:
    """Call every handler now, inside the running transaction."""
    for handler in _handlers[type(event)]:
        handler(event)
