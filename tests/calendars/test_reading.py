"""Foreign calendars: which of their events keep a machine from working, and when."""

from __future__ import annotations

import pytest

from marketplace.core.timewindow import TimeWindow
from tests.calendars.files import at, event, file_of, read, windows


def window(start: str, end: str) -> TimeWindow:
    """A window of moments in Shandong."""
    return TimeWindow(at(start + "+08:00"), at(end + "+08:00"))


ONE = window("2026-03-03T10:00", "2026-03-03T12:00")
DAY = window("2026-03-03T00:00", "2026-03-04T00:00")
BERLIN = ("BEGIN:VTIMEZONE", "TZID:Werk Nord", "BEGIN:DAYLIGHT", "DTSTART:19700329T020000",
          "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
          "END:DAYLIGHT", "BEGIN:STANDARD", "DTSTART:19701025T030000", "TZOFFSETFROM:+0200",
          "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
          "END:VTIMEZONE")


@pytest.mark.parametrize(("lines", "busy"), [
    (("DTSTART:20260303T020000Z", "DTEND:20260303T040000Z"), ONE),
    (("DTSTART:20260303T100000", "DTEND:20260303T120000"), ONE),
    (("DTSTART;TZID=Asia/Shanghai:20260303T100000", "DURATION:PT2H"), ONE),
    (("DTSTART;TZID=China Standard Time:20260303T100000", "DURATION:PT2H"), ONE),
    (("DTSTART;TZID=Werk Nord:20260303T030000", "DURATION:PT2H"), ONE),
    (("DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260304"), DAY),
    (("DTSTART;VALUE=DATE:20260303",), DAY)])
def test_each_way_of_saying_when_is_understood(lines, busy):
    """UTC, floating, named, Windows and own zones, lengths, whole days: the same moments."""
    assert windows(file_of(event(*lines), head=BERLIN)) == [busy]


def test_days_and_floating_times_are_those_of_the_site():
    """A machine abroad: a day there begins at its own midnight, also when clocks change."""
    data = file_of(event("DTSTART;VALUE=DATE:20260329"),
                   event("DTSTART:20260330T080000", "DURATION:PT1H"))

    first, second = windows(data, "Europe/Berlin")

    assert (first.minutes, first.start) == (23 * 60, at("2026-03-28T23:00+00:00"))
    assert second.start == at("2026-03-30T06:00+00:00")


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"])
def test_what_keeps_nobody_is_left_out(line):
    """Free time and what was cancelled block nothing, whatever else they say."""
    data = file_of(event("DTSTART:20260303T020000Z", "DTEND:20260303T040000Z", line),
                   event("DTSTART:20260303T020000Z", "DTEND:20260303T010000Z", line))

    assert windows(data) == []


def test_a_repeating_event_is_every_one_of_its_occurrences():
    """Rule, count, exception, extra day, moved and cancelled single days."""
    uid = "series"
    data = file_of(
        event("DTSTART;TZID=Asia/Shanghai:20260303T100000", "DURATION:PT2H",
              "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Asia/Shanghai:20260310T100000",
              "RDATE;TZID=Asia/Shanghai:20260305T100000", uid=uid),
        event("RECURRENCE-ID;TZID=Asia/Shanghai:20260317T100000",
              "DTSTART;TZID=Asia/Shanghai:20260318T140000", "DURATION:PT1H", uid=uid),
        event("RECURRENCE-ID;TZID=Asia/Shanghai:20260324T100000", "STATUS:CANCELLED",
              "DTSTART;TZID=Asia/Shanghai:20260324T100000", "DURATION:PT2H", uid=uid))

    assert windows(data) == [
        ONE, window("2026-03-05T10:00", "2026-03-05T12:00"),
        window("2026-03-18T14:00", "2026-03-18T15:00"),
        window("2026-03-31T10:00", "2026-03-31T12:00")]


@pytest.mark.parametrize(("rule", "days"), [
    ("FREQ=DAILY;COUNT=3", 3), ("FREQ=DAILY;UNTIL=20260305T020000Z", 3),
    ("FREQ=DAILY;UNTIL=20260305", 3), ("FREQ=DAILY", 399),
    ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", 4), ("FREQ=DAILY;COUNT=1;INTERVAL=3", 1)])
@pytest.mark.parametrize("start", ["DTSTART:20260303T020000Z", "DTSTART:20260303T100000",
                                   "DTSTART;TZID=Asia/Shanghai:20260303T100000"])
def test_rules_end_where_they_say(start, rule, days):
    """Counts and ends mean the same in every zone; without an end we look 400 days ahead."""
    found = windows(file_of(event(start, "DURATION:PT2H", "RRULE:" + rule)))

    assert len(found) == days
    assert found[0] == ONE


def test_a_meeting_abroad_keeps_its_wall_clock():
    """A weekly event of a zone that changes its clocks moves by an hour for us."""
    data = file_of(event("DTSTART;TZID=Europe/Berlin:20260325T090000", "DURATION:PT1H",
                         "RRULE:FREQ=WEEKLY;COUNT=2"))

    assert [each.start for each in windows(data)] == [
        at("2026-03-25T08:00+00:00"), at("2026-04-01T07:00+00:00")]


def test_only_what_lies_ahead_is_taken():
    """An event of last year blocks nothing; one that began long ago and runs still does."""
    data = file_of(event("DTSTART:20250303T020000Z", "DTEND:20250303T040000Z"),
                   event("DTSTART:20250101T000000Z", "DTEND:20261231T000000Z"),
                   event("DTSTART:20290101T000000Z", "DTEND:20290102T000000Z"))

    assert windows(data) == [TimeWindow(at("2025-01-01T00:00+00:00"),
                                        at("2026-12-31T00:00+00:00"))]


def test_our_own_bookings_are_left_out():
    """Our names come back through another calendar and block nothing; those of others do."""
    times = ("DTSTART:20260303T020000Z", "DTEND:20260303T040000Z")
    found = read(file_of(event(*times, uid="booking-7@127.0.0.1"),
                         event(*times, uid="booking-7@elsewhere.example")))

    assert [each.uid for each in found.busy] == ["booking-7@elsewhere.example"]
    assert found.ours == 1


def test_titles_places_and_people_are_not_kept():
    """What is stored of somebody's calendar is times only, and says the same when read again."""
    data = file_of(event("SUMMARY:体检", "LOCATION:医院", "ATTENDEE:mailto:wang@example.com",
                         "DTSTART:20260303T020000Z", "DTEND:20260303T040000Z",
                         "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "END:VALARM"),
                   head=BERLIN)

    kept = read(data)
    again = read(kept.text.encode())

    assert not any(word in kept.text for word in ("体检", "医院", "wang", "VALARM"))
    assert (again.busy, again.text) == (kept.busy, kept.text)
    assert len(kept.busy) == 1


def test_an_event_without_a_name_gets_a_lasting_one():
    """The same nameless event has the same name at the next reading."""
    data = file_of([each for each in event("DTSTART:20260303T020000Z", "DURATION:PT1H")
                    if not each.startswith("UID")])

    assert read(data).busy == read(data).busy
    assert len(read(data).busy) == 1
