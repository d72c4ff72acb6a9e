"""Bookings as calendars: what a secret address shows, to whom, and how it is written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from marketplace.accounts.models import Member
from marketplace.accounts.privacy import export
from marketplace.bookings.models import Booking
from marketplace.calendars import feeds, limiting, queries, rules
from marketplace.calendars.models import CalendarFeed
from marketplace.core.db import db
from marketplace.core.transaction import transaction
from marketplace.resources.models import Resource
from tests.calendars.files import entries
from tests.clocks import shanghai
from tests.factories.companies import join


def feed(api, token: str | None = None, **body) -> str:
    """A new calendar address, as a path."""
    made = (api.as_(token) if token else api).post("/calendar-feeds", {"scope": "company"} | body)
    assert made.status_code == 201, made.json
    return made.json["url"].removeprefix("http://127.0.0.1:8000")


def put(app, table, row_id: int, **values) -> None:
    """Change a row past the use cases."""
    with app.app_context(), transaction():
        db.session.execute(update(table).where(table.id == row_id).values(**values))


def test_a_booking_is_an_event_with_a_lasting_name(app, api, client, market):
    """Name, times in UTC, sequence, place and link; the same name whatever the scope."""
    booking = api.post("/bookings", market.wish(reference="WO-17")).json["id"]
    addresses = [feed(api), feed(api, scope="member"),
                 feed(api, market.seller.token, scope="resource",
                      resource_id=market.resource.id)]

    found = [entries(client.get(each).data) for each in addresses]

    assert [list(each) for each in found] == [[f"booking-{booking}@127.0.0.1"]] * 3
    event = found[0][f"booking-{booking}@127.0.0.1"]
    assert event["DTSTART"].to_ical() == b"20260303T020000Z"
    assert event["DTEND"].to_ical() == b"20260303T040000Z"
    assert (event["SEQUENCE"], event["STATUS"], event["TRANSP"]) == (0, "CONFIRMED", "OPAQUE")
    assert event["GEO"].to_ical() == "36.65;117.12"
    assert event["URL"] == f"http://127.0.0.1:8000/bookings/{booking}"
    assert event["DESCRIPTION"] == f"预订 #{booking}·工单 WO-17"


def test_each_side_reads_what_it_may_know(api, client, market):
    """The seller's calendar names the firm that comes, the buyer's the machine."""
    api.post("/bookings", market.wish())
    bought = client.get(feed(api)).data.decode()
    sold = client.get(feed(api, market.seller.token)).data.decode()
    unfolded = [text.replace("\r\n ", "") for text in (bought, sold)]

    assert f"SUMMARY:{market.resource.name}\r\n" in unfolded[0]
    assert market.buyer.company.name in unfolded[1]
    assert market.seller.company.name not in unfolded[0]
    assert "120.00" not in bought + sold


def test_strangers_and_colleagues_see_their_own(api, client, market):
    """Another firm's calendar is empty, and so is that of a colleague who booked nothing."""
    api.post("/bookings", market.wish())
    colleague = join(market.buyer.company, "planner")

    assert entries(client.get(feed(api, market.stranger.token)).data) == {}
    assert entries(client.get(feed(api, colleague.token, scope="member")).data) == {}
    assert len(entries(client.get(feed(api, colleague.token)).data)) == 1


def test_the_words_are_the_owners(app, api, client, market):
    """An owner who reads English gets English, whoever's program asks."""
    put(app, Member, market.buyer.member.id, language="en")
    booking = api.post("/bookings", market.wish()).json["id"]

    event = entries(client.get(feed(api), headers={"Accept-Language": "zh"}).data)

    assert event[f"booking-{booking}@127.0.0.1"]["DESCRIPTION"] == f"Booking #{booking}"


@pytest.mark.parametrize(("state", "status"), [
    ("requested", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("running", "CONFIRMED"),
    ("settled", "CONFIRMED"), ("cancelled", "CANCELLED"), ("no_show", "CANCELLED"),
    ("declined", "CANCELLED"), ("expired", "CANCELLED"), ("disputed", "CONFIRMED")])
def test_states_become_the_words_of_calendars(state, status):
    """Asked for is tentative, given up is cancelled, everything else is agreed."""
    assert rules.status_of(state) == status


def test_a_cancelled_booking_stays_for_thirty_days(api, client, market, clock):
    """Programs need to be told, so it stays as cancelled, one sequence on; then it goes."""
    booking = api.post("/bookings", market.wish(
        start=shanghai(40, 10), end=shanghai(40, 12))).json["id"]
    path = feed(api)
    api.post(f"/bookings/{booking}/cancel")

    event = entries(client.get(path).data)[f"booking-{booking}@127.0.0.1"]
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == (
        "CANCELLED", 1, "TRANSPARENT")
    clock.move(days=29)
    assert len(entries(client.get(path).data)) == 1
    clock.move(days=2)
    assert entries(client.get(path).data) == {}


def test_the_window_is_ninety_days_back(api, client, market, clock):
    """What is older than ninety days is not in a calendar any more."""
    api.post("/bookings", market.wish())
    path = feed(api)
    clock.move(days=89)
    assert len(entries(client.get(path).data)) == 1
    clock.move(days=4)
    assert entries(client.get(path).data) == {}


def test_an_address_can_be_ended(api, client, market):
    """A revoked address is 404 at once, and looks like one that never was."""
    path = feed(api)
    listed = api.get("/calendar-feeds").json["items"]

    assert client.get(path).status_code == 200
    assert api.call("DELETE", f"/calendar-feeds/{listed[0]['id']}").status_code == 204
    assert client.get(path).status_code == 404
    assert client.get("/calendars/nonsense.ics").status_code == 404
    assert api.get("/calendar-feeds").json == {"items": []}


def test_only_the_hash_is_kept(app, api, market):
    """The secret stands in no row and in no list; the copy of one's data has none either."""
    secret = feed(api).removeprefix("/calendars/").removesuffix(".ics")

    with app.app_context():
        row = db.session.query(CalendarFeed).one()
        assert secret not in str(vars(row))
        assert len(secret) >= 43
        copy = export(market.buyer.actor)
    assert secret not in api.get("/calendar-feeds").get_data(as_text=True)
    assert [each["scope"] for each in copy["calendar_feeds"]] == ["company"]
    assert secret not in str(copy)


@pytest.mark.parametrize("change", [{"state": "left"}, {"company_id": None, "role": "operator"}])
def test_who_has_left_reads_nothing(app, api, client, market, change):
    """An address ends with its member's place in the company."""
    path = feed(api)
    put(app, Member, market.buyer.member.id, **change)

    assert client.get(path).status_code == 404


def test_a_machine_that_went_over_to_another_firm_tells_only_its_own_past(app, api, client,
                                                                          market):
    """A resource feed shows bookings that its own company sold, whoever runs it now."""
    api.post("/bookings", market.wish())
    path = feed(api, market.seller.token, scope="resource", resource_id=market.resource.id)
    put(app, Resource, market.resource.id, operating_company_id=market.stranger.company.id)

    assert len(entries(client.get(path).data)) == 1
    refused = api.as_(market.seller.token).post(
        "/calendar-feeds", {"scope": "resource", "resource_id": market.resource.id})
    assert refused.status_code == 404


def test_nothing_new_is_not_sent_again(api, client, market):
    """The same bytes have the same tag: 304 by tag or date; a change gives a new one."""
    path = feed(api)
    first = client.get(path)
    by_tag = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    by_date = client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    api.post("/bookings", market.wish())
    later = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.content_type) == (200, "text/calendar; charset=utf-8")
    assert first.headers["Cache-Control"].startswith("private")
    assert [each.status_code for each in (by_tag, by_date, later)] == [304, 304, 200]


def test_an_address_is_not_read_without_end(api, client, market):
    """More than sixty looks in five minutes are 429, with when to come again."""
    path = feed(api)
    answers = [client.get(path) for _ in range(limiting.READS + 1)]

    assert {each.status_code for each in answers[:-1]} == {200}
    assert answers[-1].status_code == 429


def test_guessing_is_counted_by_network_address(client, market):
    """Unknown secrets are 404, and after sixty of them 429."""
    answers = [client.get(f"/calendars/guess{n}.ics") for n in range(limiting.WRONG + 1)]

    assert {each.status_code for each in answers[:-1]} == {404}
    assert answers[-1].status_code == 429


def test_many_bookings_cost_no_more_queries(app, api, market, count_queries):
    """Reading a calendar takes the same number of statements for one booking as for twenty."""
    secret = feed(api).removeprefix("/calendars/").removesuffix(".ics")

    def statements() -> int:
        with count_queries() as found, app.app_context():
            feeds.render(queries.feed_by(secret))
        return len([each for each in found if each.startswith("SELECT")])

    api.post("/bookings", market.wish())
    one = statements()
    for day in range(2, 20):
        api.post("/bookings", market.wish(start=shanghai(day, 10), end=shanghai(day, 12)))

    assert statements() == one <= 5


def test_lines_are_folded_by_octets_and_no_character_is_cut(app, api, client, market):
    """At most 75 octets a line also in Chinese; every line is whole UTF-8; the text survives."""
    name = "五轴立式加工中心（高速、精密）；可加工钛合金、铝合金\\不锈钢, 行程八百毫米" * 2
    put(app, Resource, market.resource.id, name=name[:120])
    booking = api.post("/bookings", market.wish()).json["id"]

    data = client.get(feed(api)).data
    lines = data.split(b"\r\n")

    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode("utf-8") is not None for line in lines)
    assert sum(line.startswith(b" ") for line in lines) >= 3
    event = entries(data)[f"booking-{booking}@127.0.0.1"]
    assert event["SUMMARY"] == name[:120]


@pytest.mark.parametrize("text", ["a", "中" * 24, "中" * 25, "中" * 200, "x" * 74 + "中",
                                  "x" * 75, "x" * 76, "🙂" * 40])
def test_folding_is_undone_by_its_own_rule(text):
    """Take out every break with the blank behind it, and the line is what it was."""
    folded = rules.folded(text)

    assert folded.replace("\r\n ", "") == text
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))


def test_work_that_ended_early_ends_early(app, api, client, market):
    """The calendar shows when the machine was given back."""
    booking = api.post("/bookings", market.wish()).json["id"]
    put(app, Booking, booking, state="delivered", ended_at=market.end - timedelta(hours=1))

    event = entries(client.get(feed(api)).data)[f"booking-{booking}@127.0.0.1"]

    assert event["DTEND"].to_ical() == b"20260303T030000Z"


def test_addresses_are_few(app, api, market):
    """A member has at most fifty live addresses."""
    with app.app_context(), transaction():
        db.session.add_all(CalendarFeed(
            member_id=market.buyer.member.id, company_id=market.buyer.company.id,
            scope="company", scope_id=market.buyer.company.id, secret_hash=f"{n}",
            created_at=market.start) for n in range(feeds.MOST))

    assert api.post("/calendar-feeds", {"scope": "company"}).status_code == 409


def test_when_it_was_read_is_shown(api, client, market):
    """The list tells which addresses are in use."""
    path = feed(api)
    before = api.get("/calendar-feeds").json["items"][0]["last_read_at"]
    client.get(path)

    assert before is None
    assert api.get("/calendar-feeds").json["items"][0]["last_read_at"] == "2026-03-02T00:00:00Z"
