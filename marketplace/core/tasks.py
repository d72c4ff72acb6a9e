"""What timers do: functions in `<feature>/tasks.py`, registered with how often they are due.

A task finds what is due and makes one service call for each; it may run twice or late without
harm. Only `runner` knows the library that keeps the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

Work = Callable[[], int]


@dataclass(frozen=True)
class Task:
    """A named piece of regular work; it returns how many things it did."""

    name: str
    every: timedelta
    work: Work


_tasks: dict[str, Task] = {}


def task(every: timedelta) -> Callable[[Work], Work]:
    """Register a function as regular work, named by its feature and its own name.

    Raises ValueError when another function has that name.
    """

    def register(work: Work) -> Work:
        feature = work.__module__.split(".")[-2]
        name = f"{feature}.{work.__name__}"
        if name in _tasks and _tasks[name].work is not work:
            raise ValueError(f"two tasks are called {name}")
        _tasks[name] = Task(name, every, work)
        return work

    return register


def tasks() -> Mapping[str, Task]:
    """Every registered task by name."""
    return MappingProxyType(dict(sorted(_tasks.items())))
