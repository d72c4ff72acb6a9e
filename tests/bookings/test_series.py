"""Series: previewed, booked where free, filled again, cancelled (FIELD rank 8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.bookings import series_queries, series_rules
from marketplace.bookings.models import Booking, BookingFee
from marketplace.bookings.series_rules import RuleRefused, times
from marketplace.capacity.models import Claim
from marketplace.catalogue.models import Listing, Quote
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.listings import create_listing
from tests.factories.resources import ALWAYS, create_resource, create_site

WEEKLY = "FREQ=WEEKLY;COUNT=4"
TUESDAY = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)   # 08:00 in Shandong


def body(market, rrule=WEEKLY, **changes):
    """Tomorrow 10:00-12:00 and the same three weeks on."""
    return market.wish(rrule=rrule, **changes)


def made(api, market, rrule=WEEKLY, **changes):
    """A series that is booked."""
    answer = api.post("/series", body(market, rrule, **changes))
    assert answer.status_code == 201, answer.json
    return answer.json


def count(kind) -> int:
    """How many rows there are."""
    with place.context():
        return db.session.scalar(select(func.count()).select_from(kind)) or 0


def change(listing: Listing, **rules: object) -> None:
    """The seller changes rules."""
    with place.context(), transaction():
        row = db.session.get_one(Listing, listing.id)
        for name, value in rules.items():
            setattr(row, name, value)


def block(api, market, day):
    """Somebody else books two hours of a day."""
    answer = api.as_(market.stranger.token).post("/bookings", market.wish(
        start=shanghai(day, 11), end=shanghai(day, 13)))
    assert answer.status_code == 201
    return answer.json["id"]


def reasons(answer):
    """Why each time was skipped, "" where it was not."""
    return [each["reason"] for each in answer["items"]]


@pytest.mark.parametrize(("rrule", "expected"), [
    ("FREQ=DAILY;COUNT=3", [3, 4, 5]),
    ("RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3", [3, 5, 7]),
    ("freq=weekly;byday=tu,th;count=4", [3, 5, 10, 12]),
    ("FREQ=DAILY;UNTIL=20260305", [3, 4, 5]),             # a date is its whole day
    ("FREQ=DAILY;UNTIL=20260305T000000Z", [3, 4, 5]),     # 08:00 in Shandong is midnight UTC
    ("FREQ=DAILY;UNTIL=20260304T235959Z", [3, 4]),
    ("FREQ=DAILY;UNTIL=20260305T075959", [3, 4]),         # by the site's wall clock
    ("FREQ=MONTHLY;BYDAY=1TU;COUNT=1", [3]),
])
def test_a_rule_names_its_times(rrule, expected):
    """The days that RFC 5545 gives, at 08:00 of the site's clock."""
    found = times(rrule, TUESDAY, "Asia/Shanghai")

    assert [each.starts for each in found] == [TUESDAY.replace(day=day) for day in expected]


@pytest.mark.parametrize(("rrule", "code"), [
    ("FREQ=SECONDLY;COUNT=2", "rrule_frequency"), ("FREQ=MINUTELY;COUNT=2", "rrule_frequency"),
    ("COUNT=2", "rrule_frequency"), ("FREQ=DAILY", "rrule_end"),
    ("FREQ=DAILY;COUNT=2;UNTIL=20260401", "rrule_end"),
    ("FREQ=DAILY;COUNT=201", "rrule_count"), ("FREQ=DAILY;COUNT=0", "rrule_count"),
    ("FREQ=DAILY;UNTIL=20261001", "rrule_too_many"),
    ("FREQ=MONTHLY;COUNT=200", "rrule_too_far"), ("FREQ=YEARLY;UNTIL=20400101", "rrule_too_far"),
    ("FREQ=DAILY;UNTIL=20261340", "rrule_until"), ("FREQ=DAILY;UNTIL=soon", "rrule_until"),
    ("FREQ=WEEKLY;BYDAY=WE;COUNT=2", "rrule_first"),
    ("FREQ=DAILY;UNTIL=20260301", "rrule_first"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", "rrule_first"),
    ("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", "rrule_first"),
    ("FREQ=HOURLY;BYHOUR=10;BYMONTHDAY=99;COUNT=1", "rrule_first"),
    ("FREQ=HOURLY;BYYEARDAY=400;COUNT=1", "rrule_first"),
    ("FREQ=HOURLY;BYSETPOS=366;COUNT=1", "rrule_part"),
    ("FREQ=HOURLY;BYWEEKNO=99;COUNT=1", "rrule_part"),
    ("FREQ=DAILY;BYSECOND=1;COUNT=2", "rrule_part"), ("FREQ=DAILY;X-A=1;COUNT=2", "rrule_part"),
    ("FREQ=WEEKLY;BYDAY=XX;COUNT=2", "rrule_form"), ("every day", "rrule_form"),
    ("FREQ=DAILY;COUNT=2;COUNT=3", "rrule_form"), ("FREQ=DAILY;INTERVAL=0;COUNT=2", "rrule_form"),
    ("FREQ=DAILY;INTERVAL=x;COUNT=2", "rrule_form"), ("FREQ=HOURLY;BYHOUR=99;COUNT=2",
                                                      "rrule_form")])
def test_what_is_no_rule_of_ours_is_refused(rrule, code):
    """SECONDLY and MINUTELY, no end, too many, too far, or no rule at all: one code each."""
    with pytest.raises(RuleRefused) as refused:
        times(rrule, TUESDAY, "Asia/Shanghai")

    assert refused.value.error.code == code


def test_the_wall_clock_stays_over_a_change_of_the_clocks():
    """08:00 in Berlin is 07:00 UTC before 29 March and 06:00 UTC after it."""
    first = datetime(2026, 3, 28, 7, tzinfo=UTC)

    found = times("FREQ=DAILY;COUNT=3", first, "Europe/Berlin")

    assert [each.starts.hour for each in found] == [7, 6, 6]
    assert all(each.exists for each in found)


def test_an_hour_that_the_clocks_leave_out_is_named():
    """02:30 does not exist in Berlin on 29 March; on 25 October it comes twice: the first."""
    spring = times("FREQ=DAILY;COUNT=3", datetime(2026, 3, 28, 1, 30, tzinfo=UTC), "Europe/Berlin")
    autumn = times("FREQ=DAILY;COUNT=2", datetime(2026, 10, 24, 0, 30, tzinfo=UTC),
                   "Europe/Berlin")

    assert [each.exists for each in spring] == [True, False, True]
    assert autumn[1].starts == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_rule_without_end_would_not_run_for_ever(monkeypatch):
    """Whatever a rule names, the search ends where no request may reach."""
    monkeypatch.setattr(series_rules, "FARTHEST", 10)
    with pytest.raises(RuleRefused):
        times("FREQ=HOURLY;BYHOUR=8;BYMONTHDAY=3;BYMONTH=3;COUNT=9", TUESDAY, "Asia/Shanghai")


def test_a_preview_says_what_is_free_and_what_it_costs(api, market):
    """Four Tuesdays, one taken: three at 240 yuan; nothing is written (FIELD rank 8)."""
    block(api, market, 8)
    before = [count(kind) for kind in (Quote, Booking, Claim)]

    answer = api.post("/series/preview", body(market))

    assert answer.status_code == 200, answer.json
    assert reasons(answer.json) == ["", "slot_taken", "", ""]
    assert [each["free"] for each in answer.json["items"]] == [True, False, True, True]
    assert (answer.json["free"], answer.json["skipped"]) == (3, 1)
    assert answer.json["total_max"]["amount"] == "720.00"
    assert [count(kind) for kind in (Quote, Booking, Claim)] == before


def test_what_is_not_free_is_skipped_and_named(api, market):
    """The free times are booked in one go, the taken one keeps its reason (FIELD rank 8)."""
    block(api, market, 8)

    found = made(api, market, reference="WO-7")

    assert reasons(found) == ["", "slot_taken", "", ""]
    assert [each["state"] for each in found["items"]] == [
        "confirmed", None, "confirmed", "confirmed"]
    assert (found["booked"], found["skipped"], found["state"]) == (3, 1, "active")
    assert {each["reference"] for each in api.get("/bookings").json["items"]} == {"WO-7"}


def test_all_or_none_books_none_when_one_is_taken(api, market):
    """Asked for all, one taken time refuses them all and is named."""
    block(api, market, 8)
    before = count(Booking)

    answer = api.post("/series", body(market, all_or_none=True))

    assert (answer.status_code, answer.json["code"]) == (409, "series_not_free")
    assert [(each["field"], each["code"]) for each in answer.json["errors"]] == [
        ("times.1", "slot_taken")]
    assert answer.json["params"]["start"] == "2026-03-10T02:00:00Z"
    assert answer.json["alternatives"][0]["start"] > "2026-03-10T02:00:00Z"
    assert count(Booking) == before


def test_a_series_of_which_nothing_is_free_is_refused(api, market):
    """There is nothing to book: a refusal, and no empty series."""
    block(api, market, 1)

    answer = api.post("/series", body(market, "FREQ=DAILY;COUNT=1"))

    assert answer.status_code == 409
    assert api.get("/series").json["items"] == []


def test_skipped_times_are_tried_again(api, market):
    """The other booking is cancelled: refill books that time and no other (FIELD rank 8)."""
    theirs = block(api, market, 8)
    found = made(api, market)
    api.as_(market.stranger.token).post(f"/bookings/{theirs}/cancel")

    again = api.post(f"/series/{found['id']}/refill").json

    assert reasons(again) == ["", "", "", ""]
    assert (again["booked"], count(Booking)) == (4, 5)
    same = api.post(f"/series/{found['id']}/refill").json
    assert same == again


def test_beyond_the_horizon_is_skipped_until_time_has_come(api, market, clock):
    """A listing of 15 days: three of four weeks wait, and are booked a week later."""
    change(market.listing, horizon_days=15)
    found = made(api, market)
    assert reasons(found) == ["", "", "horizon", "horizon"]
    clock.move(days=7)

    assert reasons(api.post(f"/series/{found['id']}/refill").json) == ["", "", "", "horizon"]


def test_a_booking_that_moves_away_meanwhile_cancels_nothing(api, market, monkeypatch):
    """Moved to another machine while we wait for the locks: try again, nothing has changed."""
    found = made(api, market)
    booking = found["items"][-1]["booking_id"]
    seen = iter([{booking: market.resource.id}, {booking: market.resource.id + 1}])
    monkeypatch.setattr(series_queries, "coming", lambda _: next(seen))

    answer = api.post(f"/series/{found['id']}/cancel")

    assert answer.json["code"] == "database_busy"
    assert api.get(f"/series/{found['id']}").json["state"] == "active"


def test_the_rest_is_cancelled_by_the_terms_of_each(api, market, clock):
    """Half a day before the second time: the first stays, the second costs half, two nothing."""
    found = made(api, market)
    clock.to(shanghai(8, 0))

    answer = api.post(f"/series/{found['id']}/cancel")

    assert answer.status_code == 200, answer.json
    assert [each["state"] for each in answer.json["items"]] == [
        "confirmed", "cancelled", "cancelled", "cancelled"]
    with place.context():
        assert [fee.amount.minor for fee in db.session.scalars(select(BookingFee))] == [12000]
    again = api.post(f"/series/{found['id']}/cancel")
    assert (again.status_code, again.json["code"]) == (409, "series_ended")
    assert api.post(f"/series/{found['id']}/refill").status_code == 409


def test_an_approval_listing_is_asked_for_each_time(api, market):
    """Each time becomes a request of its own; a time that is booked already is skipped."""
    block(api, market, 8)
    change(market.listing, approval=True)

    found = made(api, market)

    assert [each["state"] for each in found["items"]] == [
        "requested", None, "requested", "requested"]
    assert count(Claim) == 1


def test_times_of_one_series_count_against_each_other(api, market):
    """Two hours every hour: each second one overlaps the one before."""
    found = made(api, market, "FREQ=HOURLY;COUNT=4")

    assert reasons(found) == ["", "slot_taken", "", "slot_taken"]


def test_closed_days_are_skipped(api, market):
    """The machine closes at 20:00: a time that runs over it is outside the opening."""
    found = made(api, market, "FREQ=HOURLY;INTERVAL=9;COUNT=3")

    assert reasons(found) == ["", "outside_opening", "outside_opening"]


def test_the_quota_of_each_week_is_kept(api, market):
    """Four hours a week: two of five days, then two of the next week; the others name it."""
    change(market.listing, quota_hours=4, last_day_free=False)

    found = made(api, market, "FREQ=DAILY;COUNT=9")

    assert reasons(found) == ["", "", *["quota"] * 4, "", "", "quota"]


def test_a_missing_hour_is_skipped_and_never_filled(api, market, clock):
    """02:30 in Berlin on 29 March does not exist: skipped, also when tried again."""
    site = create_site(market.seller.company, zone="Europe/Berlin")
    listing = create_listing(create_resource(market.seller.company, ALWAYS, site=site))
    first = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)
    found = made(api, market, "FREQ=DAILY;COUNT=3", listing_id=listing.id, start=first,
                 end=first + timedelta(hours=2))

    again = api.post(f"/series/{found['id']}/refill").json

    assert reasons(found) == reasons(again) == ["", "missing_hour", ""]
    assert [each["start"] for each in found["items"]][2] == "2026-03-30T00:30:00Z"


def test_a_listing_may_take_no_series(api, market):
    """Preview and booking are refused, with the first time to be booked by itself or elsewhere."""
    change(market.listing, series=False)

    for path in ("/series", "/series/preview"):
        answer = api.post(path, body(market))
        assert (answer.status_code, answer.json["code"]) == (422, "series_not_offered")
        assert answer.json["alternatives"][0]["start"] == "2026-03-03T02:00:00Z"


def test_the_ceiling_is_of_the_whole_series(api, market):
    """Four at 240 yuan are above 959.99."""
    answer = api.post("/series", body(market, max_total={"amount": "959.99", "currency": "CNY"}))

    assert (answer.status_code, answer.json["code"]) == (409, "total_above")
    assert count(Booking) == 0


def test_a_wrong_rule_is_a_wrong_field(api, market):
    """`rrule` is named with its sentence."""
    answer = api.post("/series/preview", body(market, "FREQ=SECONDLY;COUNT=3"))

    assert [(each["field"], each["code"]) for each in answer.json["errors"]] == [
        ("rrule", "rrule_frequency")]


def test_a_series_in_pieces_keeps_its_pieces(api, market):
    """24 pieces, 60 and 60 minutes, each Tuesday; the end follows from them."""
    found = made(api, market, end=None, pieces=24, mode="piece")

    assert (found["pieces"], found["minutes"]) == (24, None)
    assert found["items"][3]["end"] == (shanghai(22, 12)).isoformat().replace("+00:00", "Z")


def test_a_series_is_its_companys_own(api, market):
    """A stranger can neither see nor fill nor cancel it."""
    found = made(api, market)
    theirs = api.as_(market.stranger.token)

    assert theirs.get(f"/series/{found['id']}").status_code == 404
    assert theirs.post(f"/series/{found['id']}/refill").status_code == 404
    assert theirs.post(f"/series/{found['id']}/cancel").status_code == 404
    assert api.get("/series").json["items"][0]["id"] == found["id"]


def test_many_times_need_few_statements(api, market, count_queries):
    """A preview of 60 times reads as often as one of 4."""
    counts = []
    for number in (4, 60):
        with count_queries() as statements:
            api.post("/series/preview", body(market, f"FREQ=DAILY;COUNT={number}"))
        counts.append(len(statements))

    assert counts[0] == counts[1]
