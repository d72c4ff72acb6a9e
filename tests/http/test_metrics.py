"""`/metrics`: what is counted, and who may read it."""


import pytest
from prometheus_client.parser import text_string_to_metric_families

from marketplace import config
from marketplace.app import create_app
from marketplace.bookings import services as bookings
from marketplace.catalogue import services as catalogue
from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.planning.models import PlanRun


def samples(client, **headers):
    """Every sample as {(name, labels): value}."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {(each.name.removeprefix("gongfang_"),
             *(value for _, value in sorted(each.labels.items()))): each.value
            for family in text_string_to_metric_families(answer.text) for each in family.samples}


def test_requests_are_counted_by_route_method_and_status(client):
    """The rule stands for all its addresses; what no route answers is one line."""
    before = samples(client)
    for path in ("/healthz", "/healthz", "/listings/1", "/listings/2", "/no/such", "/nor/such"):
        client.get(path)
    client.open("/healthz", method="BREW")

    after = samples(client)

    def more(*key):
        return after.get(key, 0) - before.get(key, 0)

    assert more("http_requests_total", "GET", "/healthz", "2xx") == 2
    assert more("http_requests_total", "GET", "/listings/<int:listing_id>", "4xx") == 2
    assert more("http_requests_total", "GET", "(none)", "4xx") == 2
    assert more("http_requests_total", "OTHER", "(none)", "4xx") == 1
    assert more("http_request_seconds_count", "GET", "/healthz") == 2
    assert more("http_request_seconds_bucket", "+Inf", "GET", "/healthz") == 2


def test_refusals_are_counted_by_reason(api, market, client):
    """The second booking of an hour is a refusal `slot_taken` of that route."""
    before = samples(client)
    assert api.post("/bookings", market.wish()).status_code == 201
    assert api.post("/bookings", market.wish()).status_code == 409
    after = samples(client)

    key = ("refusals_total", "slot_taken", "/api/v1/bookings")
    assert after[key] - before.get(key, 0) == 1


def test_steps_of_bookings_are_counted_once_committed(api, market, client):
    """A booking made and cancelled is one step each; a refused one and a replayed one are none."""
    before = samples(client)
    made = api.post("/bookings", market.wish(), key="once")
    api.post("/bookings", market.wish(), key="once")
    api.post("/bookings", market.wish())
    api.post(f"/bookings/{made.json['id']}/cancel")
    after = samples(client)

    more = {key[1:]: count - before.get(key, 0) for key, count in after.items()
            if key[0] == "booking_steps_total" and count != before.get(key, 0)}
    assert sorted(state for _, state in more) == ["cancelled", "confirmed"]
    assert set(more.values()) == {1}


def test_queues_and_holds_are_measured_when_asked(app, market, clock, client):
    """Live holds, due messages with the age of the oldest, plans that wait."""
    with app.app_context():
        wish = catalogue.Wish(market.listing.id, market.start, market.end, mode="time_slice")
        bookings.hold(market.buyer.actor, catalogue.quote(market.buyer.actor, wish)[0].id)
        with transaction():
            outbox.put("mail", {"kind": "x"})
            db.session.add(PlanRun(company_id=market.buyer.company.id, options={}, progress={},
                                   member_id=market.buyer.member.id, created_at=clock.now))
    clock.move(seconds=90)

    found = samples(client)

    assert found[("database_up",)] == 1
    assert found[("holds_live",)] == 1
    assert (found[("outbox_due",)], found[("outbox_oldest_due_seconds",)]) == (1, 90)
    assert found[("plan_runs_queued",)] == 1
    clock.move(minutes=10)
    assert samples(client)[("holds_live",)] == 0


def test_connections_in_use_are_measured(app, client):
    """A taken connection is in use until it is given back; there is a limit to compare with."""
    with app.app_context(), db.engine.connect():
        during = samples(client)
    after = samples(client)

    assert during[("database_connections_in_use",)] == 1
    assert after[("database_connections_in_use",)] == 0
    assert after[("database_connections_limit",)] >= 8


def test_a_database_that_is_gone_is_measured_too(tmp_path):
    """Without tables the page says so and still has the rest."""
    bare = create_app(config.Settings(instance=str(tmp_path)))

    found = samples(bare.test_client())

    assert found[("database_up",)] == 0
    assert ("holds_live",) not in found
    with bare.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(("address", "headers", "status"), [
    ("127.0.0.1", {}, 200), ("::1", {}, 200), ("192.0.2.7", {}, 404),
    ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
    ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
    ("192.0.2.7", {"Authorization": "Bearer s3cret"}, 200),
    ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7", "Authorization": "Bearer s3cret"}, 200),
    ("192.0.2.7", {"Authorization": "Bearer s3cre"}, 404),
    ("192.0.2.7", {"Authorization": "Bearer é"}, 404)])
@pytest.mark.one_database
def test_only_this_host_or_the_token_may_read(app, database, tmp_path, address, headers, status):
    """For anybody else there is no such page."""
    made = create_app(config.Settings(instance=str(tmp_path), database_url=database,
                                      metrics_token="s3cret"))

    answer = made.test_client().get("/metrics", headers=headers,
                                    environ_base={"REMOTE_ADDR": address})

    assert answer.status_code == status
    with made.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("sent", ("", "Bearer ", "Bearer"))
def test_no_token_set_is_not_an_empty_token(client, sent):
    """Where no token is set, none opens the page from afar."""
    answer = client.get("/metrics", headers={"Authorization": sent},
                        environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert answer.status_code == 404


def test_the_clock_of_a_request_does_not_jump(client, clock):
    """Times are measured by a clock that nobody moves."""
    before = samples(client).get(("http_request_seconds_sum", "GET", "/healthz"), 0)
    clock.move(hours=5)
    client.get("/healthz")

    assert samples(client)[("http_request_seconds_sum", "GET", "/healthz")] - before < 3600
