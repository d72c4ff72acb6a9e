"""Generated requests: nothing breaks the service, nothing is answered that is not documented."""

from __future__ import annotations

import uuid

import hypothesis
import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from marketplace import config
from tests.contracts.document import operations
from tests.contracts.stage import Stage

pytestmark = pytest.mark.one_database
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance,
          response_schema_conformance]
SIZE = config.load().test_size
EXAMPLES = {"small": 8, "long": 150}[SIZE]
ASKERS = {"small": ["buyer"], "long": ["buyer", "seller", "operator"]}[SIZE]


@pytest.fixture
def stage(app, api, market) -> Stage:
    """A market with a listing, a quote, a hold, a booking, a job and a plan in it."""
    made = Stage(app, api, market)
    for make in (made.quote, made.hold, made.booking, made.job, made.plan):
        make()
    return made


@pytest.mark.parametrize("who", ASKERS)
@pytest.mark.parametrize("name", sorted(operations()))
def test_generated_requests_are_answered_as_documented(app, stage, name, who):
    """Valid and invalid requests made from the document: no 5xx, no undocumented answer."""
    method, _, path = name.partition(" ")
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    cases = schema["/api/v1" + path][method].as_strategy()

    @given(case=cases)
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 100, database=None,
              phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
              suppress_health_check=list(hypothesis.HealthCheck))
    def check(case: schemathesis.Case) -> None:
        headers = {"Authorization": f"Bearer {stage.tokens[who]}"}
        if method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        case.call_and_validate(headers=headers, checks=CHECKS)

    check()
