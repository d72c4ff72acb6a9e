"""The pages of plans: asking, watching, judging, accepting, and being refused."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta

import pytest

from marketplace.bookings.models import Booking
from marketplace.core.db import db
from marketplace.planning.models import PlanPart, PlanRun
from marketplace.web.plan_gantt import tracks
from marketplace.worker import solve_one
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.companies import create_party, join
from tests.factories.jobs import create_job, operation
from tests.factories.market import create_claim
from tests.planning.scenes import planned
from tests.web.conftest import CHINESE, text_of

DATA = re.compile(r'<script type="application/json" id="plan-data">(.*?)</script>', re.S)


def bars(page) -> list[dict]:
    """The bars of the plan's Gantt."""
    return json.loads(DATA.search(page.text)[1])["bars"]


def running(market, **values) -> PlanRun:
    """A run in the middle of its search."""
    plain = {"company_id": market.buyer.company.id, "member_id": market.buyer.member.id,
             "state": "running", "created_at": shanghai(0, 7, 59), "started_at": shanghai(0, 8),
             "options": {"job_ids": [1, 2], "seconds": 30, "seed": 0},
             "progress": {"seconds": 3.0, "value": 120_000, "bound": 150_000, "trace": [
                 [0.2, 100_000, None], [0.5, 100_000, 150_000], [2.0, 120_000, 150_000]]}}
    return place.save(PlanRun(**plain | values))


def test_a_plan_is_asked_for_once(browser, market, app):
    """The button asks for a plan of all open jobs; sending the form twice is one plan."""
    create_job(market.buyer.actor)
    create_job(market.buyer.actor)
    page = browser.log_in(market.buyer.member).get("/plans")
    fields = browser.form(page, "/plans", seconds="10")
    first, second = browser.send("/plans", fields), browser.send("/plans", fields)
    assert first.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    with app.app_context():
        row = db.session.query(PlanRun).one()
        assert len(row.options["job_ids"]) == 2 and row.options["seconds"] == 10
        assert solve_one(app, threading.Event())
    assert browser.get(first.headers["Location"]).text.count("data-poll=") == 0


def test_one_job_is_planned_from_its_page(browser, market, app):
    """The button of a job asks for a plan of that job alone."""
    create_job(market.buyer.actor)
    job = create_job(market.buyer.actor)
    page = browser.log_in(market.buyer.member).get(f"/jobs/{job.id}")
    browser.send("/plans", browser.form(page, "/plans"))
    with app.app_context():
        assert db.session.query(PlanRun).one().options["job_ids"] == [job.id]


def test_a_running_plan_says_what_it_does(reader, market, clock):
    """In words, with the time used, what was gained, the bound, and two ways to end it."""
    run = running(market)
    clock.to(shanghai(0, 8) + timedelta(seconds=3))
    page = reader.log_in(market.buyer.member).get(f"/plans/{run.id}")
    words = text_of(page)
    assert ("正在改进方案" if reader.lang == "zh" else "Improving the plan") in words
    assert "3 / 30 s" in words and "¥200" in words and "¥500" in words and "¥300" in words
    assert f'data-poll="/plans/{run.id}/progress"' in page.text
    assert f"/plans/{run.id}/cancel" in page.text and f"/plans/{run.id}/enough" in page.text
    if reader.lang == "en":
        for name in (market.buyer.company.name, market.buyer.member.name):
            words = words.replace(name, "")
        assert set(CHINESE.findall(words)) <= {"中文", market.buyer.member.name[0]}


def test_the_fragment_is_sent_only_when_it_has_changed(browser, market, clock):
    """The same second with the same figures is 304; a new second is a new fragment."""
    run = running(market)
    browser.log_in(market.buyer.member)
    path = f"/plans/{run.id}/progress"
    first = browser.get(path)
    assert first.status_code == 200 and first.headers["ETag"]
    again = browser.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    clock.move(seconds=90)
    later = browser.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200 and "data-poll-stop" not in later.text


@pytest.mark.parametrize("state", ["solved", "failed", "cancelled", "accepted"])
def test_the_fragment_of_a_plan_that_is_over_ends_the_polling(browser, market, state):
    """The page is loaded anew once the search is over, however it ended."""
    run = running(market, state=state)
    text = browser.log_in(market.buyer.member).get(f"/plans/{run.id}/progress").text
    assert "data-poll-stop" in text and "data-poll-reload" in text


@pytest.mark.parametrize(("progress", "state", "words"), [
    ({}, "queued", "排队中"), ({}, "running", "做第一个方案"),
    ({"seconds": 0.5, "value": 5, "bound": None, "trace": [[0.5, 5, None]]}, "running",
     "正在改进方案")])
def test_every_stage_has_its_words(browser, market, progress, state, words):
    """Waiting, beginning, and a plan without a bound yet are pages, not errors."""
    run = running(market, progress=progress, state=state,
                  started_at=None if state == "queued" else shanghai(0, 8))
    page = browser.log_in(market.buyer.member).get(f"/plans/{run.id}")
    assert page.status_code == 200 and words in text_of(page)


@pytest.mark.parametrize("action", ["cancel", "enough"])
def test_a_search_is_ended_by_a_button(browser, market, app, action):
    """What the firm wants is written down; the page then says so and offers no second time."""
    run = running(market)
    browser.log_in(market.buyer.member)
    path = f"/plans/{run.id}/{action}"
    assert browser.send(path, browser.form(browser.get(f"/plans/{run.id}"), path)
                        ).status_code == 303
    with app.app_context():
        assert db.session.get_one(PlanRun, run.id).wanted == action
    assert path not in browser.get(f"/plans/{run.id}").text


def test_a_solved_plan_is_judged_and_accepted(reader, market, app):
    """Gantt, jobs with price and dates, the proof in words; accepting leads to the bookings."""
    for _ in range(2):
        create_job(market.buyer.actor, operation(minutes=240), budget=None)
    run = planned(app, market.buyer)
    path = f"/plans/{run.id}"
    page = reader.log_in(market.buyer.member).get(path)
    words = text_of(page)
    assert "2 / 2" in words and [bar["n"] for bar in bars(page)] == [1, 1]
    assert ("已证明" if reader.lang == "zh" else "Proven") in words
    assert page.text.count('class="btn pri') == 1

    done = reader.send(f"{path}/accept", reader.form(page, f"{path}/accept"))
    assert done.status_code == 303
    with app.app_context():
        ids = [row.id for row in db.session.query(Booking).all()]
    after = reader.get(path)
    assert {bar["url"] for bar in bars(after)} == {f"/bookings/{each}" for each in ids}
    assert {bar["k"] for bar in bars(after)} == {"booked"} and "/accept" not in after.text
    assert f'href="/bookings/{ids[0]}"' in reader.get(f"/jobs/{_job_of(app, ids[0])}").text


def _job_of(app, booking_id):
    with app.app_context():
        return db.session.query(PlanPart).filter_by(booking_id=booking_id).one().job_id


def test_a_refusal_names_what_is_in_the_way_and_books_nothing(reader, market, app):
    """Somebody else took one slot: 409 with the machine, the times, and a new plan as way on."""
    create_job(market.buyer.actor, operation(minutes=240))
    run = planned(app, market.buyer)
    with app.app_context():
        part = db.session.query(PlanPart).first()
        starts = part.starts
    path = f"/plans/{run.id}"
    fields = reader.form(reader.log_in(market.buyer.member).get(path), f"{path}/accept")
    create_claim(market.resource, starts + timedelta(hours=1), 1)
    page = reader.send(f"{path}/accept", fields)
    words = text_of(page)
    assert page.status_code == 409 and market.resource.name in words
    assert ("被占的时间： 预订" if reader.lang == "zh" else "In the way: a booking") in words
    assert 'action="/plans"' in page.text
    with app.app_context():
        assert db.session.query(Booking).count() == 0
        assert db.session.get_one(PlanRun, run.id).state == "solved"


def test_a_job_left_out_has_its_reason(reader, market, app):
    """Each job that is not in the plan stands there with the first reason."""
    create_job(market.buyer.actor)
    none = create_job(market.buyer.actor, operation(service_code="5.9"))
    run = planned(app, market.buyer)
    words = text_of(reader.log_in(market.buyer.member).get(f"/plans/{run.id}"))
    assert none.code in words and "1 / 2" in words
    assert ("没有" if reader.lang == "zh" else "No listed resource") in words


def test_one_job_can_be_looked_at_alone(browser, market, app):
    """The filter shows one job's operations and its due date; a foreign id changes nothing."""
    first = create_job(market.buyer.actor, operation(), operation())
    create_job(market.buyer.actor)
    run = planned(app, market.buyer)
    browser.log_in(market.buyer.member)
    assert len(bars(browser.get(f"/plans/{run.id}"))) == 3
    assert len(bars(browser.get(f"/plans/{run.id}", job=first.id))) == 2
    for nonsense in ("999999", "x", "-1", "9" * 30):
        assert len(bars(browser.get(f"/plans/{run.id}", job=nonsense))) == 3
    assert browser.get(f"/plans/{run.id}", **{"from": "never"}, page="77", q="%").status_code == 200


@pytest.mark.parametrize("role", ["owner", "planner", "finance", "viewer"])
def test_every_role_reads_and_some_accept(browser, market, app, role):
    """Owners and planners accept; the others read and are told who may."""
    create_job(market.buyer.actor)
    run = planned(app, market.buyer)
    page = browser.log_in(join(market.buyer.company, role).member).get(f"/plans/{run.id}")
    assert page.status_code == 200
    assert ("/accept" in page.text) == (role in ("owner", "planner"))


def test_strangers_and_visitors_learn_nothing(browser, market):
    """Another company's plan does not exist on any of its addresses."""
    run = running(market)
    path = f"/plans/{run.id}"
    for each in ("/plans", path, f"{path}/progress"):
        assert browser.get(each).status_code in (302, 401)
    browser.log_in(market.stranger.member)
    token = browser.form(browser.get("/search"), "/logout") | {"once": "x" * 20}
    assert browser.get(path).status_code == browser.get(f"{path}/progress").status_code == 404
    for action in ("cancel", "enough", "accept"):
        assert browser.send(f"{path}/{action}", token).status_code == 404


def test_a_large_plan_costs_no_more_queries(browser, market, app, count_queries):
    """The number of statements does not grow with jobs and operations."""
    create_job(market.buyer.actor)
    small = planned(app, market.buyer)
    for _ in range(6):
        create_job(market.buyer.actor, operation(minutes=60), operation(minutes=60))
    large = planned(app, market.buyer)
    browser.log_in(market.buyer.member)
    browser.get(f"/plans/{small.id}")
    counted = []
    for run in (small, large):
        with count_queries() as statements:
            browser.get(f"/plans/{run.id}")
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 26
    with count_queries() as listed:
        browser.get("/plans")
    assert len(listed) <= 12


def test_an_empty_page_says_what_will_be_here(reader, market):
    """Without plans and jobs there is one sentence and the way to the jobs."""
    page = reader.log_in(create_party().member).get("/plans")
    assert 'class="card empty"' in page.text and 'href="/jobs"' in page.text


def test_parts_at_the_same_time_get_lines_of_their_own():
    """Operations of one machine share a line unless they overlap."""
    def part(start, end):
        return PlanPart(starts=shanghai(0, start), ends=shanghai(0, end))
    found = tracks([part(8, 10), part(9, 12), part(10, 11), part(12, 13)])
    assert [[(each.starts - shanghai(0, 0)).seconds // 3600 for each in line]
            for line in found] == [[8, 10, 12], [9]]
