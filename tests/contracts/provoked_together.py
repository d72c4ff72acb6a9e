"""What several at once, the waitlist and series are provoked with."""

from __future__ import annotations

from tests.contracts.provoking import NOBODYS, Provoked, each, fixed
from tests.contracts.stage import Request, Stage

ONCE = {"rrule": "FREQ=DAILY;COUNT=1"}


def batch(stage: Stage) -> Request:
    """Two quotes to book together."""
    return Request("/bookings/batch", {"items": [{"quote_id": stage.quote()} for _ in range(2)]})


def taken_batch(stage: Stage) -> Request:
    """A quote whose slot is booked already."""
    wish = stage.wish()
    quote = stage.made("/quotes", wish)["items"][0]["id"]
    stage.made("/bookings", wish)
    return Request("/bookings/batch", {"items": [{"quote_id": quote}]})


def together(stage: Stage, listing_id: int = 0) -> Request:
    """Two hours of a listing on a day."""
    wish = stage.wish()
    return Request("/listings/together", {
        "from": wish["start"], "to": wish["end"],
        "items": [{"listing_id": listing_id or wish["listing_id"], "minutes": 60}]})


def waiting(stage: Stage) -> Request:
    """A wish for what somebody else has booked."""
    wish = stage.wish()
    stage.made("/bookings", wish, "stranger")
    return Request("/waitlist", wish)


def entry(stage: Stage) -> int:
    """Somebody's place in a line."""
    return int(stage.made("/waitlist", waiting(stage).body)["id"])


def left(stage: Stage) -> int:
    """A place in a line that was left."""
    entry_id = entry(stage)
    assert stage.api.post(f"/waitlist/{entry_id}/leave").status_code == 200
    return entry_id


def series(stage: Stage) -> int:
    """A series of one time."""
    return int(stage.made("/series", stage.wish(**ONCE))["id"])


def ended(stage: Stage) -> int:
    """A series that is cancelled."""
    series_id = series(stage)
    assert stage.api.post(f"/series/{series_id}/cancel").status_code == 200
    return series_id


TABLE = {
    "POST /bookings/batch": Provoked(batch, {
        404: lambda _: Request("/bookings/batch", {"items": [{"quote_id": NOBODYS}]}),
        409: taken_batch}),
    "POST /listings/together": Provoked(together, {404: lambda s: together(s, NOBODYS)}),
    "POST /waitlist": Provoked(waiting, {
        404: lambda s: Request("/waitlist", s.wish(listing_id=NOBODYS)),
        409: lambda s: Request("/waitlist", s.wish())}),
    "GET /waitlist": Provoked(fixed("/waitlist")),
    "GET /waitlist/demand": Provoked(fixed("/waitlist/demand", "seller")),
    "POST /waitlist/{entry_id}/leave": Provoked(
        each("/waitlist/{}/leave", entry), {409: each("/waitlist/{}/leave", left)}),
    "POST /series/preview": Provoked(
        lambda s: Request("/series/preview", s.wish(**ONCE)),
        {404: lambda s: Request("/series/preview", s.wish(listing_id=NOBODYS, **ONCE))}),
    "POST /series": Provoked(
        lambda s: Request("/series", s.wish(**ONCE)),
        {404: lambda s: Request("/series", s.wish(listing_id=NOBODYS, **ONCE)),
         409: lambda s: Request("/series", waiting(s).body | ONCE)}),
    "GET /series": Provoked(fixed("/series")),
    "GET /series/{series_id}": Provoked(each("/series/{}", series)),
    "POST /series/{series_id}/refill": Provoked(
        each("/series/{}/refill", series), {409: each("/series/{}/refill", ended)}),
    "POST /series/{series_id}/cancel": Provoked(
        each("/series/{}/cancel", series), {409: each("/series/{}/cancel", ended)}),
}
