"""Random histories of bookings against a model in plain Python, on both databases."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from marketplace import config, verify
from marketplace.bookings import moves, services
from marketplace.bookings.errors import HoldOver, IllegalTransition, NeedsApproval
from marketplace.bookings.models import Booking
from marketplace.bookings.steps_api import STEPS
from marketplace.bookings.tasks import answer_overdue
from marketplace.capacity import unavailability
from marketplace.capacity.errors import SlotTaken
from marketplace.catalogue.errors import RuleBroken
from marketplace.catalogue.services import Wish, quote
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.tasks import roll_openings
from tests.bookings import lifecycle_model as model
from tests.clocks import START, shanghai
from tests.factories.listings import create_listing
from tests.factories.resources import create_resource

LONG = config.load().test_size == "long"
HISTORIES, STEPS_EACH = (1500, 40) if LONG else (25, 30)
SLOTS = st.tuples(st.integers(0, 1), st.integers(model.OPENS, model.CLOSES - 1),
                  st.integers(1, 3))
OUTCOME = {SlotTaken: "taken", RuleBroken: "broken", IllegalTransition: "illegal",
           HoldOver: "over", NeedsApproval: "approval"}
REASON = {"reason": "because"}
BODY = {"abort": REASON, "dispute": REASON}


def outcome(deed) -> tuple[str, object]:
    """What came of it in one word, and what was made."""
    try:
        made = deed()
    except tuple(OUTCOME) as refusal:
        db.session.rollback()
        return OUTCOME[type(refusal)], None
    return made.state, made


class Histories(RuleBasedStateMachine):
    """One new machine a history; buyer and seller do what comes to their minds."""

    market = clock = None
    lived = 0

    @initialize(approval=st.booleans())
    def open(self, approval):
        """A machine open from 8 to 20, hourly, with a buffer after the work."""
        self.clock.to(START)
        self.resource = create_resource(self.market.seller.company, buffer_after=15)
        self.listing = create_listing(
            self.resource, step=60, approval=approval, check_in=True, reply_hours=3,
            accept_days=2, grace_minutes=30)
        self.plain = model.Model(START, approval)
        self.db_ids: list[int] = []

    def slot(self, chosen):
        """A slot on tomorrow or the day after that ends before closing."""
        day, hour, length = chosen
        start = shanghai(1 + day, hour)
        return start, min(start + timedelta(hours=length), shanghai(1 + day, model.CLOSES))

    def sides(self, side):
        """The actor of a side."""
        return getattr(self.market, side).actor

    @rule(chosen=SLOTS)
    def ask(self, chosen):
        """Book at once, or ask for it."""
        starts, ends = self.slot(chosen)
        expected = self.plain.ask(starts, ends)
        found, booking = outcome(lambda: services.book_wish(self.sides("buyer"), Wish(
            self.listing.id, starts, ends, mode="time_slice")))
        assert found == expected
        if booking is not None:
            self.plain.add(booking.id, found, starts, ends)

    @rule(chosen=SLOTS)
    def hold(self, chosen):
        """Hold a slot; a former hold of the same person goes, if the new one succeeds."""
        starts, ends = self.slot(chosen)
        expected = ("broken" if starts < self.plain.now else
                    "held" if self.plain.free(starts, ends, but_hold=True) else "taken")
        found, held = outcome(lambda: services.hold(self.sides("buyer"), quote(
            self.sides("buyer"), Wish(self.listing.id, starts, ends, mode="time_slice"))[0].id))
        assert found == expected
        if held is not None:
            self.plain.held = (held.id, starts, ends, self.plain.now + model.HOLD)

    @precondition(lambda self: self.plain.held is not None)
    @rule()
    def book_hold(self):
        """Book what is held; a hold that is over books nothing."""
        hold_id, starts, ends, _ = self.plain.held
        expected = self.plain.book_hold()
        found, booking = outcome(lambda: services.book_hold(self.sides("buyer"), hold_id))
        assert found == expected
        if booking is not None:
            self.plain.held = None
            self.plain.add(booking.id, found, starts, ends)

    @precondition(lambda self: self.plain.slots)
    @rule(data=st.data(), action=st.sampled_from(model.ACTIONS),
          side=st.sampled_from(["buyer", "seller"]))
    def act(self, data, action, side):
        """Any step of any side on any booking: what the table has happens, all else is refused."""
        booking_id = data.draw(st.sampled_from(sorted(self.plain.slots)))
        expected = self.plain.act(booking_id, action, side)
        found, _ = outcome(lambda: STEPS[action][1](
            self.sides(side), booking_id, **BODY.get(action, {})))
        assert found == expected

    @precondition(lambda self: self.plain.slots)
    @rule(data=st.data(), chosen=SLOTS)
    def move(self, data, chosen):
        """The firm moves a booking to another slot of the machine, or is told why not."""
        booking_id = data.draw(st.sampled_from(sorted(self.plain.slots)))
        starts, ends = self.slot(chosen)
        expected = self.plain.move(booking_id, starts, ends)
        found, _ = outcome(lambda: moves.move(
            self.sides("buyer"), booking_id, moves.Target(start=starts, end=ends)))
        assert found == expected

    @rule(minutes=st.sampled_from([5, 15, 30, 60, 120, 600]))
    def wait(self, minutes):
        """Time passes."""
        self.plain.now = self.clock.move(minutes=minutes)

    @rule()
    def timers(self):
        """The timers let pass what is overdue."""
        answer_overdue()
        self.plain.lapse()

    @rule(chosen=SLOTS)
    def break_down(self, chosen):
        """A breakdown is never refused, whatever it hits."""
        starts, ends = self.slot(chosen)
        fact = unavailability.report_unavailability(
            self.sides("seller"), self.resource.id, TimeWindow(starts, ends), "breakdown")
        self.plain.facts[fact.row.id] = (starts, ends)

    @invariant()
    def same(self):
        """The database says what the model says, and its own recount is clean."""
        if not hasattr(self, "plain"):
            return
        rows = db.session.scalars(select(Booking).where(
            Booking.resource_id == self.resource.id)).all()
        assert {row.id: (row.state, row.answer_by) for row in rows} == {
            id_: (slot.state, slot.answer_by) for id_, slot in self.plain.slots.items()}
        db.session.rollback()

    def teardown(self):
        """At the end nothing overlaps and every count that must be zero is."""
        if hasattr(self, "plain"):
            roll_openings()   # the clock has moved on: the timers would have done so
            report = verify.run()
            assert report.clean, report.lines
            Histories.lived += 1


def test_random_histories_agree_with_the_model(market, clock, inside):
    """Holds, requests, steps, breakdowns and timers in any order end as the model says."""
    Histories.market, Histories.clock, Histories.lived = market, clock, 0

    run_state_machine_as_test(Histories, settings=settings(
        max_examples=HISTORIES, stateful_step_count=STEPS_EACH, deadline=None,
        suppress_health_check=list(HealthCheck), derandomize=not LONG,
        phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,)))

    assert Histories.lived >= HISTORIES
