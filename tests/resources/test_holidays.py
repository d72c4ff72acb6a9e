"""Where holidays and make-up working days come from."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from marketplace.core.db import db
from marketplace.resources import holidays
from marketplace.resources.models import Holiday


def test_years_with_a_notice_are_official():
    """2026 holds the official days, with their make-up days and Chinese names."""
    days = {each.day: each for each in holidays.moved_days([2026])}

    assert (days[date(2026, 10, 1)].kind, days[date(2026, 10, 1)].name) == ("holiday", "国庆节")
    assert days[date(2026, 10, 10)].kind == "workday"
    assert not any(each.provisional for each in days.values())


def test_later_years_are_provisional_and_without_make_up_days():
    """A year without a notice is computed, marked, and moves no working days."""
    days = holidays.moved_days([2031])

    assert any(each.day == date(2031, 10, 1) for each in days)
    assert {each.kind for each in days} == {"holiday"}
    assert all(each.provisional for each in days)


@pytest.mark.usefixtures("inside")
def test_loading_again_changes_nothing():
    """Loading a year twice leaves it as it was, and leaves other years alone."""
    holidays.load([2025, 2026])
    before = list(db.session.scalars(select(Holiday.day).order_by(Holiday.day)))

    holidays.load([2026])

    assert list(db.session.scalars(select(Holiday.day).order_by(Holiday.day))) == before


def test_the_command_says_what_is_provisional(runner: FlaskCliRunner):
    """`flask holidays load` fills the years it is given and names those without a notice."""
    result = runner.invoke(args=["holidays", "load", "2026", "2031"])

    assert result.exit_code == 0, result.output
    assert "days of 2026, 2031" in result.output
    assert "2031" in result.output.splitlines()[-1]
    assert "2026" not in result.output.splitlines()[-1]
