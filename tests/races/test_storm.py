"""kill -9 of a random process again and again while firms book: nothing lost, nothing doubled."""

from __future__ import annotations

import email
import email.policy
import http.client
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace import config, verify, worker
from marketplace.accounts.models import Invitation
from marketplace.bookings.models import Booking
from marketplace.catalogue.models import Listing
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from tests.factories.companies import create_party
from tests.factories.listings import create_listing
from tests.factories.resources import ALWAYS, create_resource
from tests.races.relay import relaying
from tests.races.server import Answer, Client, race
from tests.races.storm import KINDS, Storm, raging
from tests.runner.processes import until

pytestmark = pytest.mark.usefixtures("no_deadlock")
BOOKINGS = {"small": 100, "long": 2000}
EVERY = {"small": 0.8, "long": 1.0}   # seconds between two kills
CLIENTS, MACHINES, INVITATIONS = 8, 4, 20
PATIENCE = 120   # seconds that a client goes on asking


def persist(client: Client, path: str, body: Any) -> Answer:
    """Ask with one key until there is an answer; 503 is none yet."""
    key, until = uuid.uuid4().hex, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            answer = client.post(path, body, key=key)
            if answer.status != 503:
                return answer
        except (OSError, http.client.HTTPException):
            pass   # its process was killed: ask the next one
        time.sleep(0.05)
    raise TimeoutError(path)


class Market:
    """Machines that never close, firms that want every hour of them, some hours twice."""

    def __init__(self, hours: int) -> None:
        self.listings = [create_listing(create_resource(create_party().company, ALWAYS))
                         for _ in range(MACHINES)]
        self.tokens = [create_party().token for _ in range(CLIENTS)]
        self.first = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
        self.hours = hours
        self.invited: list[str] = []

    def wishes(self, number: int) -> list[dict[str, Any]]:
        """The hours that one firm wants; every tenth of another firm's, too."""
        return [self._wish(slot) for slot in range(self.hours)
                if slot % CLIENTS == number or (slot % 10 == 0 and (slot + 1) % CLIENTS == number)]

    def _wish(self, slot: int) -> dict[str, Any]:
        listing: Listing = self.listings[slot % MACHINES]
        start = self.first + timedelta(hours=slot // MACHINES)
        return {"listing_id": listing.id, "start": start.isoformat(),
                "end": (start + timedelta(hours=1)).isoformat(), "mode": "time_slice"}

    def book_all(self, client: Client, number: int) -> list[Answer]:
        """Book what one firm wants, half of it by hold, and invite somebody now and then."""
        answers = []
        for count, wish in enumerate(self.wishes(number)):
            answers.append(self._held(client, wish) if count % 2
                           else persist(client, "/bookings", wish | {"reference": name_of(wish)}))
            if count % 3 == 0 and count < 3 * INVITATIONS:
                self._invite(client, f"guest{number}.{count}@example.com")
        return answers

    def _held(self, client: Client, wish: dict[str, Any]) -> Answer:
        quote = persist(client, "/quotes", wish).body["items"][0]["id"]
        held = persist(client, "/holds", {"quote_id": quote})
        if held.status != 201:
            return held
        return persist(client, "/bookings",
                       {"hold_id": held.body["id"], "reference": name_of(wish)})

    def _invite(self, client: Client, address: str) -> None:
        answer = persist(client, "/invitations", {"email": address, "role": "planner"})
        assert answer.status == 201, answer.body
        self.invited.append(address)


def name_of(wish: dict[str, Any]) -> str:
    """An hour's name, as the firm's reference."""
    return f"{wish['listing_id']} {wish['start']}"


def weather(market: Market, serve: Any, *where: Any,
            also: Callable[[Storm], None] = lambda _: None, **settings: Any) -> list[Answer]:
    """Let all firms book through the storm; every kind of process is hit.

    `also` is done after it has calmed down, while the processes still run.
    """
    server = serve(workers=4)
    with raging(server, *where, **settings) as storm:
        answers = race([server.client(token) for token in market.tokens], market.book_all)
        until(lambda: len(storm.killed) == len(KINDS) + 1)
        storm.calm()
        also(storm)
    return answers


def recount(app: Flask, market: Market, answers: Sequence[Answer]) -> None:
    """Every acknowledged booking is there, none twice, nothing else is; `flask verify` agrees."""
    outcomes = Counter((each.status, each.body.get("code", "")) for each in answers)
    assert outcomes == {(201, ""): market.hours,
                        (409, "slot_taken"): len(answers) - market.hours}
    acknowledged = {each.body["id"]: each.body["reference"] for each in answers
                    if each.status == 201}
    with app.app_context():
        rows = db.session.execute(select(Booking.id, Booking.reference, Booking.state)).all()
        report = verify.run()
    assert {row.id: row.reference for row in rows} == acknowledged
    assert len(set(acknowledged.values())) == len(rows) == market.hours
    assert {row.state for row in rows} == {"confirmed"}
    assert report.clean, report.lines


@dataclass(frozen=True)
class Post:
    """Numbers of all mails that were asked for, and of those that somebody must have got."""

    asked: set[int]
    due: set[int]


def carry_out_the_rest(app: Flask) -> Post:
    """When the leases of killed workers are over, send what is left.

    An invitation asked for again because the answer was lost replaces the first, whose mail is
    not due any more where it has not left yet.
    """
    with app.app_context(), clock.moved_to(lambda: datetime.now(UTC) + timedelta(minutes=5)):
        while worker.deliver_once():
            pass
        rows = db.session.scalars(select(OutboxMessage)).all()
        open_ones = set(db.session.scalars(select(Invitation.id).where(
            Invitation.withdrawn_at.is_(None))))
        assert [row.id for row in rows if row.sent_at is None or row.failed_at] == []
        mails = {row.id: row.payload for row in rows if row.topic == "mail"}
    return Post(set(mails), {number for number, payload in mails.items()
                             if payload.get("invitation_id") in open_ones})


def letters(folder: Path) -> dict[int, Any]:
    """What lies in the mail folder, by number."""
    return {int(path.stem): email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in (folder / "mail").glob("*.eml")}


def test_a_storm_loses_no_booking_and_no_mail(app, serve, database, tmp_path, size):
    """Whatever is killed, acknowledged bookings are there once, and each mail is in the folder."""
    market = Market(BOOKINGS[size])

    answers = weather(market, serve, database, tmp_path, EVERY[size])

    recount(app, market, answers)
    post = carry_out_the_rest(app)
    found = letters(tmp_path)
    assert post.due <= set(found) <= post.asked
    assert {each["To"] for each in found.values()} >= set(market.invited)
    for number, each in found.items():
        assert each["Message-ID"] == f"<outbox-{number}@localhost>"


def test_a_mail_sent_twice_is_known_by_its_number(app, serve, database, tmp_path, size):
    """A worker killed when the relay has its mail sends it again under the same Message-ID."""
    market = Market(BOOKINGS[size] // 4)
    with relaying() as relay:
        def kill_at_every_third(storm):
            """Three workers in turn die when the relay has their mail and has not said so."""
            struck = []

            def before_250(mail):
                if len(relay.mails) % 3 == 0:
                    struck.append(mail)
                    storm.kill("worker", storm.crew["worker"].pid)
            relay.before_250 = before_250
            until(lambda: len(struck) >= 3, seconds=90)
            relay.before_250 = lambda _: None

        answers = weather(market, serve, database, tmp_path, EVERY[size], mail_channel="smtp",
                          smtp_port=relay.port, also=kill_at_every_third)
        recount(app, market, answers)
        config.use(replace(config.current(), mail_channel="smtp", smtp_port=relay.port))
        post = carry_out_the_rest(app)

    copies = defaultdict(list)
    for mail in relay.mails:
        copies[int(mail["Message-ID"].removeprefix("<outbox-").partition("@")[0])].append(mail)
    assert post.due <= set(copies) <= post.asked
    assert max(map(len, copies.values())) > 1   # some were sent twice,
    for same in copies.values():                # and these are the same mail
        assert len({(each["To"], each["Subject"], each["Date"]) for each in same}) == 1
    assert {mail["To"] for mail in relay.mails} >= set(market.invited)
