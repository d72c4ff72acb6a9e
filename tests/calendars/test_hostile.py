"""Files that mean no good: each is refused by its line or event, and changes nothing."""

from __future__ import annotations

import pytest

from marketplace.calendars import apart
from marketplace.calendars.busy import Asked
from marketplace.calendars.errors import CalendarRefused
from tests.calendars.files import HOST, SPAN, event, file_of, read

TIMES = ("DTSTART:20260303T020000Z", "DTEND:20260303T040000Z")


def refusal(data: bytes) -> tuple[str, dict[str, object]]:
    """The reason of a refusal and its place."""
    with pytest.raises(CalendarRefused) as caught:
        read(data)
    wrong = caught.value.wrong
    return wrong.code.removeprefix("calendar_"), wrong.params


def ruled(rule: str, start: str = "DTSTART:20260303T020000Z") -> bytes:
    """A calendar with one repeating event, whose rule stands in line 8."""
    return file_of(event(start, "DURATION:PT1H", "RRULE:" + rule))


@pytest.mark.parametrize(("data", "reason", "line"), [
    (b"", "no_calendar", 1),
    (b"<html>no</html>", "no_line", 1),
    (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "no_calendar", 1),
    (b"X-A:1\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no_calendar", 1),
    (file_of() + b"X-A:1\r\n", "no_calendar", 5),
    (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "cut_off", 2),
    (file_of(event(*TIMES)).replace(b"VERSION", b"VER\x00SION"), "nul", 2),
    (file_of(event("SUMMARY:x", *TIMES)).replace(b":x", b":\xff\xfe"), "not_utf8", 6),
    (file_of(["BEGIN:VEVENT", "BEGIN:VEVENT", "END:VEVENT", "END:VEVENT"]), "wrong_begin", 5),
    (file_of(["BEGIN:VEVENT", "END:VTODO"]), "wrong_end", 5),
    (file_of(["BEGIN:" + "X" * 500]), "wrong_begin", 4),
    (file_of([f"BEGIN:X{n}" for n in range(20)]), "wrong_begin", 9),
    (file_of(event("a line without meaning", *TIMES)), "no_line", 6)])
def test_what_is_no_calendar_is_told_by_its_line(data, reason, line):
    """Nothing, another kind of file, cut off, NUL, not UTF-8, nested garbage."""
    found, params = refusal(data)

    assert (found, params["line"]) == (reason, line)


@pytest.mark.parametrize(("lines", "reason"), [
    (("DTEND:20260303T040000Z",), "no_start"),
    (("DTSTART:20260303T040000Z", "DTEND:20260303T020000Z"), "ends_before_start"),
    (("DTSTART:20260303T040000Z", "DURATION:-PT2H"), "ends_before_start"),
    (("DTSTART;VALUE=DATE:20260303", "DTEND:20260303T020000Z"), "day_and_time"),
    (("DTSTART:yesterday", "DTEND:20260303T020000Z"), "wrong_value"),
    (("DTSTART:20261303T020000Z",), "wrong_value"),
    (("DTSTART;TZID=Mars/Olympus:20260303T020000", "DURATION:PT1H"), "unknown_zone"),
    (("DTSTART;TZID=../../etc/passwd:20260303T020000", "DURATION:PT1H"), "unknown_zone"),
    ((*TIMES, "EXDATE:never"), "wrong_value"),
    (("DTSTART:20260303T020000Z", "DURATION:forever"), "wrong_value")])
def test_a_broken_event_is_told_by_its_title(lines, reason):
    """No start, ends before it starts, unreadable values, zones that nobody knows."""
    found, params = refusal(file_of(event(*TIMES), event("SUMMARY:第二班", *lines)))

    assert (found, params["event"], params["line"]) == (reason, "第二班", 9)


@pytest.mark.parametrize(("rule", "reason"), [
    ("FREQ=SECONDLY", "too_often"), ("FREQ=MINUTELY;COUNT=9", "too_often"),
    ("FREQ=DAILY;BYMINUTE=0,1,2,3", "too_often"), ("FREQ=HOURLY;BYSECOND=0,30", "too_often"),
    ("FREQ=DAILY;INTERVAL=0", "wrong_rule"), ("FREQ=DAILY;COUNT=-1", "wrong_rule"),
    ("FREQ=SOMETIMES", "wrong_rule"), ("COUNT=3", "wrong_rule"), ("", "wrong_rule"),
    ("FREQ=DAILY;FREQ=WEEKLY", "wrong_rule"), ("FREQ=DAILY;BYEASTER=1", "wrong_rule"),
    ("FREQ=DAILY;BYMONTHDAY=x", "wrong_value"), ("FREQ=WEEKLY;BYDAY=XX", "wrong_value")])
def test_a_rule_that_nobody_can_follow_is_refused(rule, reason):
    """More than hourly, steps of nothing, unknown parts: the line of the rule is named."""
    found, params = refusal(ruled(rule))

    assert found == reason
    assert params["line"] == (8 if reason != "wrong_value" else 4)


def test_a_billion_occurrences_cost_nothing():
    """A count of a billion is looked at 400 days ahead; hourly for 400 days is too many."""
    assert len(read(ruled("FREQ=DAILY;COUNT=999999999")).busy) == 399
    assert refusal(ruled("FREQ=HOURLY"))[0] == "too_many_busy"


@pytest.mark.parametrize("start", ["DTSTART:00010101T000000Z", "DTSTART;VALUE=DATE:00010101"])
def test_a_rule_since_the_beginning_of_time_is_refused(start):
    """What would be counted from the year 1 on every day is refused before counting."""
    assert refusal(ruled("FREQ=DAILY", start))[0] == "too_long_ago"


def test_a_birthday_of_long_ago_is_taken():
    """Some programs let birthdays without a year begin in 1604."""
    assert len(read(ruled("FREQ=YEARLY", "DTSTART;VALUE=DATE:16040303")).busy) == 2


@pytest.mark.parametrize(("data", "reason"), [
    (b"BEGIN:VCALENDAR\r\n" + b"X-A:" + b"a" * 2 * 2**20, "too_large"),
    (file_of(*[["X-A:1"]] * 60_001), "too_many_lines"),
    (file_of(*[["BEGIN:VTIMEZONE", "END:VTIMEZONE"]] * 41), "too_many_zones"),
    (file_of(*[["BEGIN:VEVENT", "END:VEVENT"]] * 10_001), "too_many_events")])
def test_a_flood_is_refused(data, reason):
    """Two megabytes, and floods of lines, zones and events inside one."""
    assert refusal(data)[0] == reason


def test_a_zone_may_not_change_its_clock_every_hour():
    """Rules inside a definition of a zone are yearly ones: they are followed for decades."""
    zone = ["BEGIN:VTIMEZONE", "TZID:Z", "BEGIN:STANDARD", "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=HOURLY", "END:STANDARD",
            "END:VTIMEZONE"]

    assert refusal(file_of(zone))[0] == "wrong_rule"


def test_a_rule_that_never_comes_true_ends_its_own_process_only():
    """The thirtieth of February every hour: the reader is stopped, and the next one works."""
    asked = Asked("Asia/Shanghai", HOST, SPAN)
    with pytest.raises(CalendarRefused) as caught:
        apart.read(asked, ruled("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
                                "DTSTART:20100101T000000Z"))

    assert caught.value.wrong.code == "calendar_too_hard"
    assert len(apart.read(asked, file_of(event(*TIMES))).busy) == 1


def test_a_refusal_crosses_the_process_with_its_words():
    """What is wrong is told alike whether it was read here or apart."""
    data = file_of(event("SUMMARY:夜班", "DTEND:20260303T040000Z"))
    with pytest.raises(CalendarRefused) as caught:
        apart.read(Asked("Asia/Shanghai", HOST, SPAN), data)

    assert (caught.value.wrong.code.removeprefix("calendar_"),
            caught.value.wrong.params) == refusal(data)


def test_one_file_cannot_change_the_zones_of_another():
    """Two files mean different zones by one name; each is read by its own."""
    def zone(offset: str) -> tuple[str, ...]:
        return ("BEGIN:VTIMEZONE", "TZID:Customized Time Zone", "BEGIN:STANDARD",
                "DTSTART:16010101T000000", f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}",
                "END:STANDARD", "END:VTIMEZONE")

    asked = Asked("Asia/Shanghai", HOST, SPAN)
    times = event("DTSTART;TZID=Customized Time Zone:20260303T100000", "DURATION:PT1H")
    starts = [apart.read(asked, file_of(times, head=zone(offset))).busy[0].window.start.hour
              for offset in ("+0800", "+0100")]

    assert starts == [2, 9]
