"""Two workers fan out the same news, and one is killed in the middle: everybody hears once."""

import signal
from datetime import timedelta

from sqlalchemy import func, select

from marketplace.bookings.services import book_wish
from marketplace.catalogue.services import Wish
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.notifications.models import Notice
from tests.factories import place
from tests.factories.companies import create_party, join
from tests.factories.listings import create_listing
from tests.factories.resources import ALWAYS, create_resource
from tests.runner.processes import command, running, until

BOOKINGS = 30


def book(hours):
    """So many bookings of one machine, whose seller has two people who may act."""
    seller, buyer = create_party(), create_party()
    join(seller.company, "planner")
    listing = create_listing(create_resource(seller.company, ALWAYS))
    first = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    with place.context():
        for hour in range(hours):
            start = first + timedelta(hours=hour)
            book_wish(buyer.actor, Wish(listing.id, start, start + timedelta(hours=1), None,
                                        "time_slice"))


def count(query):
    """A number, read anew."""
    with place.context():
        found = db.session.scalar(query) or 0
        db.session.rollback()
    return found


NOTICES = select(func.count()).select_from(Notice)
WAITING = (select(func.count()).select_from(OutboxMessage)
           .where(OutboxMessage.sent_at.is_(None)))


def test_every_booking_is_told_once_to_each(app, database, tmp_path):
    """A worker killed while it tells and two that go on: one notice and one mail for each of the
    seller's people and booking, none lost and none twice."""
    book(BOOKINGS)
    with running(database, tmp_path, "worker", "run") as first:
        until(lambda: count(NOTICES) >= 4)
        first.send_signal(signal.SIGKILL)
        first.wait()

    workers = [command(database, tmp_path, "worker", "run", "--idle-exit") for _ in range(2)]
    assert [each.wait(120) for each in workers] == [0, 0]

    with place.context():
        told = db.session.execute(select(Notice.member_id, Notice.link)).all()
        asked = [(row.payload["member_id"], row.payload["link"]) for row in db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.topic == "mail"))]
    assert len(told) == len(set(told)) == 2 * BOOKINGS
    assert sorted(asked) == sorted((member, link) for member, link in told)
    leased = count(WAITING.where(OutboxMessage.topic == "mail"))   # by the killed one, for a while
    assert count(WAITING) == leased <= 1
    assert len(list((tmp_path / "mail").glob("*.eml"))) >= 2 * BOOKINGS - leased
