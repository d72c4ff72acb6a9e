"""Two people offer the same machine at the same moment."""

from __future__ import annotations

import threading

from tests.api import Api
from tests.factories.resources import create_resource

TERMS = {"time_slice": {"rate_per_hour": "120.00"}}


def test_of_two_who_publish_at_once_one_is_told_that_it_is_listed(app, market):
    """Eight at once: one 201, and 409 already_listed for the rest."""
    machine = create_resource(market.seller.company)
    start, answers = threading.Barrier(8), []

    def publish() -> None:
        program = Api(app.test_client(), market.seller.token)
        start.wait(30)
        answers.append(program.post("/listings", {"resource_id": machine.id, "terms": TERMS}))

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(each.status_code for each in answers) == [201] + [409] * 7
    assert {each.json["code"] for each in answers if each.status_code == 409} == {"already_listed"}
