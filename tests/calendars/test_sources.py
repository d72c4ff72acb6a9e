"""Foreign calendars of a machine: taken, read again, given up; bad ones change nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace import verify
from marketplace.bookings import services as bookings
from marketplace.calendars import queries as calendars
from marketplace.calendars import sources, tasks
from marketplace.calendars.errors import CalendarRefused
from marketplace.calendars.models import CalendarSource
from marketplace.capacity import queries
from marketplace.capacity.errors import SlotTaken
from marketplace.capacity.models import Unavailability
from marketplace.catalogue.services import Wish
from marketplace.core.db import db
from marketplace.core.timewindow import TimeWindow
from tests.calendars.files import event, file_of
from tests.clocks import shanghai
from tests.factories.market import create_claim
from tests.factories.resources import create_resource

NIGHT = ("DTSTART;TZID=Asia/Shanghai:20260303T100000", "DURATION:PT2H")


def facts(resource_id: int) -> list[tuple[datetime, datetime]]:
    """What keeps a machine from working, by start."""
    rows = db.session.execute(
        select(Unavailability.starts, Unavailability.ends)
        .where(Unavailability.resource_id == resource_id).order_by(Unavailability.starts))
    return [(start, end) for start, end in rows]


def upload(market: Any, *events: list[str]) -> tuple[CalendarSource, Any]:
    """A calendar of the market's machine."""
    return sources.upload(market.seller.actor, market.resource.id, "ERP", file_of(*events))


def test_busy_time_is_not_for_sale(inside, market):
    """An event takes the machine off the market; free time and take() both know."""
    row, settled = upload(market, event(*NIGHT, "SUMMARY:保养"))

    day = TimeWindow(shanghai(1, 8), shanghai(1, 20))
    assert queries.books([market.resource.id], day)[0].free == [
        TimeWindow(shanghai(1, 8), shanghai(1, 10)), TimeWindow(shanghai(1, 12), shanghai(1, 20))]
    with pytest.raises(SlotTaken):
        create_claim(market.resource, shanghai(1, 11))
    assert (settled.added, row.busy, list(settled.hits)) == (1, 1, [])
    fact = db.session.scalars(select(Unavailability)).one()
    assert (fact.reason, fact.source_id) == ("calendar", row.id)
    assert verify.run().clean


def test_a_calendar_is_never_refused_for_what_is_booked(inside, market):
    """An event over a booking is taken and says which booking it hits."""
    booking = bookings.book_wish(market.buyer.actor, Wish(
        market.listing.id, market.start, market.end, mode="time_slice"))

    _, settled = upload(market, event(*NIGHT))

    assert [(claim.holder_kind, claim.holder_id) for claim in settled.hits] == [
        ("booking", booking.id)]
    assert verify.run().clean


def test_a_newer_file_changes_only_what_differs(inside, market):
    """Kept, longer, moved, new and gone events; a repeat does nothing."""
    day = "DTSTART;TZID=Asia/Shanghai:202603{}T100000".format
    keep, grow, move, gone, new = (
        event(day(day_), f"DURATION:PT{hours}H", uid=name)
        for name, day_, hours in (("keep", "03", 2), ("grow", "04", 1), ("move", "05", 1),
                                  ("gone", "06", 1), ("new", "07", 1)))
    row, _ = upload(market, keep, grow, move, gone)
    kept = db.session.scalars(select(Unavailability.id).where(
        Unavailability.source_uid == "keep")).one()
    later = file_of(keep, event(day("04"), "DURATION:PT3H", uid="grow"),
                    event(day("05").replace("T10", "T14"), "DURATION:PT1H", uid="move"), new)

    _, settled = sources.replace(market.seller.actor, row.id, later)
    _, again = sources.replace(market.seller.actor, row.id, later)

    assert (settled.added, settled.changed, settled.removed) == (2, 1, 2)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert facts(market.resource.id) == [
        (shanghai(1, 10), shanghai(1, 12)), (shanghai(2, 10), shanghai(2, 13)),
        (shanghai(3, 14), shanghai(3, 15)), (shanghai(5, 10), shanghai(5, 11))]
    assert db.session.scalars(select(Unavailability.id).where(
        Unavailability.source_uid == "keep")).one() == kept
    assert create_claim(market.resource, shanghai(4, 10))
    assert verify.run().clean


def test_what_has_been_stays(inside, market, clock):
    """An event that runs and is then taken back ends now; one that is over stays as it was."""
    over = event("DTSTART;TZID=Asia/Shanghai:20260302T083000", "DURATION:PT30M", uid="over")
    runs = event("DTSTART;TZID=Asia/Shanghai:20260302T093000", "DURATION:PT4H", uid="runs")
    row, _ = upload(market, over, runs)
    clock.to(shanghai(0, 11))

    sources.replace(market.seller.actor, row.id, file_of())

    assert facts(market.resource.id) == [(shanghai(0, 8, 30), shanghai(0, 9)),
                                         (shanghai(0, 9, 30), shanghai(0, 11))]


def test_giving_a_calendar_up_frees_its_time(inside, market):
    """What it blocked can be booked at once; another calendar's events stay."""
    row, _ = upload(market, event(*NIGHT))
    upload(market, event("DTSTART;TZID=Asia/Shanghai:20260304T100000", "DURATION:PT2H"))

    sources.remove(market.seller.actor, row.id)

    assert facts(market.resource.id) == [(shanghai(2, 10), shanghai(2, 12))]
    assert create_claim(market.resource, shanghai(1, 10))
    assert verify.run().clean


@pytest.mark.parametrize("broken", [
    b"", b"x" * 2 * 2**20, file_of(event("DTSTART:20260303T040000Z", "DTEND:20260303T020000Z")),
    file_of(event(*NIGHT), event("SUMMARY:x")), file_of(event(*NIGHT, "RRULE:FREQ=SECONDLY"))])
def test_a_bad_file_leaves_everything_as_it_was(inside, market, broken):
    """Nothing half-done: neither a first file nor a newer one that is refused changes a thing."""
    row, _ = upload(market, event(*NIGHT))
    before = facts(market.resource.id)

    with pytest.raises(CalendarRefused):
        sources.replace(market.seller.actor, row.id, broken)
    with pytest.raises(CalendarRefused):
        sources.upload(market.seller.actor, market.resource.id, "second", broken)

    assert facts(market.resource.id) == before
    assert len(calendars.sources_of(market.seller.actor, market.resource.id)) == 1


def test_our_own_feed_coming_back_blocks_nothing(api, client, market):
    """A feed of ours taken in by another machine: every event is known as ours."""
    for day in (1, 2, 3):
        api.post("/bookings", market.wish(start=shanghai(day, 10), end=shanghai(day, 12)))
    seller = api.as_(market.seller.token)
    url = seller.post("/calendar-feeds", {"scope": "company"}).json["url"]
    text = client.get(url.removeprefix("http://127.0.0.1:8000")).data.decode()
    other = create_resource(market.seller.company)

    taken = seller.post(f"/resources/{other.id}/calendars", {"name": "loop", "ics": text})

    assert (taken.status_code, taken.json["busy"], taken.json["ours"]) == (201, 0, 3)
    assert seller.get(f"/resources/{other.id}/unavailability").json == {"items": []}




class Remote:
    """A server whose calendar a test changes."""

    def __init__(self) -> None:
        self.data, self.status, self.asked = file_of(event(*NIGHT)), 200, 0

    def __call__(self, request: Any) -> None:
        """One request."""
        self.asked += 1
        tag = f'"{hash(self.data)}"'
        known = request.headers.get("If-None-Match") == tag and self.status == 200
        request.send_response(304 if known else self.status)
        request.send_header("ETag", tag)
        request.end_headers()
        if not known:
            request.wfile.write(self.data)


def test_an_address_is_read_again_every_quarter_of_an_hour(inside, market, serve, clock):
    """The task reads what is due and takes the differences; what is not due it leaves alone."""
    remote = Remote()
    sources.subscribe(market.seller.actor, market.resource.id, "ERP", serve(remote) + "/a.ics")
    remote.data = file_of(event("DTSTART;TZID=Asia/Shanghai:20260305T100000", "DURATION:PT1H"))

    assert tasks.refetch() == 0
    clock.move(minutes=15)
    assert tasks.refetch() == 1
    assert facts(market.resource.id) == [(shanghai(3, 10), shanghai(3, 11))]
    assert remote.asked == 2


def test_a_server_that_fails_frees_nothing_and_is_asked_more_rarely(inside, market, serve,
                                                                    clock):
    """What it blocks stays, why is kept, and the pause doubles until it answers again."""
    remote = Remote()
    row, _ = sources.subscribe(market.seller.actor, market.resource.id, "ERP", serve(remote))
    remote.status, pauses = 500, []
    for _ in range(4):
        clock.to(row.next_at)
        assert tasks.refetch() == 0
        db.session.refresh(row)
        pauses.append(row.next_at - clock.now)

    assert pauses == [timedelta(minutes=each) for each in (15, 30, 60, 120)]
    assert (row.state, row.error) == ("failed", {"code": "calendar_status",
                                                 "params": {"status": 500}})
    assert facts(market.resource.id) == [(shanghai(1, 10), shanghai(1, 12))]
    remote.status = 200
    clock.to(row.next_at)
    assert tasks.refetch() == 1
    db.session.refresh(row)
    assert (row.state, row.error, row.failures) == ("read", None, 0)


def test_one_bad_calendar_does_not_stop_the_others(inside, market, serve, clock):
    """Each is read in a transaction of its own."""
    bad, good = Remote(), Remote()
    for name, remote in (("bad", bad), ("good", good)):
        sources.subscribe(market.seller.actor, market.resource.id, name, serve(remote))
    bad.data = b"<html>"
    good.data = file_of()
    clock.move(minutes=20)

    assert tasks.refetch() == 1
    states = db.session.execute(select(CalendarSource.name, CalendarSource.state)).all()
    assert {name: state for name, state in states} == {"bad": "failed", "good": "read"}


def test_a_calendar_we_stumble_over_is_put_off(inside, market, serve, clock, monkeypatch):
    """A fault of ours with one address is asked more rarely, and the next one is read."""
    for name in ("bad", "good"):
        sources.subscribe(market.seller.actor, market.resource.id, name, serve(Remote()))
    clock.move(minutes=20)
    bad = db.session.scalars(select(CalendarSource.url).where(CalendarSource.name == "bad")).one()
    looked, tries = sources.look, []

    def stumble(at):
        tries.append(at.url)
        if at.url == bad:
            raise RuntimeError("nobody thought of that")
        return looked(at)

    monkeypatch.setattr(sources, "look", stumble)

    assert (tasks.refetch(), tasks.refetch(), len(tries)) == (1, 0, 2)


def test_a_slow_server_holds_up_no_other(inside, market, serve, clock, monkeypatch):
    """One answers only after all others were written down: it has a thread of its own."""
    written, waited = threading.Event(), []

    class Slow(Remote):
        """Waits, once it is asked again, until the others are through."""

        def __call__(self, request: Any) -> None:
            """One request."""
            if self.asked:
                waited.append(written.wait(8))
            super().__call__(request)

    for name, remote in (("slow", Slow()), ("one", Remote()), ("two", Remote())):
        sources.subscribe(market.seller.actor, market.resource.id, name, serve(remote))
    clock.move(minutes=20)
    kept, order = sources.take, []

    def take(actor, source_id, taken):
        found = kept(actor, source_id, taken)
        order.append(found[0].name)
        if len(order) == 2:
            written.set()
        return found

    monkeypatch.setattr(sources, "take", take)

    assert tasks.refetch() == 3
    assert (sorted(order[:2]), order[2], waited) == (["one", "two"], "slow", [True])


def test_what_a_run_has_no_time_for_is_the_first_of_the_next(inside, market, serve, clock,
                                                              monkeypatch):
    """A run begins no more once its time is up; the longest due come first."""
    for name in ("first", "second", "third"):
        sources.subscribe(market.seller.actor, market.resource.id, name, serve(Remote()))
        clock.move(minutes=1)
    clock.move(minutes=20)
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    monkeypatch.setattr(tasks, "LONGEST", 0.0)

    read = []
    for _ in range(3):
        assert tasks.refetch() == 1
        read.append(db.session.scalars(select(CalendarSource.name).order_by(
            CalendarSource.next_at.desc(), CalendarSource.id.desc())).first())
        clock.move(minutes=1)

    assert read == ["first", "second", "third"]


def test_days_move_on_for_what_does_not_change(inside, market, serve, clock):
    """A daily event of an unchanged calendar reaches 400 days ahead also a month later."""
    remote = Remote()
    remote.data = file_of(event(*NIGHT, "RRULE:FREQ=DAILY"))
    other = create_resource(market.seller.company)
    sources.subscribe(market.seller.actor, market.resource.id, "ERP", serve(remote))
    sources.upload(market.seller.actor, other.id, "file", remote.data)
    before = [facts(each)[-1][1] for each in (market.resource.id, other.id)]
    clock.move(days=30)

    assert tasks.refetch() == 2
    after = [facts(each)[-1][1] for each in (market.resource.id, other.id)]
    assert [later - earlier for later, earlier in zip(after, before, strict=True)] == [
        timedelta(days=30)] * 2


def test_strangers_and_owners_learn_or_change_nothing(api, market):
    """Only who runs a machine adds, reads and removes its calendars; for others they are not."""
    seller, stranger = api.as_(market.seller.token), api.as_(market.stranger.token)
    path = f"/resources/{market.resource.id}/calendars"
    made = seller.post(path, {"name": "ERP", "ics": file_of().decode()}).json["id"]

    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {"name": "x", "ics": file_of().decode()}).status_code == 404
    assert stranger.call("DELETE", f"/calendars/{made}").status_code == 404
    assert stranger.post(f"/calendars/{made}/read").status_code == 404
    assert seller.post(f"/calendars/{made}/read").status_code == 409
    assert seller.call("DELETE", f"/calendars/{made}").status_code == 204


@pytest.mark.parametrize(("lang", "words"), [("zh", "第 9 行，日程“夜班”：没有开始时间"),
                                             ("en", "Line 9, event “夜班”: it has no start")])
def test_a_refusal_speaks_the_readers_language(api, market, lang, words):
    """The line, the event and the reason stand in the problem's field message."""
    data = file_of(event(*NIGHT), event("SUMMARY:夜班")).decode()
    answer = api.client.post(
        f"/api/v1/resources/{market.resource.id}/calendars?lang={lang}",
        json={"name": "ERP", "ics": data},
        headers={"Authorization": f"Bearer {market.seller.token}"})

    assert (answer.status_code, answer.json["code"]) == (422, "calendar_refused")
    assert answer.json["errors"][0]["message"].startswith(words)


def test_what_another_calendar_exports_is_busy_when_it_says(inside, market):
    """A foreign export goes in and the machine is unavailable in exactly its moments."""
    data = file_of(event("DTSTART;TZID=Europe/Berlin:20260325T090000", "DURATION:PT90M",
                         "RRULE:FREQ=WEEKLY;COUNT=3"), event("DTSTART;VALUE=DATE:20260310"))

    sources.upload(market.seller.actor, market.resource.id, "out", data)

    assert facts(market.resource.id) == [
        (shanghai(8, 0), shanghai(9, 0)),
        (datetime(2026, 3, 25, 8, tzinfo=UTC), datetime(2026, 3, 25, 9, 30, tzinfo=UTC)),
        (datetime(2026, 4, 1, 7, tzinfo=UTC), datetime(2026, 4, 1, 8, 30, tzinfo=UTC)),
        (datetime(2026, 4, 8, 7, tzinfo=UTC), datetime(2026, 4, 8, 8, 30, tzinfo=UTC))]
