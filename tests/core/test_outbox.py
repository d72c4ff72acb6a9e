"""What must happen outside is a row, tried until it is done or given up."""

from __future__ import annotations

import pytest

from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import transaction

pytestmark = pytest.mark.usefixtures("inside")


def put(*topics: str) -> list[int]:
    """Messages, by id."""
    with transaction():
        for topic in topics:
            outbox.put(topic, {"to": topic})
    return outbox.due()


def attempt(message_id: int, error: str | None = None) -> None:
    """One try of one message: it worked, or it failed with an error."""
    with transaction():
        message = outbox.claim(message_id)
        assert message is not None
        if error is None:
            outbox.sent(message)
        else:
            outbox.failed(message, error)


def test_messages_are_due_at_once_oldest_first():
    """A message waits for nobody but those before it."""
    ids = put("a", "b", "c")

    assert ids == sorted(ids)
    assert len(ids) == 3


def test_a_sent_message_is_not_due_again():
    """What is done is done once: no worker can claim it a second time."""
    first, second = put("a", "b")

    attempt(first)

    assert outbox.due() == [second]
    with transaction():
        assert outbox.claim(first) is None


def test_a_failed_message_waits_twice_as_long_each_time(clock):
    """After the first failure 2 seconds, after the second 4."""
    [message_id] = put("a")

    attempt(message_id, "no route")
    assert outbox.due() == []
    clock.move(seconds=2)
    assert outbox.due() == [message_id]

    attempt(message_id, "no route")
    clock.move(seconds=3)
    assert outbox.due() == []
    clock.move(seconds=1)
    assert outbox.due() == [message_id]


def test_a_message_is_given_up_in_the_end(clock):
    """After MAX_ATTEMPTS failures a message rests, with its last error."""
    [message_id] = put("a")
    for _ in range(outbox.MAX_ATTEMPTS):
        attempt(message_id, "no route")
        clock.move(hours=2)

    assert outbox.due() == []
    with transaction():
        message = outbox.claim(message_id)
        assert (message.failed_at is not None, message.last_error) == (True, "no route")


@pytest.fixture
def handled(monkeypatch):
    """A topic with a handler that writes a row, and may be told to fail afterwards."""
    monkeypatch.setattr(outbox, "_handlers", {})
    told = {"fail": False}

    @outbox.handler("a")
    def carry(message):
        outbox.put("made", {"by": message.id})
        db.session.flush()
        if told["fail"]:
            raise LookupError("broken")

    return told


def test_a_handler_is_run_once_with_its_writes(handled):
    """What it writes and the mark are one transaction; other topics are left to others."""
    first, other = put("a", "b")

    assert outbox.carry_out() == 1
    assert outbox.carry_out() == 0

    assert outbox.due()[0] == other
    made = db.session.get_one(OutboxMessage, outbox.due()[1])
    assert (made.topic, made.payload) == ("made", {"by": first})


def test_a_handler_that_fails_leaves_nothing_and_is_tried_later(handled, clock):
    """Its writes are undone, the next message is carried out, and two seconds later it works."""
    handled["fail"] = True
    first, second = put("a", "a")
    assert outbox.carry_out() == 0
    assert outbox.due() == []
    assert db.session.get_one(OutboxMessage, second).last_error == "LookupError"

    handled["fail"] = False
    clock.move(seconds=2)

    assert outbox.carry_out() == 2
    assert db.session.get_one(OutboxMessage, first).sent_at is not None


def test_a_topic_has_one_handler(handled):
    """A second function of the same topic is a programming error."""
    with pytest.raises(ValueError, match="'a'"):
        outbox.handler("a")(lambda _message: None)
