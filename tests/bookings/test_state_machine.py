"""Random histories of bookings against a model in plain Python, on both databases."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from marketplace import config, verify
from marketplace.bookings import waitlist
from marketplace.core import outbox
from marketplace.core.db import db
from tests.bookings.lifecycle_deeds import Deeds
from tests.bookings.lifecycle_stage import OVERLAPS, Stage

LONG = config.load().test_size == "long"
HISTORIES, STEPS_EACH = (1500, 40) if LONG else (25, 40)
# What must have come of something at least once, so that the histories are worth their time.
WALKED = {f"{deed}: {result}" for deed, results in {
    "ask": "confirmed|requested|taken|broken", "hold": "held|taken|broken",
    "book_hold": "confirmed|requested|over|unknown", "release": "released|over|unknown",
    "approve": "confirmed|taken|illegal|forbidden|unknown", "decline": "declined",
    "cancel": "cancelled", "check_in": "checked_in|illegal", "start": "running",
    "no_show": "no_show", "abort": "cancelled", "deliver": "delivered", "accept": "accepted",
    "dispute": "disputed", "resolve": "accepted|illegal|forbidden",
    "hand_over": "requested|confirmed|unfit|illegal|forbidden|unknown",
    "move": "confirmed|taken|approval|illegal|broken",
    "counter": "requested|taken|unfit|illegal|forbidden|unknown",
    "propose_move": "confirmed|taken|unfit|broken|illegal",
    "accept proposal": "confirmed|taken|over|not yours|unknown|forbidden",
    "decline proposal": "requested|confirmed|over|not yours",
    "withdraw proposal": "requested|confirmed|over|not yours",
    "timers": "offered|proposal expired", "join": "waiting|free|already|broken",
    "leave": "left|ended|unknown", "series": "active|skipped|none free",
    "refill": "active|filled|ended|unknown", "cancel series": "cancelled|ended|unknown",
    "repair": "mended|over"}.items() for result in results.split("|")}


class Histories(RuleBasedStateMachine):
    """Two firms, a seller and an operator do what comes to their minds with one machine.

    One rule chooses among all deeds: of rules of their own, each history would leave out half, and
    of choices of their own, many would be the first.
    """

    stage = clock = None
    lived = 0
    walked: Counter[str] = Counter()

    @initialize(approval=st.booleans())
    def open(self, approval):
        """Nothing is booked; the seller answers each request or none."""
        self.number = 0
        self.deeds = Deeds(self.stage, self.clock, approval, self.walked)

    @rule(seed=st.integers(0, 2**32 - 1))
    def happen(self, seed):
        """Somebody does something, or time passes; every choice of the step is the seed's.

        Counted in is the number of the step: one that is repeated chooses anew.
        """
        self.number += 1
        self.deeds.draw = Random(seed + self.number).choice
        name = self.deeds.draw(self.deeds.possible())
        note(f"{self.deeds.plain.now:%d %H:%M} {name}")
        getattr(self.deeds, name)()

    @invariant()
    def same(self):
        """The database says what the model says; nothing overlaps; each step has its audit row."""
        if not hasattr(self, "deeds"):
            return
        plain, stage = self.deeds.plain, self.stage
        assert db.session.execute(OVERLAPS).scalar_one() == 0
        assert stage.bookings() == {
            id_: (each.who, each.state, each.starts, each.ends, each.total, each.answer_by)
            for id_, each in plain.slots.items()}
        assert stage.occupied(plain.now) == plain.occupied()
        assert stage.proposals() == {
            id_: (each.booking, each.by, each.starts, each.ends, each.answer_by, each.state)
            for id_, each in plain.proposals.items()}
        assert stage.entries(plain.now) == {
            id_: (each.who, plain.state_of(each)) for id_, each in plain.entries.items()}
        assert plain.jumped() == []
        assert stage.news() == sorted(plain.log)
        plain.log.clear()
        db.session.rollback()

    def teardown(self):
        """At the end nothing overlaps and every count that must be zero is."""
        if hasattr(self, "deeds"):
            report = verify.run()
            assert report.clean, report.lines
            Histories.lived += 1


def test_random_histories_agree_with_the_model(market, clock, inside, monkeypatch):
    """Holds, requests, bargains, lines, series, steps, breakdowns end as the model says."""
    monkeypatch.setattr(outbox, "_handlers", {   # the news of it all have tests of their own
        waitlist.TOPIC: waitlist.carry_out_freed})
    Histories.stage, Histories.clock, Histories.lived = Stage(market), clock, 0
    Histories.walked.clear()

    run_state_machine_as_test(Histories, settings=settings(
        max_examples=HISTORIES, stateful_step_count=STEPS_EACH, deadline=None,
        suppress_health_check=list(HealthCheck), derandomize=not LONG,
        phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,)))

    assert Histories.lived >= HISTORIES
    missed = WALKED - {each for each, times in Histories.walked.items() if times}
    assert len(missed) <= (0 if LONG else len(WALKED) // 3), sorted(missed)
