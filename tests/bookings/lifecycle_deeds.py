"""What the people of a random history do: each deed on the product and on the model alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from marketplace.bookings import answers, moves, proposals, series, services, steps, waitlist
from marketplace.bookings.proposal_models import Proposal
from marketplace.bookings.steps_api import STEPS
from marketplace.bookings.tasks import answer_overdue, close_waitlist, proposals_overdue
from marketplace.bookings.waitlist_models import WaitlistEntry
from marketplace.capacity import unavailability
from marketplace.capacity.tasks import expire_holds
from marketplace.catalogue.services import Wish, quote
from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.money import Money
from marketplace.core.timewindow import TimeWindow
from tests.bookings import lifecycle_lines as lines
from tests.bookings import lifecycle_model as model
from tests.bookings.lifecycle_bargains import Offered
from tests.bookings.lifecycle_stage import Stage, outcome
from tests.clocks import START, TestClock, shanghai

# deed: how often it is thought of, and what there must be for it
DEEDS = {
    "go_on": (5, "slots"), "hold": (3, ""), "use_hold": (3, "holds"), "ask": (3, ""),
    "act": (2, "slots"), "hand_over": (1, "slots"), "move": (1, "slots"),
    "propose": (4, "slots"), "answer": (5, "proposals"), "join": (3, ""),
    "stop_waiting": (1, "entries"), "repeat": (2, ""), "refill": (2, "series"),
    "cancel_series": (1, "series"), "wait": (1, ""), "wait_for": (3, ""), "timers": (3, ""),
    "break_down": (1, ""), "repair": (1, "facts")}
MOSTLY = (True, True, True, False)
TOTALS = (None, None, -1, 0, 6000, 12000, 24000, 36000)
BODY = {each: {"reason": "because"} for each in ("abort", "dispute", "resolve")}
VERBS = {"accept": answers.accept, "decline": answers.decline, "withdraw": answers.withdraw}
RRULES = {"DAILY": timedelta(days=1), "HOURLY": timedelta(hours=1)}
GIVES_UP = ("cancel", "decline")   # histories go on without these


class Deeds:
    """One history; `draw` chooses among things, `walked` counts what came of what was done."""

    def __init__(self, stage: Stage, clock: TestClock, approval: bool,
                 walked: Counter[str]) -> None:
        self.stage, self.clock, self.walked = stage, clock, walked
        self.draw: Callable[[Sequence[Any]], Any]
        clock.to(START)
        stage.reset(approval)
        self.plain = lines.Lines(START, approval)

    def possible(self) -> list[str]:
        """Deeds that there is something for, as often as they are to be thought of."""
        return [name for name, (weight, needs) in DEEDS.items()
                if not needs or getattr(self.plain, needs) for _ in range(weight)]

    def agree(self, name: str, expected: str | set[str], deed: Callable[[], Any]) -> Any:
        """What came of a deed is what the model says; what was made."""
        found, made = outcome(deed)
        assert found in ({expected} if isinstance(expected, str) else expected), (
            f"{name}: {found}, not {expected}")
        self.walked[f"{name}: {found}"] += 1
        return made

    def wish(self, starts, ends):
        """Work by the hour on the machine."""
        return Wish(self.stage.listing.id, starts, ends, mode="time_slice")

    def slot(self):
        """A slot of today or tomorrow that ends before closing, wherever the clock is."""
        day = (self.plain.now - START).days + self.draw((1, 0, 1))
        hour = self.draw(range(model.OPENS, model.CLOSES))
        last = min(hour + self.draw((1, 2, 3)), model.CLOSES)
        return shanghai(day, hour), shanghai(day, last)

    def taken_slot(self):
        """A slot, mostly one that is taken and to come."""
        taken = sorted({(starts, ends) for _, _, starts, ends in self.plain.occupied()
                        if starts >= self.plain.now and ends == ends.replace(minute=0)})
        return self.draw(taken) if taken and self.draw(MOSTLY) else self.slot()

    def pick(self, known, sides, fit):
        """One of what there is and somebody; three times of four a pair that fits, if any does."""
        pairs = [(id_, who) for id_ in sorted(known) for who in sides]
        good = [pair for pair in pairs if fit(*pair)]
        return self.draw(good if good and self.draw(MOSTLY) else pairs)

    def fits(self, action):
        """Whether nothing is against a step of somebody on a booking."""
        return lambda id_, who: not self.plain.against(self.plain.slots[id_], action, who)

    def booking_for(self, action):
        """A booking, and who makes this step on it."""
        return self.pick(self.plain.slots, model.SIDES, self.fits(action))

    def ask(self):
        """Book at once, or ask for it."""
        (starts, ends), who = self.slot(), self.draw(model.MEMBERS)
        made = self.agree("ask", self.plain.ask(who, starts, ends), lambda: services.book_wish(
            self.stage.actors[who], self.wish(starts, ends)))
        if made is not None:
            self.plain.add(made.id, who, starts, ends)

    def hold(self):
        """Hold a slot; a former hold of the same person goes, if the new one succeeds."""
        (starts, ends), who = self.slot(), self.draw(model.MEMBERS)
        actor = self.stage.actors[who]
        made = self.agree("hold", self.plain.hold(who, starts, ends), lambda: services.hold(
            actor, quote(actor, self.wish(starts, ends))[0].id))
        if made is not None:
            self.plain.held(made.id, who, starts, ends)

    def use_hold(self):
        """Book what is held or was offered, or give it back; one that is over does neither."""
        live = dict(self.plain.live_holds())
        hold_id, who = self.pick(self.plain.holds, model.MEMBERS, lambda id_, who: (
            id_ in live and model.FIRM[who] == model.FIRM[live[id_].who]))
        held, actor = self.plain.holds[hold_id], self.stage.actors[who]
        if not self.draw(MOSTLY):
            self.agree("release", self.plain.release_hold(hold_id, who),
                       lambda: services.release_hold(actor, hold_id))
            return
        made = self.agree("book_hold", self.plain.book_hold(hold_id, who),
                          lambda: services.book_hold(actor, hold_id))
        if made is not None:
            self.plain.add(made.id, who, held.starts, held.ends)

    def act(self):
        """Any step of any side on any booking: what the table has happens, all else is refused."""
        self.step(self.draw(model.ACTIONS))

    def go_on(self):
        """A step that nothing is against: so histories get to their ends."""
        allowed = [action for action in model.ACTIONS if action not in GIVES_UP and any(
            self.fits(action)(id_, who) for id_ in self.plain.slots for who in model.SIDES)]
        if allowed:
            self.step(self.draw(allowed))
        else:
            self.wait_for()

    def step(self, action):
        """One step that asks for nothing but a reason."""
        booking_id, who = self.booking_for(action)
        self.agree(action, self.plain.act(booking_id, action, who), lambda: STEPS[action][1](
            self.stage.actors[who], booking_id, **BODY.get(action, {})))

    def hand_over(self):
        """A firm gives a booking to a colleague who may book."""
        booking_id, who = self.booking_for("hand_over")
        to = self.draw((*model.MEMBERS, "viewer"))
        self.agree("hand_over", self.plain.hand_over(booking_id, who, to),
                   lambda: steps.hand_over(self.stage.actors[who], booking_id,
                                           self.stage.actors[to].member_id))

    def move(self):
        """The firm moves a booking to another slot of the machine, or is told why not."""
        booking_id, who = self.booking_for("move")
        starts, ends = self.slot()
        self.agree("move", self.plain.move(booking_id, who, starts, ends), lambda: moves.move(
            self.stage.actors[who], booking_id, moves.Target(start=starts, end=ends)))

    def propose(self):
        """One side offers another time, another price or both; nothing happens yet."""
        both = ("counter", "propose_move")
        likely = [each for each in both if any(self.fits(each)(id_, "seller")
                                               for id_ in self.plain.slots)]
        action = self.draw(likely or both)
        booking_id, who = self.booking_for(action)
        starts, ends = self.slot() if self.draw(MOSTLY) else (None, None)
        ends, total = self.draw((ends, None)), self.draw(TOTALS)
        expected, bargain = self.plain.propose(booking_id, who, action,
                                               Offered(starts, ends, total))
        self.agree(action, expected, lambda: getattr(proposals, action)(
            self.stage.actors[who], booking_id, proposals.Offered(
                starts, ends, None if total is None else Money(total))))
        if bargain is not None:
            newest = db.session.scalar(select(func.max(Proposal.id)))
            self.plain.proposed(newest, bargain, action)

    def answer(self):
        """A proposal is accepted, declined or taken back, by whoever may."""
        verb = self.draw(("accept", "accept", "decline", "withdraw"))
        number, who = self.pick(self.plain.proposals, model.SIDES, lambda id_, who: (
            not self.plain.unanswerable(id_, who, verb)))
        self.agree(f"{verb} proposal", self.plain.answer(number, who, verb),
                   lambda: VERBS[verb](self.stage.actors[who], number))

    def join(self):
        """Wait for a slot, mostly one that is taken."""
        (starts, ends), who = self.taken_slot(), self.draw(model.MEMBERS)
        made = self.agree("join", self.plain.join(who, starts, ends), lambda: waitlist.join(
            self.stage.actors[who], self.wish(starts, ends)))
        if made is not None:
            self.plain.joined(made.id, who, starts, ends)

    def stop_waiting(self):
        """Leave the line, or give an offer back."""
        entry_id, who = self.pick(self.plain.entries, model.MEMBERS, lambda id_, who: (
            "left" in self.plain.stop_waiting(id_, who)))
        made = self.agree("leave", self.plain.stop_waiting(entry_id, who),
                          lambda: waitlist.leave(self.stage.actors[who], entry_id))
        if made is not None:
            self.plain.left(entry_id)

    def repeat(self):
        """Book every free time of a series, or all or none; the rest is skipped, with why."""
        (starts, ends), who = self.slot(), self.draw(model.MEMBERS)
        every, count = self.draw(sorted(RRULES)), self.draw((2, 3, 4))
        all_or_none = not self.draw(MOSTLY)
        times = [(starts + k * RRULES[every], ends + k * RRULES[every]) for k in range(count)]
        reasons = self.plain.judge(who, times)
        none = all(reasons) or (all_or_none and any(reasons))
        made = self.agree("series", "none free" if none else "active", lambda: series.create(
            self.stage.actors[who], series.Plan(
                self.wish(starts, ends), f"FREQ={every};COUNT={count}",
                all_or_none=all_or_none)))
        if made is None:
            return
        found = [lines.Item(*row) for row in self.stage.items(made.id)]
        assert [(each.starts, each.ends, each.reason) for each in found] == [
            (*time, reason) for time, reason in zip(times, reasons, strict=True)]
        self.walked["series: skipped"] += any(reasons)
        self.plain.repeated(made.id, who, found)

    def refill(self):
        """Try the skipped times of a series anew."""
        number, who = self.pick(self.plain.series, model.MEMBERS, lambda id_, who: (
            not self.plain.of_series(id_, who) and self.plain.fillable(id_)))
        against, tried = self.plain.of_series(number, who), self.plain.to_refill(number)
        reasons = self.plain.reasons(who, tried)
        made = self.agree("refill", against or "active",
                          lambda: series.refill(self.stage.actors[who], number))
        if made is None:
            return
        after = {starts: (booking, reason)
                 for starts, _, booking, reason in self.stage.items(number)}
        for each, reason in zip(tried, reasons, strict=True):
            each.booking, each.reason = after[each.starts]
            assert each.reason == reason
        assert self.stage.items(number) == [
            (each.starts, each.ends, each.booking, each.reason)
            for each in self.plain.series[number].items]
        self.walked["refill: filled"] += any(each.booking for each in tried)
        self.plain.refilled(number, who, tried)

    def cancel_series(self):
        """Give up all that is to come of a series."""
        number, who = self.pick(self.plain.series, model.MEMBERS, lambda id_, who: (
            not self.plain.of_series(id_, who)))
        made = self.agree("cancel series", self.plain.of_series(number, who) or "cancelled",
                          lambda: series.cancel(self.stage.actors[who], number))
        if made is not None:
            self.plain.cancel_series(number)

    def wait(self):
        """Time passes."""
        self.plain.now = self.clock.move(minutes=self.draw((5, 15, 30, 60, 120, 600)))

    def wait_for(self):
        """Time passes up to when something begins, ends or runs out."""
        coming = sorted(each for each in self.plain.moments() if each > self.plain.now)
        if coming:
            self.plain.now = self.clock.to(self.draw(coming[:2]))

    def timers(self):
        """The timers let pass what is overdue; the worker offers what got free, in order."""
        before = Counter(each.state for each in self.plain.proposals.values())
        answer_overdue()
        self.plain.lapse()
        proposals_overdue()
        self.plain.expire_proposals()
        expire_holds()
        close_waitlist()
        while outbox.carry_out():
            pass
        holds = {id_: hold for id_, hold in db.session.execute(
            select(WaitlistEntry.id, WaitlistEntry.hold_id))}
        for entry_id in self.plain.offer():
            assert holds[entry_id] is not None, "nobody offered what got free"
            self.plain.offered(entry_id, holds[entry_id])
            self.walked["timers: offered"] += 1
        after = Counter(each.state for each in self.plain.proposals.values())
        self.walked["timers: proposal expired"] += after["expired"] - before["expired"]

    def break_down(self):
        """A breakdown is never refused, whatever it hits."""
        starts, ends = self.taken_slot()
        fact = unavailability.report_unavailability(
            self.stage.actors["seller"], self.stage.resource.id, TimeWindow(starts, ends),
            "breakdown")
        self.plain.facts[fact.row.id] = (starts, ends)
        self.plain.log.append(("unavailability.report", fact.row.id))

    def repair(self):
        """The machine works again, or the breakdown does not come."""
        number = self.draw(sorted(self.plain.facts))
        expected = self.plain.repair(number)
        found, _ = outcome(lambda: unavailability.end_unavailability(
            self.stage.actors["seller"], number))
        assert (found == "over") == (expected == "over")
        self.walked[f"repair: {expected}"] += 1
        if expected != "over":
            self.plain.log.append(("unavailability.end", number))
