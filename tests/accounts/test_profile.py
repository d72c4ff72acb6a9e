"""Passwords that are forgotten or changed, and consent."""

import threading

import pytest
from sqlalchemy import select

from marketplace import config
from marketplace.accounts import login, profile
from marketplace.accounts.errors import LinkOver, LoginRefused, WrongFields, WrongPassword
from marketplace.accounts.models import Member, PasswordReset
from marketplace.accounts.rules import TERMS_VERSION
from marketplace.core import clock as product_clock
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.outbox import OutboxMessage
from marketplace.http.limits import TooManyAttempts
from tests.accounts.people import ADDRESS, PASSWORD, all_text, with_password
from tests.factories.companies import create_party, join

NEW = "schleifen-und-bohren"


def secret_for(member, number=1):
    """The secret that the mail of outbox row `number` would carry."""
    secret = profile.issue_reset(member.id, number, product_clock.now())
    assert secret is not None
    return secret


def test_known_and_unknown_addresses_leave_the_same_trace(inside):
    """A request writes one outbox row either way, and answers nothing either way."""
    member = create_party().member

    answers = [profile.request_reset(email, ADDRESS)
               for email in (member.email, "nobody@example.com", "王" * 3000)]

    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert answers == [None, None, None]
    assert [row.payload["member_id"] for row in rows] == [member.id, None, None]
    assert "nobody" not in all_text(OutboxMessage)


def test_requests_are_limited(inside):
    """Nobody's mailbox is filled by asking again and again."""
    for _ in range(config.current().login_attempts):
        profile.request_reset("wang@example.com", ADDRESS)

    with pytest.raises(TooManyAttempts):
        profile.request_reset("wang@example.com", "192.0.2.200")


def test_a_reset_opens_once_and_ends_what_was_open(inside):
    """The link sets the password, ends sessions, and works neither again nor beside another."""
    member = with_password(create_party().member)
    actor, epoch = login.log_in(member.email, PASSWORD, ADDRESS)
    first, second = secret_for(member, 1), secret_for(member, 2)

    profile.reset(first, NEW)

    assert login.actor_of_session(actor.member_id, epoch) is None
    assert login.log_in(member.email, NEW, ADDRESS)[1] == epoch + 1
    with pytest.raises(LoginRefused):
        login.log_in(member.email, PASSWORD, ADDRESS)
    for used in (first, second):
        with pytest.raises(LinkOver):
            profile.reset(used, NEW)


def test_the_same_mail_has_the_same_secret_and_the_table_only_its_hash(inside):
    """A mail written twice carries one secret, which cannot be read from the database."""
    member = create_party().member

    assert secret_for(member) == secret_for(member)

    assert len(db.session.scalars(select(PasswordReset)).all()) == 1
    assert secret_for(member) not in all_text(PasswordReset)


def test_a_reset_link_dies_after_an_hour_and_with_the_membership(inside, clock):
    """Too old, of somebody who left, or guessed: one and the same refusal."""
    party = create_party()
    gone = join(party.company, "viewer").member
    late, left = secret_for(party.member, 1), secret_for(gone, 2)
    db.session.get_one(Member, gone.id).state = "left"
    db.session.commit()
    clock.move(minutes=59)
    with pytest.raises(LinkOver):
        profile.reset(left, NEW)
    clock.move(minutes=1)

    for secret in (late, "", "guessed", "\x00", "😀" * 999):
        with pytest.raises(LinkOver):
            profile.reset(secret, NEW)
    assert profile.issue_reset(gone.id, 3, product_clock.now()) is None


def test_a_weak_new_password_leaves_the_link_alive(inside):
    """After a refused password the same link still works."""
    member = create_party().member
    secret = secret_for(member)

    with pytest.raises(WrongFields):
        profile.reset(secret, "short")
    profile.reset(secret, NEW)

    assert login.log_in(member.email, NEW, ADDRESS)


def test_a_link_used_twice_at_once_works_once(app):
    """Of two simultaneous uses of a link exactly one sets the password."""
    member = with_password(create_party().member)
    with app.app_context():
        secret = secret_for(member)
    start, refusals = threading.Barrier(2), []

    def use(password):
        with app.app_context():
            start.wait()
            try:
                profile.reset(secret, password)
            except DomainError as error:
                refusals.append(error.code)

    pair = [threading.Thread(target=use, args=(NEW + str(n),)) for n in range(2)]
    for each in pair:
        each.start()
    for each in pair:
        each.join()

    assert refusals == ["link_over"]


def test_a_change_needs_the_present_password_and_keeps_this_session(inside):
    """The new epoch is handed back so that only the other sessions end; a mail tells of it."""
    member = with_password(create_party().member)
    actor, _ = login.log_in(member.email, PASSWORD, ADDRESS)

    with pytest.raises(WrongPassword):
        profile.change_password(actor, "not my password", NEW, ADDRESS)
    epoch = profile.change_password(actor, PASSWORD, NEW, ADDRESS)

    assert login.actor_of_session(member.id, epoch - 1) is None
    assert login.actor_of_session(member.id, epoch).member_id == member.id
    assert db.session.scalars(select(OutboxMessage.payload)).all() == [
        {"kind": "password_changed", "member_id": member.id}]


def test_guessing_the_present_password_is_limited(inside):
    """A stolen session cannot try passwords for ever."""
    actor = create_party().actor
    for _ in range(config.current().login_attempts):
        with pytest.raises(WrongPassword):
            profile.change_password(actor, "not my password", NEW, ADDRESS)

    with pytest.raises(TooManyAttempts):
        profile.change_password(actor, PASSWORD, NEW, ADDRESS)


def test_consent_to_new_terms_is_kept_with_its_moment(inside, clock):
    """Only the newest version can be agreed to; it is stored with the time."""
    actor = create_party().actor
    clock.move(days=3)

    with pytest.raises(WrongFields):
        profile.consent(actor, "2000-01-01")
    profile.consent(actor, TERMS_VERSION)

    row = db.session.get_one(Member, actor.member_id)
    assert (row.terms_version, row.consented_at) == (TERMS_VERSION, clock.now)


def test_a_profile_is_the_members_own(inside):
    """Name, language and theme change for the actor."""
    actor = create_party().actor

    row = profile.edit(actor, "王小明", "en", "dark")

    assert (row.id, row.name, row.language, row.theme) == (
        actor.member_id, "王小明", "en", "dark")
