"""Facts that a resource cannot work."""

from __future__ import annotations

import pytest

from marketplace.capacity import queries, unavailability
from marketplace.capacity.errors import SlotTaken, UnavailabilityNotFound, UnavailabilityOver
from marketplace.core.errors import NotFound
from marketplace.core.timewindow import TimeWindow
from tests.clocks import TestClock, shanghai
from tests.factories.companies import create_party
from tests.factories.market import create_claim
from tests.factories.resources import create_resource

pytestmark = pytest.mark.usefixtures("inside")
MORNING = TimeWindow(shanghai(1, 8), shanghai(1, 12))


def test_a_breakdown_is_never_refused_and_says_what_it_hits():
    """A fact over a booking is kept; the booking is in its list and stays claimed."""
    party = create_party()
    resource = create_resource(party.company)
    create_claim(resource, shanghai(1, 10), holder_kind="booking", holder_id=7)
    create_claim(resource, shanghai(1, 13), holder_kind="booking", holder_id=8)

    fact = unavailability.report_unavailability(party.actor, resource.id, MORNING, "breakdown")
    again = unavailability.report_unavailability(party.actor, resource.id, MORNING, "other")

    assert [claim.holder_id for claim in fact.hits] == [7]
    assert [claim.holder_id for claim in again.hits] == [7]
    assert fact.hits[0].state == "booked"


def test_a_down_resource_takes_nothing():
    """Free time and take() both subtract the fact, until the resource works again."""
    party = create_party()
    resource = create_resource(party.company)
    fact = unavailability.report_unavailability(party.actor, resource.id, MORNING, "breakdown")

    free = queries.books([resource.id], MORNING)[0].free
    assert free == []
    with pytest.raises(SlotTaken):
        create_claim(resource, shanghai(1, 9))

    assert unavailability.end_unavailability(party.actor, fact.row.id) is None
    assert create_claim(resource, shanghai(1, 9))[0].state == "booked"


def test_ending_keeps_what_was(clock: TestClock):
    """A fact that has begun ends now; its past stays, and it cannot end twice."""
    party = create_party()
    resource = create_resource(party.company)
    fact = unavailability.report_unavailability(party.actor, resource.id, MORNING, "maintenance")
    clock.to(shanghai(1, 10))

    ended = unavailability.end_unavailability(party.actor, fact.row.id)

    assert ended is not None
    assert (ended.starts, ended.ends) == (shanghai(1, 8), shanghai(1, 10))
    with pytest.raises(UnavailabilityOver):
        unavailability.end_unavailability(party.actor, fact.row.id)


def test_it_is_nobody_elses_business():
    """A stranger can neither report, list nor end; a missing fact looks the same."""
    party, stranger = create_party(), create_party()
    resource = create_resource(party.company)
    fact = unavailability.report_unavailability(party.actor, resource.id, MORNING, "other")

    with pytest.raises(NotFound):
        unavailability.report_unavailability(stranger.actor, resource.id, MORNING, "other")
    with pytest.raises(NotFound):
        unavailability.facts_of(stranger.actor, resource.id, shanghai(0, 0))
    for id_ in (fact.row.id, fact.row.id + 999):
        with pytest.raises(UnavailabilityNotFound):
            unavailability.end_unavailability(stranger.actor, id_)
    assert len(unavailability.facts_of(party.actor, resource.id, shanghai(0, 0))) == 1
