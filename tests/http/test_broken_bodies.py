"""Bodies that no client should send are refused, not stumbled over."""

from __future__ import annotations

import json

import pytest

UNREADABLE = {
    "deep array": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "number of 5000 digits": b'{"listing_id":' + b"1" * 5000 + b"}",
    "not a number": b'{"listing_id":NaN}',
    "endless": b'{"listing_id":-Infinity}',
    "not UTF-8": b'{"mode":"\xff\xfe"}',
    "cut off": b'{"mode":"time_sl',
}
PATHS = ("/quotes", "/holds", "/bookings", "/jobs", "/plans", "/sites", "/tokens")


def send(api, path: str, body: bytes):
    """One POST with exactly these bytes."""
    return api.client.post(f"/api/v1{path}", data=body, headers={
        "Authorization": f"Bearer {api.token}", "Content-Type": "application/json",
        "Idempotency-Key": "k-1"})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_is_no_json_is_a_bad_request(api, path, body):
    """Nesting without end, numbers that JSON does not have, broken text: 400 everywhere."""
    answer = send(api, path, body)

    assert (answer.status_code, answer.json["code"]) == (400, "http_400")


@pytest.mark.parametrize("path", PATHS)
def test_half_a_character_in_a_name_is_an_unknown_field(api, path):
    """A lone surrogate names a field that is not known, and the answer can be read."""
    answer = send(api, path, b'{"\\ud800": 1}')

    assert answer.status_code == 422
    assert "\ud800" in {each["field"] for each in json.loads(answer.data)["errors"]}


def test_where_no_body_is_needed_a_broken_one_does_no_harm(api, market):
    """Releasing a hold takes no body: one that cannot be read is as good as none."""
    quote = api.post("/quotes", market.wish()).json["items"][0]["id"]
    held = api.post("/holds", {"quote_id": quote}).json["id"]

    answer = send(api, f"/holds/{held}/release", UNREADABLE["deep array"])

    assert (answer.status_code, answer.json["state"]) == (200, "released")


@pytest.mark.parametrize("name", ["service_code", "q", "material", "region", "kind", "fields"])
def test_a_null_byte_in_a_filter_is_refused(api, name):
    """PostgreSQL stores none, so no filter takes one."""
    assert api.get("/listings", **{name: "a\x00"}).status_code == 422
