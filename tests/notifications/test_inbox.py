"""The inbox of a member: read, choose, copied and erased; and what its mails say."""

import email
import email.policy

import pytest
from sqlalchemy import select, update

from marketplace import config
from marketplace.accounts import privacy
from marketplace.accounts.models import Member
from marketplace.bookings.services import book_wish
from marketplace.catalogue.models import Listing
from marketplace.catalogue.services import Wish
from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import transaction
from marketplace.notifications import inbox, services, wording
from marketplace.notifications.models import Notice, NoticeChoice
from marketplace.notifications.queries import Names
from marketplace.notifications.rules import EVENTS, Ways
from marketplace.resources.models import Site
from tests.clocks import shanghai
from tests.factories import place
from tests.factories.companies import actor_for, create_member, join


def book(market, day=1):
    """The buyer books two hours of a day, and the worker tells it."""
    with place.context():
        row = book_wish(market.buyer.actor, Wish(
            market.listing.id, shanghai(day, 10), shanghai(day, 12), None, "time_slice"))
        outbox.carry_out()
        return row.id


def letters():
    """The mails in the folder."""
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted((config.current().folder / "mail").glob("*.eml"))]


def test_a_program_reads_and_marks_its_notices(api, market):
    """The newest first, in pages; read once or all at once; unread alone where asked for."""
    seller = api.as_(market.seller.token)
    numbers = [book(market, day) for day in (1, 2, 3)]

    first = seller.get("/notices", limit=2).json
    rest = seller.get("/notices", limit=2, cursor=first["next_cursor"]).json
    shown = first["items"] + rest["items"]
    assert [each["link"] for each in shown] == [
        f"/bookings/{number}" for number in reversed(numbers)]
    assert shown[0]["event"] == "made" and shown[0]["read_at"] is None
    assert market.buyer.company.name in shown[0]["text"]

    once = seller.post(f"/notices/{shown[0]['id']}/read").json
    again = seller.post(f"/notices/{shown[0]['id']}/read").json
    assert once["read_at"] is not None
    assert again["read_at"] == once["read_at"]
    assert len(seller.get("/notices", unread="true").json["items"]) == 2
    assert seller.post("/notices/read").json == {"read": 2}
    assert seller.get("/notices", unread="true").json["items"] == []
    assert len(seller.get("/notices").json["items"]) == 3


def test_a_notice_is_its_members_alone(api, market):
    """A colleague has its own; the other's is not there for it."""
    colleague = join(market.seller.company, "planner")
    book(market)
    theirs = api.as_(market.seller.token).get("/notices").json["items"][0]["id"]

    assert api.as_(colleague.token).post(f"/notices/{theirs}/read").status_code == 404
    assert api.as_(market.stranger.token).get("/notices").json["items"] == []


def test_choices_are_the_defaults_until_they_are_made(api, market):
    """What is named is kept, what is not is as by default, also after an earlier choice."""
    seller = api.as_(market.seller.token)
    assert [each["event"] for each in seller.get("/notice-choices").json["choices"]] == list(
        EVENTS)
    off = {"event": "made", "inbox": False, "mail": False}

    chosen = seller.call("PUT", "/notice-choices", {"choices": [off]}).json["choices"]
    assert off in chosen
    assert off in seller.get("/notice-choices").json["choices"]
    back = seller.call("PUT", "/notice-choices", {"choices": []}).json["choices"]

    assert {"event": "made", "inbox": True, "mail": True} in back
    with place.context():
        assert db.session.scalars(select(NoticeChoice)).all() == []


@pytest.mark.parametrize("choices", [
    [{"event": "lunch", "inbox": True, "mail": True}],
    [{"event": "made", "inbox": "yes", "mail": True}],
    [{"event": "made", "inbox": True}],
    [{"event": "made", "inbox": True, "mail": True}] * 2,
    "all"])
def test_nonsense_is_refused(api, market, choices):
    """Unknown events, words for yes, half a choice and doubles are wrong fields."""
    assert api.call("PUT", "/notice-choices", {"choices": choices}).status_code == 422


@pytest.mark.parametrize(("language", "subject", "until"), [
    ("zh", "申请使用", "前答复，过时失效"), ("en", "asks for", "Answer by Tue 3 Mar, 08:00")])
def test_a_mail_names_work_time_price_what_to_do_and_where(inside, market, language, subject,
                                                           until):
    """In the reader's language: the window with the name of its zone, the price, the clock."""
    with transaction():
        db.session.get_one(Listing, market.listing.id).approval = True
        db.session.get_one(Member, market.seller.member.id).language = language
    number = book(market)

    services.deliver_due()

    (letter,) = letters()
    text = letter.get_content()
    assert letter["To"] == market.seller.member.email
    assert subject in letter["Subject"]
    assert market.buyer.company.name in letter["Subject"]
    assert market.resource.name in text
    assert ("10:00–12:00（北京时间 UTC+8）" if language == "zh"
            else "10:00–12:00 (Beijing time, UTC+8)") in text
    assert "¥240.00" in text
    assert until in text
    assert f"{config.current().public_url}/bookings/{number}" in text
    assert "/account/notices" in text
    assert "{" not in text


def test_a_site_abroad_has_its_own_time_beside_ours(inside, market):
    """The reader's clock and that of the site, each with its zone."""
    with transaction():
        db.session.execute(update(Site).values(zone="Europe/Berlin"))
    book(market)

    services.deliver_due()

    text = letters()[0].get_content()
    assert "北京时间 UTC+8" in text
    assert "Europe/Berlin UTC+01:00" in text


def test_a_mail_is_not_sent_to_who_left_meanwhile(inside, market):
    """The row was asked for, but the member is gone when it is to go out."""
    book(market)
    with transaction():
        db.session.get_one(Member, market.seller.member.id).state = "left"

    assert services.deliver_due() == 0
    assert letters() == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_whatever_is_said_has_words(lang):
    """Every sentence is written with what a notice has, in both languages."""
    from marketplace.core import i18n
    sentences = [key.rpartition(".")[2] for key in i18n.read(lang)
                 if key.startswith("notice.say.")]
    for say in sentences:
        told = wording.told(lang, {"say": say, "number": 7, "doer": 1, "resource": 2, "fee": 100,
                                   "todo": ""}, Names({1: "泉合"}, {2: "车床"}))
        assert told.headline and "{" not in told.headline
    assert len(sentences) > 20


def test_the_copy_of_ones_data_has_notices_and_choices(inside, market):
    """What a member was told and how it wishes to be told is in its copy."""
    book(market)
    inbox.choose(market.seller.actor, {"fee": Ways(inbox=False, mail=False)})

    copy = privacy.export(market.seller.actor)

    assert [each["event"] for each in copy["notices"]] == ["made"]
    assert copy["notice_choices"] == [{"event": "fee", "inbox": False, "mail": False}]


def test_erasure_takes_notices_and_choices(inside, market):
    """Nothing of an erased member's inbox stays; a colleague's does."""
    colleague = join(market.seller.company, "owner")
    book(market)
    inbox.choose(colleague.actor, {"fee": Ways(inbox=False, mail=False)})

    privacy.erase(actor_for(create_member()), colleague.member.id)

    kept = db.session.scalars(select(Notice.member_id)).all()
    assert kept == [market.seller.member.id]
    assert db.session.scalars(select(NoticeChoice)).all() == []


def test_notices_are_forgotten_after_a_year(inside, market, clock):
    """And the row that was fanned out after a week; what waits to be sent stays."""
    book(market)
    clock.move(days=8)
    assert inbox.forget_old() == 0
    assert [row.topic for row in db.session.scalars(select(OutboxMessage))] == ["mail"]
    clock.move(days=358)

    assert inbox.forget_old() == 1
