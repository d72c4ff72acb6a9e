"""The API document: every change of it is seen in review."""

from __future__ import annotations

import json
from pathlib import Path

from tests.contracts.document import document, needs_key, operations, statuses

GOLDEN = Path(__file__).parent / "openapi.json"


def test_the_document_is_the_one_that_was_reviewed():
    """When a change is wanted: `python -m tests.contracts.document > …/openapi.json`."""
    assert document() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_the_document_is_served(client):
    """`/api/v1/openapi.json` answers everybody with the same document, in OpenAPI 3.1."""
    answer = client.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json == document()
    assert answer.json["openapi"].startswith("3.1")


def test_every_operation_says_what_it_does():
    """A summary or description, and at least one success."""
    silent = [name for name, each in operations().items()
              if not (each.get("summary") or each.get("description"))]
    hopeless = [name for name, each in operations().items()
                if not any(status < 300 for status in statuses(each))]

    assert (silent, hopeless) == ([], [])


def test_what_takes_capacity_needs_a_retry_key():
    """Holding, booking, cancelling and accepting a plan are refused without an Idempotency-Key."""
    taking = ("POST /holds", "POST /bookings", "POST /bookings/{booking_id}/cancel",
              "POST /plans/{plan_id}/accept")

    assert [name for name in taking if not needs_key(operations()[name])] == []
