"""What the operations of calendars are provoked with."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from marketplace import config
from marketplace.calendars import limiting, sources
from marketplace.calendars.models import CalendarSource
from marketplace.core import clock
from tests.calendars.files import file_of
from tests.contracts.provoking import Make, Provoked, each, fixed
from tests.contracts.stage import Request, Stage
from tests.factories import place

FILE = {"name": "ERP", "ics": file_of().decode()}


def feed(stage: Stage) -> int:
    """A calendar address of the buyer."""
    return int(stage.made("/calendar-feeds", {"scope": "company"})["id"])


def source(stage: Stage) -> int:
    """A foreign calendar of a machine of the seller, uploaded."""
    return int(stage.made(f"/resources/{stage.machine()}/calendars", FILE, "seller")["id"])


class Calendar(BaseHTTPRequestHandler):
    """A server of this machine that has one calendar and logs nothing."""

    def do_GET(self) -> None:
        """The calendar."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(file_of())

    def log_message(self, *_: Any) -> None:
        """Silence."""


@cache
def server() -> str:
    """The address of a calendar, served as long as the tests run."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), Calendar)
    made.daemon_threads = True
    threading.Thread(target=made.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{made.server_address[1]}/a.ics"


def row(resource_id: int, url: str = "") -> CalendarSource:
    """A foreign calendar that says nothing yet."""
    return CalendarSource(resource_id=resource_id, name="ERP", url=url, created_at=clock.now(),
                          next_at=clock.now(), body=FILE["ics"])


def read_from_afar(stage: Stage) -> int:
    """A foreign calendar that is read from an address of this machine."""
    config.use(replace(config.current(), calendar_private=True))
    return place.save(row(stage.machine(), server())).id


def full(stage: Stage) -> Request:
    """One foreign calendar more than a machine may have."""
    machine = stage.machine()
    for _ in range(sources.MOST):
        place.save(row(machine))
    return Request(f"/resources/{machine}/calendars", FILE, "seller")


def full_of_feeds(stage: Stage) -> Request:
    """One calendar address more than a member may have."""
    while stage.api.post("/calendar-feeds", {"scope": "member"}).status_code == 201:
        pass
    return Request("/calendar-feeds", {"scope": "member"})


def too_often(make: Make) -> Make:
    """The same once more when the company has had calendars read as often as it may."""
    def request(stage: Stage) -> Request:
        wanted = make(stage)
        with stage.app.app_context():
            for _ in range(limiting.FETCHES + 1):
                try:
                    limiting.count_fetch(stage.market.seller.actor)
                except limiting.CalendarTooOften:
                    break
        return wanted
    return request


ADD = each("/resources/{}/calendars", Stage.machine, FILE, "seller")
REPLACE = each("/calendars/{}", source, {"ics": FILE["ics"]}, "seller")
READ = each("/calendars/{}/read", read_from_afar, {}, "seller")

TABLE = {
    "GET /calendar-feeds": Provoked(fixed("/calendar-feeds")),
    "POST /calendar-feeds": Provoked(
        lambda _: Request("/calendar-feeds", {"scope": "company"}),
        {404: lambda _: Request("/calendar-feeds", {"scope": "resource", "resource_id": 10**6}),
         409: full_of_feeds}),
    "DELETE /calendar-feeds/{feed_id}": Provoked(each("/calendar-feeds/{}", feed)),
    "GET /resources/{resource_id}/calendars": Provoked(
        each("/resources/{}/calendars", Stage.machine, None, "seller")),
    "POST /resources/{resource_id}/calendars": Provoked(ADD, {409: full, 429: too_often(ADD)}),
    "PUT /calendars/{source_id}": Provoked(REPLACE, {
        409: each("/calendars/{}", read_from_afar, {"ics": FILE["ics"]}, "seller"),
        429: too_often(REPLACE)}),
    "DELETE /calendars/{source_id}": Provoked(each("/calendars/{}", source, None, "seller")),
    "POST /calendars/{source_id}/read": Provoked(READ, {
        409: each("/calendars/{}/read", source, {}, "seller"), 429: too_often(READ)}),
}
