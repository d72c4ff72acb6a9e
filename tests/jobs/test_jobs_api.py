"""Jobs over HTTP: made, read, withdrawn, and every wrong field named."""

import pytest

from tests.factories.companies import join
from tests.factories.jobs import job_body
from tests.factories.resources import create_resource


def test_a_job_is_made_and_read_with_its_route(api, market):
    """What was posted comes back with its route and a place to look."""
    body = job_body(operations=[
        {"service_code": "3.2.1", "minutes": 120, "material": "45 钢", "quantity": 20},
        {"service_code": "I.lab.metrology", "minutes": 30, "may_pause": True,
         "resource_ids": [market.resource.id]}])

    made = api.post("/jobs", body)

    assert made.status_code == 201, made.json
    assert made.headers["Location"] == f"/api/v1/jobs/{made.json['id']}"
    found = api.get(f"/jobs/{made.json['id']}").json
    assert found == made.json
    assert found["state"] == "open"
    assert [each["position"] for each in found["operations"]] == [1, 2]
    assert found["operations"][1]["resource_ids"] == [market.resource.id]
    assert found["budget"] == {"amount": "900.00", "currency": "CNY"}


def test_a_repeated_post_makes_one_job(api):
    """The same key and body answer with the first job; another body is 422, no key is 400."""
    body = job_body()
    first = api.post("/jobs", body, key="k")
    assert api.post("/jobs", body, key="k").json["id"] == first.json["id"]
    assert api.post("/jobs", job_body(), key="k").status_code == 422
    assert api.post("/jobs", body, key="").status_code == 400
    assert len(api.get("/jobs").json["items"]) == 1


@pytest.mark.parametrize(("changes", "fields"), [
    ({"title": None}, {"title"}),
    ({"operations": []}, {"operations"}),
    ({"operations": [{"service_code": "3.2.1", "minutes": 0},
                     {"service_code": "3.2.1", "minutes": "sixty", "speed": 1}]},
     {"operations.0.minutes", "operations.1.minutes", "operations.1.speed"}),
    ({"operations": [{"service_code": "3.2.1", "minutes": 60, "resource_ids": [99999]},
                     {"service_code": "no such code", "minutes": 60}]},
     {"operations.0.resource_ids.0", "operations.1.service_code"}),
    ({"due": "2026-03-01T00:00:00+08:00"}, {"due"}),
    ({"deadline": "2026-03-03T00:00:00+08:00"}, {"deadline"}),
    ({"budget": {"amount": "-1.00", "currency": "CNY"}}, {"budget"}),
])
def test_every_wrong_field_is_named_in_one_answer(api, changes, fields):
    """A bad job is a 422 that names all its wrong fields, each with a sentence."""
    answer = api.post("/jobs", job_body(**changes))

    assert answer.status_code == 422
    assert {each["field"] for each in answer.json["errors"]} == fields
    assert all(each["message"] for each in answer.json["errors"])
    assert api.get("/jobs").json["items"] == []


def test_an_unlisted_resource_of_another_company_cannot_be_named(api, market):
    """Naming a resource must not tell a stranger that it exists."""
    hidden = create_resource(market.seller.company)

    answer = api.post("/jobs", job_body(operations=[
        {"service_code": "3.2.1", "minutes": 60, "resource_ids": [hidden.id]}]))

    assert [each["code"] for each in answer.json["errors"]] == ["resource_unknown"]


def test_a_code_is_used_once_a_company(api, market):
    """The same code is a 409 in one company and free in another."""
    assert api.post("/jobs", job_body(code="A-1")).status_code == 201
    assert api.post("/jobs", job_body(code="A-1")).json["code"] == "job_code_taken"
    assert api.as_(market.stranger.token).post("/jobs", job_body(code="A-1")).status_code == 201


def test_a_withdrawn_job_is_no_longer_open(api):
    """Withdrawing works once; the list filters by state."""
    made = api.post("/jobs", job_body()).json["id"]
    kept = api.post("/jobs", job_body()).json["id"]

    assert api.post(f"/jobs/{made}/withdraw").json["state"] == "withdrawn"

    assert api.post(f"/jobs/{made}/withdraw").json["code"] == "job_not_open"
    assert [each["id"] for each in api.get("/jobs", state="open").json["items"]] == [kept]
    assert [each["id"] for each in api.get("/jobs", state="withdrawn").json["items"]] == [made]
    assert api.get("/jobs", state="lost").status_code == 422


def test_a_list_of_jobs_comes_in_pages(api):
    """Newest first, with a cursor to the next page."""
    ids = [api.post("/jobs", job_body()).json["id"] for _ in range(3)]
    first = api.get("/jobs", limit=2).json
    rest = api.get("/jobs", limit=2, cursor=first["next_cursor"]).json
    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None


def test_a_stranger_learns_nothing_of_a_job(api, market):
    """Another company gets 404, nobody 401, and a viewer may read but not write."""
    made = api.post("/jobs", job_body()).json["id"]
    stranger, nobody = api.as_(market.stranger.token), api.as_(None)
    viewer = api.as_(join(market.buyer.company, "viewer").token)

    for path in (f"/jobs/{made}/withdraw",):
        assert stranger.post(path).status_code == 404
        assert nobody.post(path).status_code == 401
        assert viewer.post(path).status_code == 403
        assert api.post(path, key="").status_code == 400
    assert stranger.get(f"/jobs/{made}").status_code == 404
    assert stranger.get("/jobs").json["items"] == []
    assert nobody.get(f"/jobs/{made}").status_code == nobody.get("/jobs").status_code == 401
    assert nobody.post("/jobs", job_body()).status_code == 401
    assert viewer.get(f"/jobs/{made}").status_code == 200
    assert viewer.post("/jobs", job_body()).status_code == 403
    operator = api.as_(market.operator_token)
    assert operator.get("/jobs").status_code == operator.get(f"/jobs/{made}").status_code == 403


def test_a_list_of_jobs_takes_a_fixed_number_of_queries(api, count_queries):
    """Twenty jobs are read with as many statements as two."""
    for _ in range(2):
        api.post("/jobs", job_body())
    with count_queries() as few:
        api.get("/jobs")
    for _ in range(10):
        api.post("/jobs", job_body())
    with count_queries() as many:
        assert len(api.get("/jobs").json["items"]) == 12
    assert len(many) == len(few)
