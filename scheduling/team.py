"""Engines at work side by side: each in a thread of its own, or in turns where there is one worker.

Compiled code runs without the interpreter's lock, so threads are enough. What an engine finds is
copied by its own thread between two slices of work and taken from there by the conductor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Protocol

from scheduling.run import Run

SLICE = 0.03
FIRST_UNITS = 16
POLL = 0.05
COUNTED_SLICE = 0.02


class Member(Protocol):
    """An engine and how it is spoken to."""

    units_per_second: int

    def work(self, units: int) -> int:
        """Work for so many units; 0 when there is nothing left to do."""

    def report(self, run: Run) -> None:
        """Tell the run what is new; called by the conductor's thread."""

    def note(self, last: bool) -> None:
        """Copy what has been found; called by the thread that works."""


def together(run: Run, members: Sequence[Member], go_on: Callable[[], bool]) -> None:
    """Let members work at the same time until ``go_on`` says no or none has anything to do."""
    stop = Event()
    threads = [Thread(target=_loop, args=(member, stop), daemon=True) for member in members]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads) and go_on():
            time.sleep(POLL)
            for member in members:
                member.report(run)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for member in members:
        member.report(run)


def _loop(member: Member, stop: Event) -> None:
    """Slices that take about as long as they should, whatever a unit costs here."""
    units = float(FIRST_UNITS)
    while not stop.is_set():
        began = time.monotonic()
        done = member.work(int(units))
        took = time.monotonic() - began
        if done == 0:
            break
        member.note(False)
        units = max(1.0, min(units * 2, units * SLICE / max(took, 1e-6)))
    member.note(True)


def in_turns(run: Run, members: Sequence[Member], go_on: Callable[[], bool]) -> None:
    """Let members work in turns, each for about as long."""
    units = {id(member): float(FIRST_UNITS) for member in members}
    idle: set[int] = set()
    while len(idle) < len(members) and go_on():
        for member in members:
            began = time.monotonic()
            if member.work(int(units[id(member)])) == 0:
                idle.add(id(member))
            took = time.monotonic() - began
            size = units[id(member)]
            units[id(member)] = max(1.0, min(size * 2, size * SLICE / max(took, 1e-6)))
            member.note(False)
            member.report(run)
    for member in members:
        member.note(True)
        member.report(run)


def counted(
    run: Run, members: Sequence[Member], seconds: float, go_on: Callable[[], bool]
) -> float:
    """Let members work in turns by units alone; the seconds of work used, by their own count."""
    spent, idle = 0.0, False
    while not idle and spent < seconds and go_on():
        idle = True
        for member in members:
            units = max(1, int(member.units_per_second * COUNTED_SLICE))
            done = member.work(units)
            idle = idle and done == 0
            spent += done / member.units_per_second
            member.note(True)
            member.report(run)
    return spent
