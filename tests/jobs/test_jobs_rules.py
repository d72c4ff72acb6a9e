"""What makes a job possible at all."""

from datetime import timedelta

import pytest

from marketplace.jobs import rules
from marketplace.jobs.rules import NewJob, NewOperation
from tests.clocks import START

DAY = timedelta(days=1)


def job(**overrides):
    """A job from tomorrow to the day after."""
    values = {"code": "A", "title": "A", "release": START + DAY, "due": START + 2 * DAY,
              "deadline": START + 3 * DAY, "operations": (NewOperation("3.2.1", 60),)}
    return NewJob(**values | overrides)


@pytest.mark.parametrize(("dates", "wrong"), [
    ({}, []),
    ({"due": START + DAY}, [("due", "not_after_release")]),
    ({"deadline": START + DAY}, [("deadline", "before_due")]),
    ({"release": START - 9 * DAY, "due": START - 8 * DAY, "deadline": START},
     [("deadline", "past")]),
    ({"release": START - 9 * DAY, "due": START - 8 * DAY}, []),
    ({"deadline": None}, []),
])
def test_dates_follow_one_another(dates, wrong):
    """Release comes before due, due no later than the deadline, and the deadline is ahead."""
    found = [(each.field, each.code) for each in rules.date_errors(job(**dates), START)]
    assert found == wrong


def test_a_job_without_deadline_gets_ninety_days_after_due():
    """The deadline that holds where a firm names none is stated, not endless."""
    assert job(deadline=None).latest == START + 2 * DAY + timedelta(days=90)


def test_every_wrong_operation_is_named_by_its_place():
    """Unknown codes and resources of all operations come in one list."""
    route = (NewOperation("3.2.1", 60), NewOperation("9.9", 60, resource_ids=(1, 5)))

    found = [each.field for each in rules.operation_errors(route, {"3.2.1"}, {1})]

    assert found == ["operations.1.service_code", "operations.1.resource_ids.1"]


@pytest.mark.parametrize("count", [0, rules.MAX_OPERATIONS + 1])
def test_a_route_has_one_to_fifty_operations(count):
    """An empty route and an endless one are both refused."""
    route = tuple(NewOperation("3.2.1", 60) for _ in range(count))
    assert [each.code for each in rules.operation_errors(route, {"3.2.1"}, ())] == [
        "operations_count"]
