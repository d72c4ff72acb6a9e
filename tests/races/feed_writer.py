"""Processes that change a booking again and again, each change in a transaction, slowly or fast.

`python -m tests.races.feed_writer URL FOLDER SECONDS:TIMES:BOOKING…` makes one process for each
task and says `ready`; after a line on standard input each hands its booking to the same member so
many times. A slow writer keeps every transaction open for SECONDS after its change was written.
"""

from __future__ import annotations

import os
import sys
import time
from typing import NoReturn

from flask import Flask

from marketplace import config
from marketplace.accounts.tokens import actor_of_member
from marketplace.app import create_app
from marketplace.bookings import steps
from marketplace.bookings.models import Booking
from marketplace.core.db import db
from marketplace.core.transaction import transaction


def hand_over(booking_id: int, seconds: float) -> None:
    """One change: it is written at once and committed after a while."""
    row = db.session.get_one(Booking, booking_id)
    actor = actor_of_member(row.member_id)
    assert actor is not None
    with transaction():
        steps.hand_over(actor, booking_id, row.member_id)
        db.session.flush()
        time.sleep(seconds)


def write(app: Flask, task: str, start: int) -> NoReturn:
    """All changes of one task, once the start has been given; then the end of this process."""
    seconds, times, booking = task.split(":")
    try:
        with app.app_context():
            os.read(start, 1)
            for _ in range(int(times)):
                hand_over(int(booking), float(seconds))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def main(url: str, folder: str, *tasks: str) -> int:
    """Fork a writer for each task from one loaded application, which has no connection yet."""
    app = create_app(config.Settings(instance=folder, database_url=url))
    waiting, starting = os.pipe()
    children = []
    for task in tasks:
        children.append(os.fork())
        if not children[-1]:
            os.close(starting)
            write(app, task, waiting)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    os.close(starting)   # they all wait for the end of this pipe
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
