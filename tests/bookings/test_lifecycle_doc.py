"""docs/lifecycle.md says what the lifecycle table says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from marketplace.bookings import lifecycle
from marketplace.bookings.steps_api import STEPS
from marketplace.core import i18n
from marketplace.web.booking_desk import OWN_PAGE

TEXT = (Path(__file__).parents[2] / "docs" / "lifecycle.md").read_text("utf-8")


def test_the_diagram_of_the_page_is_the_table():
    """The Mermaid block is what `lifecycle.diagram()` draws, line for line."""
    found = re.search(r"```mermaid\n(.*?)\n```", TEXT, re.S)
    assert found is not None and found[1] == lifecycle.diagram()


def test_every_state_stands_in_the_page_with_its_words():
    """State, its words in both languages, and whether it takes time."""
    rows = [f"| `{state}` | {i18n.translate('en', f'booking.state.{state}')}"
            f" | {i18n.translate('zh', f'booking.state.{state}')}"
            f" | {'yes' if state in lifecycle.OCCUPIES else 'no'} |"
            for state in (lifecycle.HELD, *lifecycle.STATES)]
    assert [row for row in TEXT.splitlines() if row.startswith("| `") and row.count("|") == 5
            ] == rows


def test_every_time_rule_is_explained():
    """The page has a line for each time rule of the table and for no other."""
    assert re.findall(r"^\| `(\w+)` \| [^|]+ \|$", TEXT, re.M) == list(lifecycle.WHEN)


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_action_and_step_has_words(lang):
    """Buttons, questions, meanings, news and history of every action, in both languages."""
    asked = [f"booking.{part}.{action}" for action in STEPS if action not in OWN_PAGE
             for part in ("act", "ask", "means", "done")]
    named = [f"booking.action.{action}" for action in STEPS]
    told = [f"booking.step.{row.action}" for row in lifecycle.TABLE
            if row.source != lifecycle.HELD] + ["booking.step.confirm", "booking.step.request"]
    assert [key for key in (*asked, *named, *told) if not i18n.has(lang, key)] == []
