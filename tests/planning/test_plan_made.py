"""Plans made by a worker over the real tables: what is placed, where, and why not."""

from datetime import timedelta

import pytest

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.rules import aligned
from marketplace.core.money import Money
from tests.clocks import SHANGHAI, shanghai
from tests.factories.jobs import create_job, operation
from tests.factories.listings import TIME_SLICE, VALUE
from tests.factories.market import create_claim
from tests.factories.resources import create_site, create_unavailability
from tests.planning.scenes import machine, overlaps, parts, planned, reasons

HOURLY = {"terms": {"time_slice": TIME_SLICE}}


def test_three_jobs_are_planned_to_the_proven_optimum(app, market):
    """Three jobs that want the same day on one machine: all placed, the value proven best."""
    jobs = [create_job(market.buyer.actor, operation(minutes=240), due=shanghai(1, 12 + hour))
            for hour in (0, 2, 4)]

    run = planned(app, market.buyer, *jobs, seconds=20)

    assert (run.state, run.status, run.attempt) == ("solved", "optimal", 1)
    assert run.objective == run.bound
    assert run.progress["placed"] == 3
    found = parts(app, run)
    assert {part.job_id for part in found} == {job.id for job in jobs}
    assert not overlaps([(part.starts, part.ends) for part in found])
    assert [part.price for part in found] == [Money(48000)] * 3


def test_contention_is_proven(app, market):
    """Where looking at each job alone proves nothing, prices or CP-SAT close the gap."""
    for _ in range(3):
        create_job(market.buyer.actor, operation(minutes=420), due=shanghai(0, 16),
                   deadline=shanghai(2, 20))

    run = planned(app, market.buyer, seconds=20)

    assert run.status == "optimal"
    assert run.progress["proven_by"] in ("prices", "cpsat")
    assert run.progress["placed"] == 3


def test_a_route_is_done_in_order_with_time_to_carry(app, market):
    """Operations follow one another, and between two towns there is the road."""
    far = create_site(market.seller.company, latitude=36.07, longitude=120.38)
    lab = machine(market.seller, "I.lab.metrology", HOURLY, site=far, kind="lab")
    create_job(market.buyer.actor, operation(), operation(
        service_code="I.lab.metrology", material="", minutes=60))

    first, second = parts(app, planned(app, market.buyer))

    assert (first.resource_id, second.resource_id) == (market.resource.id, lab.id)
    assert second.starts - first.ends >= timedelta(hours=7)


@pytest.mark.parametrize("step", [15, 45, 60])
def test_every_start_lies_on_the_listings_step(app, market, step):
    """Whatever the mix of steps, a start that was planned is one the listing takes."""
    machine(market.seller, "I.lab.metrology", HOURLY | {"step": step}, kind="lab")
    for _ in range(3):
        create_job(market.buyer.actor, operation(minutes=75), operation(
            service_code="I.lab.metrology", material="", minutes=100))

    run = planned(app, market.buyer)

    found = parts(app, run)
    assert len(found) == 6
    with app.app_context():
        for part in found:
            terms = catalogue.offer(part.listing_id).rules
            assert aligned(part.starts, terms.step, terms.zone)
            assert (part.ends - part.starts) % timedelta(minutes=terms.step) == timedelta(0)


def test_buffers_and_what_is_taken_are_kept_free(app, market):
    """Work keeps its buffers from other work, from claims and from breakdowns."""
    busy = machine(market.seller, "3.4.2", HOURLY, buffer_before=20, buffer_after=10)
    create_claim(busy, shanghai(0, 10), 2)
    create_unavailability(busy, shanghai(0, 15), shanghai(0, 16))
    for _ in range(3):
        create_job(market.buyer.actor, operation(service_code="3.4.2", material="", minutes=60))

    found = parts(app, planned(app, market.buyer))

    blocked = [(part.starts - timedelta(minutes=20), part.ends + timedelta(minutes=10))
               for part in found]
    assert len(found) == 3
    assert not overlaps([*blocked, (shanghai(0, 9, 40), shanghai(0, 12, 10)),
                         (shanghai(0, 15), shanghai(0, 16))])


def test_notice_and_horizon_bound_the_starts(app, market):
    """A start keeps the listing's notice, and nothing is planned past its horizon."""
    machine(market.seller, "3.4.2", HOURLY | {"notice_minutes": 1440, "horizon_days": 2})
    early = create_job(market.buyer.actor, operation(service_code="3.4.2", material=""))
    late = create_job(market.buyer.actor, operation(service_code="3.4.2", material=""),
                      release=shanghai(3, 8))

    run = planned(app, market.buyer)

    found = parts(app, run)
    assert [part.job_id for part in found] == [early.id]
    assert found[0].starts >= shanghai(1, 8, 30)
    assert reasons(app, run) == {late.id: "no_window_long_enough"}


def test_a_pausing_operation_rests_over_the_night(app, market):
    """Twenty hours of work where both sides allow a pause take two days and cost twenty hours."""
    machine(market.seller, "3.4.2", HOURLY | {"may_pause": True})
    create_job(market.buyer.actor, operation(service_code="3.4.2", material="", minutes=1200,
                                             may_pause=True))

    found = parts(app, planned(app, market.buyer))

    assert found[0].starts.astimezone(SHANGHAI).date() != found[0].ends.astimezone(SHANGHAI).date()
    assert found[0].price == Money(240000)


def test_a_budget_is_a_ceiling(app, market):
    """A job is planned at its price and no fen below it."""
    enough = create_job(market.buyer.actor, budget=Money(24001))
    short = create_job(market.buyer.actor, budget=Money(23999))

    run = planned(app, market.buyer)

    assert {part.job_id for part in parts(app, run)} == {enough.id}
    assert reasons(app, run) == {short.id: "not_chosen"}


def test_a_job_without_budget_is_not_left_out_to_save(app, market):
    """The dear machine is used for the second job rather than leaving it out."""
    dear = machine(market.seller, "3.2.1", {"terms": {"time_slice": {"rate_per_hour": "9000.00"}}})
    for _ in range(2):
        create_job(market.buyer.actor, operation(minutes=600), due=shanghai(0, 19),
                   deadline=shanghai(0, 20))

    run = planned(app, market.buyer)

    assert {part.resource_id for part in parts(app, run)} == {market.resource.id, dear.id}


@pytest.mark.parametrize(("work", "reason"), [
    ({"service_code": "1.1"}, "no_eligible_resource"),
    ({"material": "钛合金"}, "no_eligible_resource"),
    ({"minutes": 800}, "no_window_long_enough"),
])
def test_a_job_that_fits_nowhere_says_why(app, market, work, reason):
    """No capability, no such material, no opening that is long enough."""
    job = create_job(market.buyer.actor, operation(**work))
    assert reasons(app, planned(app, market.buyer)) == {job.id: reason}


def test_a_listing_with_value_terms_only_is_not_eligible(app, market):
    """A price that depends on a measurement is not firm, so no plan uses it."""
    machine(market.seller, "3.4.2", {"terms": {"value": VALUE}})
    job = create_job(market.buyer.actor, operation(service_code="3.4.2", material=""))
    assert reasons(app, planned(app, market.buyer)) == {job.id: "no_eligible_resource"}


def test_a_route_too_long_for_its_deadline_says_so(app, market):
    """Each operation would fit; together they end after the deadline."""
    job = create_job(market.buyer.actor, operation(minutes=600), operation(minutes=600),
                     due=shanghai(0, 19), deadline=shanghai(0, 20))
    assert reasons(app, planned(app, market.buyer)) == {job.id: "deadline"}


def test_carrying_that_takes_too_long_says_so(app, market):
    """The route would fit if the two machines stood side by side."""
    far = create_site(market.seller.company, latitude=36.07, longitude=120.38)
    machine(market.seller, "I.lab.metrology", HOURLY, site=far, kind="lab")
    job = create_job(market.buyer.actor, operation(minutes=120), operation(
        service_code="I.lab.metrology", material="", minutes=60),
        due=shanghai(0, 14), deadline=shanghai(0, 15))
    assert reasons(app, planned(app, market.buyer)) == {job.id: "transport"}


def test_a_job_crowded_out_is_not_chosen(app, market):
    """Two jobs for one slot: one is placed, the other could have been alone."""
    jobs = [create_job(market.buyer.actor, operation(minutes=600), due=shanghai(0, 19),
                       deadline=shanghai(0, 20)) for _ in range(2)]

    run = planned(app, market.buyer)

    assert len(parts(app, run)) == 1
    assert list(reasons(app, run).values()) == ["not_chosen"]
    assert set(reasons(app, run)) < {job.id for job in jobs}


def test_named_resources_limit_an_operation(app, market):
    """Only the machine that the firm named is used, though another is cheaper."""
    dear = machine(market.seller, "3.2.1", {"terms": {"time_slice": {"rate_per_hour": "900.00"}}})
    create_job(market.buyer.actor, operation(resource_ids=(dear.id,)))
    assert [part.resource_id for part in parts(app, planned(app, market.buyer))] == [dear.id]


def test_a_snapshot_takes_a_fixed_number_of_queries(app, market, count_queries):
    """Ten jobs and five machines are read with as many statements as one of each."""
    from marketplace.planning import snapshot
    jobs = [create_job(market.buyer.actor).id]
    with count_queries() as few, app.app_context():
        snapshot.take(jobs)
    for _ in range(4):
        machine(market.seller)
    jobs += [create_job(market.buyer.actor).id for _ in range(9)]
    with count_queries() as many, app.app_context():
        assert len(snapshot.take(jobs).stands) == 5
    assert len(many) == len(few)
