"""What every improving backend looks like from outside: it works in slices and owns no clock.

The conductor (`scheduling.solve`) calls ``work`` again and again, in a thread of its own where
there are several, and looks at the answer in between. An engine never reads the time, so the same
seed and the same units of work give the same answer.
"""

from __future__ import annotations

from typing import Protocol

from scheduling.schedule import Schedule


class Engine(Protocol):
    """A search under way. ``UNITS`` of work count as one second where work is counted."""

    NAME: str
    UNITS: int

    @property
    def improvements(self) -> int:
        """How often a better plan has been found."""

    def work(self, units: int) -> int:
        """Search for about so many units (compiled, without the interpreter's lock).

        Returns the units used; 0 says that there is nothing left to do.
        """

    def best(self) -> Schedule:
        """The best plan found so far."""
