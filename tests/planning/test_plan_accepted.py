"""Accepting a plan: every part becomes a booking, or none does."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from marketplace.bookings.models import Booking
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Claim
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Listing, ListingTerms, Quote
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.transaction import transaction
from marketplace.jobs import services as jobs
from marketplace.jobs.errors import JobNotOpen
from marketplace.jobs.models import Job
from marketplace.planning import services
from marketplace.planning.errors import PlanEmpty, PlanNotReady, PlanOutdated
from tests.clocks import shanghai
from tests.factories.jobs import create_job, operation
from tests.factories.listings import PIECE
from tests.factories.market import create_claim
from tests.planning.scenes import machine, parts, planned, reload


def accept(app, market, run):
    """Accept as the buyer; returns the error's class, or None."""
    with app.app_context():
        try:
            services.accept_plan(market.buyer.actor, run.id)
        except DomainError as error:
            return error
        return None


def counts(app):
    """Bookings, live claims of bookings, quotes, booked jobs."""
    with app.app_context():
        return tuple(db.session.scalar(query) for query in (
            select(func.count()).select_from(Booking),
            select(func.count()).select_from(Claim).where(Claim.holder_kind == "booking"),
            select(func.count()).select_from(Quote),
            select(func.count()).select_from(Job).where(Job.state == "booked")))


def test_every_part_becomes_a_booking(app, market):
    """Three jobs planned by the worker are booked at their times and prices."""
    for _ in range(3):
        create_job(market.buyer.actor, operation(minutes=240))
    run = planned(app, market.buyer)

    assert accept(app, market, run) is None

    found = parts(app, run)
    with app.app_context():
        for part in found:
            row = db.session.get_one(Booking, part.booking_id)
            assert (row.starts, row.ends, row.total) == (part.starts, part.ends, part.price)
            assert (row.operation_id, row.state) == (part.operation_id, "confirmed")
            assert row.reference == db.session.get_one(Job, part.job_id).code
    assert counts(app) == (3, 3, 3, 3)
    assert reload(app, run).state == "accepted"


def test_a_route_by_the_piece_over_the_night_is_booked_as_planned(app, market):
    """Pieces on one machine, a pausing operation on another: the quotes agree with the plan."""
    machine(market.seller, "3.4.2", {"terms": {"piece": PIECE}, "may_pause": True})
    create_job(market.buyer.actor, operation(minutes=120), operation(
        service_code="3.4.2", material="", minutes=1, quantity=400, may_pause=True))
    run = planned(app, market.buyer)
    assert [part.mode for part in parts(app, run)] == ["time_slice", "piece"]

    assert accept(app, market, run) is None

    assert counts(app) == (2, 2, 2, 1)


def test_nothing_is_booked_when_one_slot_was_taken(app, market):
    """One part's time is gone: 409 says what is in the way, and no other part is booked."""
    for _ in range(2):
        create_job(market.buyer.actor, operation(minutes=240))
    run = planned(app, market.buyer)
    last = parts(app, run)[-1]
    create_claim(market.resource, last.starts, 1)

    refusal = accept(app, market, run)

    assert isinstance(refusal, SlotTaken)
    assert refusal.params["in_the_way"][0]["start"] == last.starts
    assert counts(app) == (0, 0, 0, 0)
    assert reload(app, run).state == "solved"


@pytest.mark.parametrize(("change", "reason"), [
    ("price", "price_changed"), ("withdrawn", "listing_not_found"), ("notice", "notice"),
    ("mode", "mode_not_offered"), ("longer", "too_short"), ("past", "past")])
def test_nothing_is_booked_when_the_listing_has_changed(app, market, clock, change, reason):
    """A new price, a new rule or no listing any more: the plan is outdated and says why."""
    create_job(market.buyer.actor)
    run = planned(app, market.buyer)
    with app.app_context(), transaction():
        listing = db.session.get_one(Listing, market.listing.id)
        terms = db.session.get_one(ListingTerms, (listing.id, "time_slice"))
        if change == "price":
            terms.terms = terms.terms | {"rate_per_hour": "121.00"}
        elif change == "withdrawn":
            catalogue.withdraw_listing(market.seller.actor, listing.id)
        elif change == "notice":
            listing.notice_minutes = 20000
        elif change == "mode":
            db.session.delete(terms)
        elif change == "longer":
            listing.min_minutes = 500
    if change == "past":
        clock.to(parts(app, run)[0].ends)

    refusal = accept(app, market, run)

    assert isinstance(refusal, PlanOutdated), refusal
    assert refusal.params["reason"] == reason
    assert counts(app) == (0, 0, 0, 0)


def test_nothing_is_booked_when_a_job_was_withdrawn(app, market):
    """A plan books only jobs that are still open."""
    kept, gone = create_job(market.buyer.actor), create_job(market.buyer.actor)
    run = planned(app, market.buyer, kept, gone)
    with app.app_context():
        jobs.withdraw_job(market.buyer.actor, gone.id)

    assert isinstance(accept(app, market, run), JobNotOpen)

    assert counts(app) == (0, 0, 0, 0)


def test_a_plan_is_accepted_once(app, market):
    """The second acceptance is refused, and so is another plan of the same job."""
    job = create_job(market.buyer.actor)
    run, other = planned(app, market.buyer, job), planned(app, market.buyer, job)

    assert accept(app, market, run) is None

    assert isinstance(accept(app, market, run), PlanNotReady)
    assert isinstance(accept(app, market, other), JobNotOpen)
    assert counts(app)[0] == 1


def test_an_empty_plan_cannot_be_accepted(app, market):
    """A plan that places nothing has nothing to book."""
    create_job(market.buyer.actor, operation(service_code="1.1"))
    assert isinstance(accept(app, market, planned(app, market.buyer)), PlanEmpty)


def test_two_acceptances_at_once_book_once(app, market):
    """Two plans of the same jobs, accepted at the same moment: one books, the other nothing."""
    work = [create_job(market.buyer.actor, operation(minutes=120)) for _ in range(3)]
    runs = [planned(app, market.buyer, *work) for _ in range(2)]
    gate = threading.Barrier(2)

    def try_one(run):
        gate.wait()
        return accept(app, market, run)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(try_one, runs))

    assert sum(each is None for each in found) == 1
    assert counts(app) == (3, 3, 3, 3)


def test_free_time_is_what_the_plan_left(app, market):
    """After acceptance the machine is taken at the planned times, by the free-time answer."""
    from marketplace.catalogue import queries
    from marketplace.core.timewindow import TimeWindow
    create_job(market.buyer.actor, operation(minutes=240))
    run = planned(app, market.buyer)
    accept(app, market, run)
    part = parts(app, run)[0]
    with app.app_context():
        free = queries.free_windows(market.resource.id, TimeWindow(shanghai(0, 8),
                                                                   shanghai(2, 8)))
    assert not any(window.overlaps(TimeWindow(part.starts, part.ends)) for window, _ in free)
