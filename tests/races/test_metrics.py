"""`/metrics` of several gunicorn workers is one count."""

from __future__ import annotations

import http.client
import os
import signal

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.runner.processes import until

pytestmark = pytest.mark.one_database


def samples(server):
    """Every sample as {(name, labels): value}, from whichever worker answers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return {(each.name.removeprefix("gongfang_"),
             *(value for _, value in sorted(each.labels.items()))): each.value
            for family in text_string_to_metric_families(text) for each in family.samples}


def hits(server):
    """How many GETs of /healthz were counted."""
    return samples(server).get(("http_requests_total", "GET", "/healthz", "2xx"), 0)


def test_three_workers_count_as_one(serve):
    """30 requests on connections of their own are 30, whoever answered and whoever is asked."""
    server = serve(workers=3)
    client = server.client(None, keep_open=False)
    for _ in range(30):
        assert client.call("GET", "/healthz").status == 200

    assert {hits(server) for _ in range(6)} == {30}


def test_a_killed_worker_is_not_forgotten(serve, tmp_path):
    """What a worker counted stays when it is killed; what it had in use does not."""
    server = serve(workers=2)
    client = server.client(None, keep_open=False)
    for _ in range(20):
        client.call("GET", "/healthz")
    before = in_use(tmp_path) - {server.process.pid}

    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not before & in_use(tmp_path))
    for _ in range(10):
        client.call("GET", "/healthz")

    assert before
    assert hits(server) == 30


def in_use(folder):
    """The processes that say how many connections they have in use."""
    return {int(each.stem.rpartition("_")[2])
            for each in (folder / "metrics").glob("web-*/gauge_livesum_*.db")}


def test_a_new_master_starts_from_nothing_and_clears_up(serve, tmp_path):
    """Each master counts in a folder of its own; those of dead masters are taken away."""
    first = serve(workers=1)
    first.client(None, keep_open=False).call("GET", "/healthz")
    second = serve(workers=1)
    assert (hits(first), hits(second)) == (1, 0)
    assert len(list((tmp_path / "metrics").iterdir())) == 2
    first.stop()
    second.stop()

    third = serve(workers=1)

    assert hits(third) == 0
    assert len(list((tmp_path / "metrics").iterdir())) == 1
