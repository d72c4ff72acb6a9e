"""The pages of jobs: the order book, writing one down without scripts, its route, withdrawing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from marketplace.core.db import db
from marketplace.jobs.models import Job
from marketplace.planning.models import PlanLeftOut, PlanRun
from tests.factories import place
from tests.factories.companies import create_party, join
from tests.factories.jobs import create_job, operation
from tests.web.conftest import CHINESE, text_of

STEP = {"operations.0.service_code": "3.2.1", "operations.0.material": "45 钢",
        "operations.0.quantity": "20", "operations.0.minutes": "120"}
TYPED = {"code": "RZ-1", "title": "Shafts", "release": "2026-03-02T08:00",
         "due": "2026-03-06T17:00", "budget": "1,200.50"} | STEP


def stored(app) -> list[Job]:
    """The jobs in the database with their routes."""
    with app.app_context():
        rows = db.session.query(Job).order_by(Job.id).all()
        return [(row.code, row.state, row.budget and row.budget.amount) for row in rows]


def fill(reader, **typed):
    """Send the form of a new job."""
    page = reader.get("/jobs/new")
    return reader.send("/jobs/new", reader.form(page, "/jobs/new", **typed))


def errors_of(page) -> set[str]:
    """The fields that have a sentence."""
    return set(re.findall(r'id="f-([\w.]+)-e"', page.text))


def test_a_job_is_written_down(reader, market, app):
    """Dates in the platform's zone, an amount with its comma, one operation; then its own page."""
    reader.log_in(market.buyer.member)
    answer = fill(reader, **TYPED)
    assert answer.status_code == 303, errors_of(answer)
    assert stored(app) == [("RZ-1", "open", "1200.50")]
    words = text_of(reader.get(answer.headers["Location"]))
    assert "RZ-1" in words and "Shafts" in words and "¥1,200.50" in words
    assert ("车削" if reader.lang == "zh" else "Turning") in words
    if reader.lang == "en":
        for name in (market.buyer.company.name, market.buyer.member.name, "45 钢"):
            words = words.replace(name, "")
        assert set(CHINESE.findall(words)) <= {"中文", market.buyer.member.name[0]}


def test_the_same_form_sent_twice_is_one_job(browser, market, app):
    """A second send goes where the first one went."""
    browser.log_in(market.buyer.member)
    fields = browser.form(browser.get("/jobs/new"), "/jobs/new", **TYPED)
    first, second = browser.send("/jobs/new", fields), browser.send("/jobs/new", fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(stored(app)) == 1


def test_rows_are_added_and_taken_away_without_scripts(browser, market, app):
    """A button adds an empty operation, another removes one; what was typed stays."""
    browser.log_in(market.buyer.member)
    page = fill(browser, **TYPED, do="add")
    assert page.status_code == 200 and page.text.count('<fieldset class="step">') == 2
    assert 'value="RZ-1"' in page.text and stored(app) == []

    more = {"operations.1.service_code": "3.3.1", "operations.1.quantity": "1",
            "operations.1.minutes": "60"}
    fields = browser.form(page, "/jobs/new", **TYPED, **more)
    fewer = browser.send("/jobs/new", fields | {"do": "remove-0"})
    assert fewer.text.count('<fieldset class="step">') == 1
    assert 'value="60"' in fewer.text and 'value="120"' not in fewer.text

    assert browser.send("/jobs/new", fields).status_code == 303
    with app.app_context():
        assert db.session.execute(db.text("SELECT count(*) FROM operation")).scalar_one() == 2


@pytest.mark.parametrize(("typed", "wrong"), [
    ({"code": ""}, {"code"}),
    ({"due": "2026-03-01T08:00"}, {"due"}),
    ({"budget": "much"}, {"budget"}),
    ({"operations.0.minutes": "0"}, {"operations.0.minutes"}),
    ({"operations.0.minutes": "two"}, {"operations.0.minutes"}),
    ({"operations.0.service_code": ""}, {"operations.0.service_code"}),
    ({"operations.0.service_code": "9.9"}, {"operations.0.service_code"}),
    ({"title": "", "release": "soon", "operations.0.quantity": "-1"},
     {"title", "release", "operations.0.quantity"})])
def test_every_wrong_field_is_named_and_nothing_is_saved(reader, market, app, typed, wrong):
    """Each wrong field has its sentence, what was typed stays, no job is written."""
    page = fill(reader.log_in(market.buyer.member), **(TYPED | typed))
    assert page.status_code == 422
    assert errors_of(page) == wrong
    assert stored(app) == []


def test_a_code_that_is_taken_is_said_at_its_field(browser, market):
    """The company's second job of one code is refused at the field."""
    create_job(market.buyer.actor, code="RZ-1")
    page = fill(browser.log_in(market.buyer.member), **TYPED)
    assert page.status_code == 422 and errors_of(page) == {"code"}


def test_the_order_book_is_paged_searched_and_sorted(browser, market, clock):
    """Fifty a page, the most urgent first; a search finds by code or name, literally."""
    for number in range(53):
        create_job(market.buyer.actor, code=f"A{number:02d}",
                   due=clock.now + timedelta(days=6, minutes=-number))
    create_job(market.buyer.actor, code="50%_", title="100% Kupfer")
    page = browser.log_in(market.buyer.member).get("/jobs")
    codes = re.findall(r'<a href="/jobs/\d+">([^<]+)</a>', page.text)
    assert len(codes) == 50 and codes[0] == "50%_" and codes[1] == "A52"
    assert "page=2" in page.text
    found = browser.get("/jobs", q="%_").text
    assert re.findall(r'<a href="/jobs/\d+">([^<]+)</a>', found) == ["50%_"]
    assert 'class="card empty"' in browser.get("/jobs", q="nothing").text


def test_a_job_is_withdrawn_once(browser, market, app):
    """An open job can be given up; then it stands under withdrawn."""
    job = create_job(market.buyer.actor)
    browser.log_in(market.buyer.member)
    action = f"/jobs/{job.id}/withdraw"
    fields = browser.form(browser.get(f"/jobs/{job.id}"), action)
    assert browser.send(action, fields).status_code == 303
    assert stored(app)[0][1] == "withdrawn"
    assert action not in browser.get(f"/jobs/{job.id}").text
    assert job.code in text_of(browser.get("/jobs", state="withdrawn"))


def test_the_last_reason_stands_on_the_job(reader, market):
    """An open job says why the newest plan left it out, with the way to that plan."""
    job = create_job(market.buyer.actor)
    run = place.save(PlanRun(company_id=market.buyer.company.id, state="solved",
                             member_id=market.buyer.member.id, created_at=job.created_at,
                             options={"job_ids": [job.id], "seconds": 5, "seed": 0}))
    place.save(PlanLeftOut(plan_run_id=run.id, job_id=job.id, reason="no_window_long_enough",
                           params={"operation": 1, "needed_minutes": 900,
                                   "longest_window_minutes": 720}))
    page = reader.log_in(market.buyer.member).get(f"/jobs/{job.id}")
    assert f'href="/plans/{run.id}"' in page.text
    words = text_of(page)
    assert ("15 小时" in words and "12 小时" in words) or ("15 h" in words and "12 h" in words)


@pytest.mark.parametrize("role", ["owner", "planner", "finance", "viewer"])
def test_every_role_reads_and_some_write(browser, market, role):
    """Finance and viewers read jobs and are shown no form."""
    job = create_job(market.buyer.actor)
    browser.log_in(join(market.buyer.company, role).member)
    writes = role in ("owner", "planner")
    assert browser.get("/jobs").status_code == browser.get(f"/jobs/{job.id}").status_code == 200
    assert ("/withdraw" in browser.get(f"/jobs/{job.id}").text) == writes
    assert browser.get("/jobs/new").status_code == (200 if writes else 403)


def test_strangers_and_visitors_learn_nothing(browser, market):
    """A job of another company does not exist; a visitor is asked to log in."""
    job = create_job(market.buyer.actor)
    for path in ("/jobs", "/jobs/new", f"/jobs/{job.id}"):
        assert browser.get(path).status_code in (302, 401)
    browser.log_in(market.stranger.member)
    assert browser.get(f"/jobs/{job.id}").status_code == 404
    token = browser.form(browser.get("/search"), "/logout")
    assert browser.send(f"/jobs/{job.id}/withdraw", token).status_code == 404
    assert job.code not in browser.get("/jobs").text


def test_an_empty_order_book_says_what_will_be_here(reader, app, market):
    """One sentence and the way to write one down."""
    page = reader.log_in(create_party().member).get("/jobs")
    assert 'class="card empty"' in page.text and "/jobs/new" in page.text


def test_a_long_route_is_folded_and_costs_no_more_queries(browser, market, count_queries):
    """Twenty operations are shown, the rest unfolds; statements do not grow with them."""
    browser.log_in(market.buyer.member)
    short = create_job(market.buyer.actor)
    long = create_job(market.buyer.actor, *[operation(minutes=30)] * 60)
    browser.get(f"/jobs/{short.id}")
    with count_queries() as few:
        browser.get(f"/jobs/{short.id}")
    with count_queries() as many:
        page = browser.get(f"/jobs/{long.id}")
    assert len(few) == len(many) <= 21
    assert page.text.count("<details class=\"gfoot\">") == 1
    browser.get("/jobs")
    with count_queries() as book:
        browser.get("/jobs")
    assert len(book) <= 10
