"""Plans over HTTP: asked for, looked at, ended early, accepted; who may do what."""

import threading

from sqlalchemy import func, select

from marketplace.bookings.models import Booking
from marketplace.core.db import db
from marketplace.worker import solve_one
from tests.factories.companies import create_party, join
from tests.factories.jobs import create_job, job_body, operation
from tests.factories.market import create_claim


def work(app):
    """One plan made by a worker in this process."""
    with app.app_context():
        assert solve_one(app, threading.Event())


def ask(api, **body):
    """Ask for a plan of all open jobs, or as `body` says; its id."""
    answer = api.post("/plans", {"seconds": 2} | body)
    assert answer.status_code == 202, answer.json
    return answer.json["id"]


def test_a_plan_is_asked_for_made_and_accepted(app, api, market):
    """POST answers 202 with a place to look; a worker makes it; accepting makes bookings."""
    codes = [api.post("/jobs", job_body(budget=None)).json["code"] for _ in range(3)]

    asked = api.post("/plans", {"seconds": 5, "seed": 7})
    assert (asked.status_code, asked.json["state"], asked.json["jobs"]) == (202, "queued", 3)
    assert asked.headers["Location"] == f"/api/v1/plans/{asked.json['id']}"
    work(app)
    plan = api.get(f"/plans/{asked.json['id']}").json

    assert (plan["state"], plan["status"], plan["seed"]) == ("solved", "optimal", 7)
    assert sorted(each["job"] for each in plan["assignments"]) == sorted(codes)
    assert {each["resource"] for each in plan["assignments"]} == {market.resource.name}
    assert plan["cost"] == {"amount": "720.00", "currency": "CNY"}
    assert plan["value"] == plan["bound"]
    assert plan["possible_gain"]["amount"] == "0.00"
    assert (plan["gap"], plan["left_out"], plan["actions"]) == (0.0, [], ["accept"])
    assert plan["progress"]["placed"] == 3
    accepted = api.post(f"/plans/{plan['id']}/accept")
    assert (accepted.status_code, accepted.json["state"]) == (200, "accepted")
    for each in accepted.json["assignments"]:
        booking = api.get(f"/bookings/{each['booking_id']}").json
        assert (booking["start"], booking["end"], booking["total"]) == (
            each["start"], each["end"], each["price"])
    assert {each["state"] for each in api.get("/jobs").json["items"]} == {"booked"}


def test_a_repeated_acceptance_replays_the_first(app, api, market):
    """The same key gets the same answer; another key is refused: a plan is accepted once."""
    api.post("/jobs", job_body())
    plan = ask(api)
    work(app)
    first = api.post(f"/plans/{plan}/accept", key="once")
    again = api.post(f"/plans/{plan}/accept", key="once")
    assert (first.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.post(f"/plans/{plan}/accept").json["code"] == "plan_state"
    assert api.post(f"/plans/{plan}/accept", {"a": 1}, key="once").status_code == 422


def test_acceptance_names_what_is_in_the_way(app, api, market):
    """When a slot was taken meanwhile, 409 says when it is taken, and nothing is booked."""
    api.post("/jobs", job_body())
    plan = ask(api)
    work(app)
    start = api.get(f"/plans/{plan}").json["assignments"][0]["start"]
    with app.app_context():
        from datetime import datetime
        create_claim(market.resource, datetime.fromisoformat(start), 1)

    refused = api.post(f"/plans/{plan}/accept")

    assert (refused.status_code, refused.json["code"]) == (409, "slot_taken")
    assert refused.json["params"]["in_the_way"]
    later = refused.json["alternatives"][0]
    assert (later["kind"], later["resource_id"]) == ("later", market.resource.id)
    assert later["start"] > start
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Booking)) == 0


def test_an_unchanged_plan_answers_304(app, api):
    """An ETag sent back saves the body until something changes."""
    api.post("/jobs", job_body())
    path = f"/plans/{ask(api)}"
    tag = api.get(path).headers["ETag"]

    same = api.call("GET", path, headers={"If-None-Match": tag})
    work(app)
    changed = api.call("GET", path, headers={"If-None-Match": tag})

    assert (same.status_code, same.data) == (304, b"")
    assert (changed.status_code, changed.json["state"]) == (200, "solved")


def test_a_queued_plan_is_cancelled_at_once(app, api):
    """No worker makes a plan that was cancelled before; it cannot be cancelled twice."""
    api.post("/jobs", job_body())
    plan = ask(api)

    assert api.post(f"/plans/{plan}/cancel").json["state"] == "cancelled"

    with app.app_context():
        assert not solve_one(app, threading.Event())
    for action in ("cancel", "enough", "accept"):
        assert api.post(f"/plans/{plan}/{action}").json["code"] == "plan_state"


def test_wrong_requests_name_their_fields(api):
    """Unknown jobs, a search without end, a strange field: 422 with every name."""
    job = api.post("/jobs", job_body()).json["id"]

    shape = api.post("/plans", {"seconds": 0, "seed": -1, "job_ids": ["x"], "speed": 1})
    unknown = api.post("/plans", {"job_ids": [job, 99999]})

    assert {each["field"] for each in shape.json["errors"]} == {
        "seconds", "seed", "job_ids.0", "speed"}
    assert (shape.status_code, unknown.status_code) == (422, 422)
    assert [each["field"] for each in unknown.json["errors"]] == ["job_ids.1"]


def test_only_open_jobs_are_planned(api):
    """Nothing open is a 409, and so is a job that was withdrawn."""
    assert api.post("/plans", {}).json["code"] == "nothing_to_plan"
    job = api.post("/jobs", job_body()).json["id"]
    api.post(f"/jobs/{job}/withdraw")
    assert api.post("/plans", {"job_ids": [job]}).json["code"] == "job_not_open"


def test_a_stranger_learns_nothing_of_a_plan(api, market):
    """Another company gets 404, nobody 401; a viewer reads; none but workers ask and accept."""
    api.post("/jobs", job_body())
    path = f"/plans/{ask(api)}"
    stranger, nobody = api.as_(market.stranger.token), api.as_(None)
    viewer = api.as_(join(market.buyer.company, "viewer").token)
    operator = api.as_(market.operator_token)

    for action in ("cancel", "enough", "accept"):
        assert stranger.post(f"{path}/{action}").status_code == 404
        assert nobody.post(f"{path}/{action}").status_code == 401
        assert viewer.post(f"{path}/{action}").status_code == 403
        assert api.post(f"{path}/{action}", key="").status_code == 400
    assert stranger.get(path).status_code == 404
    assert stranger.get("/plans").json["items"] == []
    assert stranger.post("/plans", {}).json["code"] == "nothing_to_plan"
    assert nobody.get(path).status_code == nobody.get("/plans").status_code == 401
    assert nobody.post("/plans", {}).status_code == 401
    assert viewer.get(path).status_code == 200
    assert viewer.post("/plans", {}).status_code == 403
    assert operator.get("/plans").status_code == operator.get(path).status_code == 403


def test_an_unverified_company_plans_but_does_not_book(app, api, market):
    """Acceptance needs a verified company, as every booking does."""
    pending = create_party(state="pending", verified_at=None)
    mine = api.as_(pending.token)
    create_job(pending.actor, operation())
    plan = ask(mine)
    work(app)
    refused = mine.post(f"/plans/{plan}/accept")
    assert (refused.status_code, refused.json["code"]) == (403, "company_not_verified")


def test_a_list_of_plans_comes_in_pages(api):
    """Newest first, with a cursor to the next page and without assignments."""
    api.post("/jobs", job_body())
    ids = [ask(api) for _ in range(3)]
    first = api.get("/plans", limit=2).json
    rest = api.get("/plans", limit=2, cursor=first["next_cursor"]).json
    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    assert "assignments" not in first["items"][0]
    assert api.get("/plans", limit=0).status_code == 422
