"""What facts hit: a list to settle, and how each is settled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace import verify
from marketplace.bookings import conflict_views, conflicts, services, steps
from marketplace.bookings.models import Booking
from marketplace.bookings.proposals import Offered, propose_move
from marketplace.capacity import unavailability
from marketplace.catalogue.services import Wish
from marketplace.core.timewindow import TimeWindow
from tests.factories.listings import create_listing
from tests.factories.resources import create_capability, create_resource, create_unavailability

pytestmark = pytest.mark.usefixtures("inside")
HOUR = timedelta(hours=1)


def book(market, hours: float = 0) -> Booking:
    """Two hours, so many hours after tomorrow 10:00."""
    start = market.start + hours * HOUR
    return services.book_wish(market.buyer.actor, Wish(
        market.listing.id, start, start + 2 * HOUR, mode="time_slice"))


def down(market, hours: float, until: float, resource=None):
    """A breakdown, in hours after tomorrow 10:00."""
    return create_unavailability(resource or market.resource, market.start + hours * HOUR,
                                 market.start + until * HOUR)


def listed(market) -> list[dict]:
    """The seller's list."""
    return conflict_views.listed(market.seller.actor)


def to_settle() -> int:
    """What the operator's verify prints, apart from what must be zero."""
    report = verify.run()
    assert report.clean, report.lines
    [line] = [each for each in report.lines if "to be settled" in each]
    return int(line.rpartition(" ")[2])


def test_what_a_breakdown_hits_is_listed_until_it_is_settled(market):
    """The booking under it, once, with its first fact; nothing beside it."""
    hit, _ = book(market), book(market, 4)
    fact = down(market, 1, 3)
    down(market, 1.5, 2)

    [found] = listed(market)

    assert (found["booking_id"], found["fact"].id) == (hit.id, fact.id)
    assert found["ways"] == ["propose_move", "cancel"]
    assert to_settle() == 1


def test_a_page_of_conflicts_is_a_page_of_bookings(market):
    """Two bookings, three facts on each: a page of two lists both, each with its first fact."""
    hit = [book(market), book(market, 3)]
    facts = [down(market, hours + shift, hours + 2) for hours in (0, 3) for shift in (1, 0.5, 1.5)]

    found = conflicts.unsettled(market.seller.actor, limit=2)

    assert [(each.booking.id, each.fact.id) for each in found] == [
        (hit[0].id, facts[1].id), (hit[1].id, facts[4].id)]


def test_each_comes_with_what_is_free_instead(market):
    """The same machine later and another of the seller, priced; never another seller's."""
    book(market)
    spare = create_resource(market.seller.company, site=None)
    create_capability(spare)
    other = create_listing(spare)
    down(market, -1, 3)

    [found] = listed(market)

    first, second = found["alternatives"][:2]
    assert (first["kind"], first["listing_id"], first["start"]) == (
        "later", market.listing.id, market.start + 3 * HOUR)
    assert (second["kind"], second["listing_id"], second["start"]) == (
        "other", other.id, market.start)
    assert {each["total"].amount for each in found["alternatives"]} == {"240.00"}


@pytest.mark.parametrize("settle", ["cancel", "end", "edit"])
def test_it_is_settled_by_a_step_or_by_an_early_end(market, settle):
    """Cancelled by the seller, repaired in time, or the fact moved elsewhere."""
    booking = book(market)
    fact = down(market, -1, 3)
    seller = market.seller.actor
    assert len(listed(market)) == 1

    if settle == "cancel":
        steps.cancel(seller, booking.id)
    elif settle == "end":
        unavailability.end_unavailability(seller, fact.id)
    else:
        unavailability.edit_unavailability(
            seller, fact.id, TimeWindow(market.end, market.end + HOUR), "maintenance")

    assert (listed(market), to_settle()) == ([], 0)


def test_a_proposal_that_waits_is_named(market):
    """Who has proposed a move need not do it again."""
    booking = book(market)
    down(market, -1, 3)
    propose_move(market.seller.actor, booking.id, Offered(start=market.start + 4 * HOUR))

    [found] = listed(market)

    assert isinstance(found["proposal_id"], int)


def test_work_that_runs_on_a_broken_machine_may_be_broken_off(market, clock):
    """Once begun it cannot be moved: it is aborted or delivered as it is."""
    booking = book(market)
    clock.to(market.start)
    steps.start(market.seller.actor, booking.id)
    down(market, 1, 3)

    [found] = listed(market)

    assert (found["ways"], found["alternatives"]) == (["abort", "deliver"], [])


def test_what_is_over_is_no_conflict(market, clock):
    """A repaired past and a request that does not occupy are nobody's work."""
    booking = book(market)
    down(market, 0, 1)
    clock.to(market.start + HOUR)

    assert (listed(market), conflicts.is_hit(booking)) == ([], False)


def test_it_is_the_sellers_list_alone(market):
    """The buyer sees on its booking that it is hit; the list is the seller's."""
    book(market)
    down(market, -1, 3)

    assert conflict_views.listed(market.buyer.actor) == []
    assert conflict_views.listed(market.stranger.actor) == []
