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
FIRST_UNITS, MOST_UNITS = 16.0, 1e9
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
    """Let members work at the same time until ``go_on`` says no or none has anything to do.

    What goes wrong in a member ends the work and is raised here.
    """
    stop = Event()
    failures: list[Exception] = []
    threads = [
        Thread(target=_loop, args=(member, stop, failures), daemon=True) for member in members
    ]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads) and not failures and go_on():
            time.sleep(POLL)
            for member in members:
                member.report(run)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
    for member in members:
        member.report(run)


def _loop(member: Member, stop: Event, failures: list[Exception]) -> None:
    """Work in slices until told to stop, hand a failure over to the conductor's thread."""
    units = FIRST_UNITS
    try:
        while units and not stop.is_set():
            units = _slice(member, units)
            member.note(False)
        member.note(True)
    except Exception as failure:  # raised again by `together`
        failures.append(failure)
        stop.set()


def _slice(member: Member, units: float) -> float:
    """Work once; the units of the next slice, so that it takes as long as it should, 0 for none."""
    began = time.monotonic()
    if member.work(int(units)) == 0:
        return 0.0
    took = max(time.monotonic() - began, 1e-6)
    return max(1.0, min(units * 2, units * SLICE / took, MOST_UNITS))


def in_turns(run: Run, members: Sequence[Member], go_on: Callable[[], bool]) -> None:
    """Let members work in turns, each for about as long."""
    units = [FIRST_UNITS] * len(members)
    while any(units) and go_on():
        for number, member in enumerate(members):
            if units[number]:
                units[number] = _slice(member, units[number])
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
