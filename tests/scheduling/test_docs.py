"""The worked examples of the manual are true."""

from __future__ import annotations

import doctest
from pathlib import Path

MANUAL = Path(__file__).parents[2] / "docs" / "scheduling.md"


def test_the_examples_of_the_manual_run() -> None:
    """Every prompt in docs/scheduling.md gives what the page says."""
    result = doctest.testfile(str(MANUAL), module_relative=False, encoding="utf-8")
    assert result.attempted > 20
    assert result.failed == 0
