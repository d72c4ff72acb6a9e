"""A process that changes bookings, each change in a transaction of its own, slowly or fast.

`python -m tests.races.feed_writer URL FOLDER SECONDS TIMES BOOKING…` waits for a line on
standard input, then hands each booking to the same member again and again; a slow writer keeps
every transaction open for SECONDS after its change has been written.
"""

from __future__ import annotations

import sys
import time

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


def main(url: str, folder: str, seconds: str, times: str, *bookings: str) -> None:
    """Write all changes."""
    app = create_app(config.Settings(instance=folder, database_url=url))
    with app.app_context():
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        for _ in range(int(times)):
            for each in bookings:
                hand_over(int(each), float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
