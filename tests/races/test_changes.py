"""The feed of changes while several processes write, some of them slowly."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.bookings import feed
from marketplace.bookings import services as bookings
from marketplace.catalogue import services as catalogue
from marketplace.config import ROOT
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.transaction import end_read
from tests.races.test_same_hour import create_track

pytestmark = pytest.mark.usefixtures("no_deadlock")
WRITERS = (0.15, 0.0, 0.05, 0.0)      # how long each keeps a change uncommitted, in seconds
TIMES = {"small": {0.15: 6, 0.05: 10, 0.0: 25}, "long": {0.15: 40, 0.05: 80, 0.0: 200}}


def booked(app: Flask, actor: Actor, count: int) -> list[int]:
    """Bookings of one firm on machines of their own, so that no writer waits for another."""
    made = []
    for _ in range(count):
        track = create_track()
        start = track.first + timedelta(hours=9)
        with app.app_context():
            row = bookings.book_wish(actor, catalogue.Wish(
                track.listing.id, start, start + timedelta(hours=1), mode="time_slice"))
            made.append(row.id)
    return made


def writers(database: str, folder: str, bookings: list[int], size: str) -> subprocess.Popen[str]:
    """Processes that change one booking each, again and again, behind the one that started them."""
    tasks = [f"{pause}:{TIMES[size][pause]}:{booking}"
             for pause, booking in zip(WRITERS, bookings, strict=True)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.races.feed_writer", database, folder, *tasks], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def poll(actor: Actor, cursor: str, seen: list[int]) -> str:
    """One look at the feed; what it shows is remembered by its number."""
    found = feed.since(actor, cursor, 7)
    seen += [int(each.cursor.partition(".")[2]) for each in found.items]
    end_read()
    return found.cursor


def follow(actor: Actor, process: subprocess.Popen[str]) -> list[int]:
    """Read the feed without a pause until all writers are done and it is empty."""
    seen: list[int] = []
    cursor, until = feed.START, time.monotonic() + 240
    while process.poll() is None:
        cursor = poll(actor, cursor, seen)
        assert time.monotonic() < until, "the writers did not come to an end"
    while (behind := poll(actor, cursor, seen)) != cursor:
        cursor = behind
    return seen


def test_a_poller_sees_every_change_once(app, database, tmp_path, size):
    """Slow and fast writers in processes: nothing is missed, nothing comes twice, both sides."""
    buyer = create_track().buyers[0].actor
    rows = booked(app, buyer, len(WRITERS))
    process = writers(database, str(tmp_path), rows, size)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()

    with app.app_context():
        seen = follow(buyer, process)
        stored = list(db.session.scalars(select(feed.Change.id)))

    process.communicate(timeout=30)
    assert process.returncode == 0
    wanted = len(rows) + sum(TIMES[size][pause] for pause in WRITERS)
    assert len(stored) == wanted
    assert Counter(seen) == Counter(stored)
