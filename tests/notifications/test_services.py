"""Mail: the words, the folder, and what happens when it cannot go."""

import email
import email.policy
import smtplib
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import config
from marketplace.accounts import login, membership, privacy, profile
from marketplace.accounts import services as accounts
from marketplace.core import outbox
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.core.transaction import transaction
from marketplace.notifications import mail, services
from marketplace.notifications.channels import folder
from marketplace.notifications.letters import WRITERS
from tests.accounts.people import ADDRESS, PASSWORD, person, with_password
from tests.clocks import START
from tests.factories.companies import actor_for, create_member, create_party, join


def letters():
    """The mails in the folder, by their number."""
    found = {}
    for path in sorted((config.current().folder / "mail").glob("*")):
        found[path.name] = email.message_from_bytes(path.read_bytes(),
                                                    policy=email.policy.default)
    return found


def only_letter():
    """The one mail in the folder."""
    (message,) = letters().values()
    return message


def row():
    """The one row of the outbox."""
    return db.session.scalars(select(OutboxMessage).execution_options(
        populate_existing=True)).one()


def link_in(message, path):
    """The secret behind a path in a mail's text."""
    start = config.current().public_url + path
    return next(line.removeprefix(start) for line in message.get_content().splitlines()
                if line.startswith(start))


@pytest.fixture
def stubborn(monkeypatch):
    """A relay that refuses, and says the address while it does."""
    def refuse(_mail):
        raise smtplib.SMTPRecipientsRefused({"erika@example.com": (550, b"no erika here")})

    monkeypatch.setattr(folder, "send", refuse)


def test_an_invitation_reaches_its_address_and_its_link_works(inside):
    """The worker's mail names company and role, and its secret opens the invitation."""
    party = create_party(name="泉合机械")
    membership.invite(party.actor, "guest@example.com", "finance")

    assert services.deliver_due() == 1

    message = only_letter()
    assert message["To"] == "guest@example.com"
    assert "泉合机械" in message["Subject"]
    assert "财务" in message.get_content()
    member = membership.accept(link_in(message, "/invitations/"), person())
    assert member.role == "finance"


@pytest.mark.parametrize(("language", "subject"), [
    ("zh", "重设共坊的密码"), ("en", "Reset your Gongfang password")])
def test_a_reset_comes_in_the_members_language_and_works(inside, language, subject):
    """The mail speaks zh or en, and its link sets a new password."""
    party = create_party()
    member = create_member(party.company, language=language)
    profile.request_reset(member.email, ADDRESS)

    services.deliver_due()

    message = only_letter()
    assert message["Subject"] == subject
    profile.reset(link_in(message, "/reset/"), PASSWORD)
    assert login.log_in(member.email, PASSWORD, ADDRESS)


def test_an_unknown_address_gets_nothing_and_the_row_is_done(inside):
    """Nothing is sent, and nothing is tried again."""
    profile.request_reset("nobody@example.com", ADDRESS)

    assert services.deliver_due() == 0

    assert letters() == {}
    assert row().sent_at is not None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_mail_has_words_in_both_languages(inside, language):
    """Verified, rejected, invited, reset and changed: each is written with its parameters."""
    party = create_party(state="pending", verified_at=None)
    owner = with_password(create_member(party.company, language=language))
    operator, actor = actor_for(create_member()), actor_for(owner)
    accounts.review(operator, party.company.id, "verify")
    accounts.review(operator, party.company.id, "reject", "营业执照已过期。")
    membership.invite(actor, "guest@example.com", "viewer")
    profile.request_reset(owner.email, ADDRESS)
    profile.change_password(actor, PASSWORD, "schleifen-und-bohren", ADDRESS)
    kinds = {each.payload["kind"] for each in db.session.scalars(select(OutboxMessage))}

    services.deliver_due()

    assert kinds == set(WRITERS) - {"news"}   # its words: test_inbox
    texts = [message.get_content() for message in letters().values()]
    assert any("营业执照已过期。" in text for text in texts)
    assert not any("{" in text for text in texts)
    assert not db.session.scalars(select(OutboxMessage).where(
        OutboxMessage.sent_at.is_(None))).all()


def test_a_worker_killed_after_sending_sends_the_same_file_again(inside, clock, monkeypatch):
    """Between the file and the note nothing is lost: later one file, one Message-ID, same link."""
    membership.invite(create_party().actor, "guest@example.com", "viewer")
    with monkeypatch.context() as patch:
        patch.setattr(services, "_note", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            services.deliver_due()
    first = only_letter().as_bytes()
    assert services.deliver_due() == 0   # the lease still runs
    clock.move(seconds=services.LEASE.total_seconds())

    assert services.deliver_due() == 1

    assert only_letter().as_bytes() == first
    assert list(letters()) == [f"{row().id}.eml"]
    assert row().sent_at is not None


def test_a_failing_channel_is_tried_again_later_and_given_up_at_last(inside, clock, stubborn):
    """The pauses grow, the error is kept without the address, and after twelve tries it ends."""
    membership.invite(create_party().actor, "guest@example.com", "viewer")
    waits = []
    for _ in range(outbox.MAX_ATTEMPTS):
        assert services.deliver_due() == 0
        waits.append(row().next_attempt_at - clock.now)
        clock.move(hours=2)

    assert waits[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert row().failed_at is not None
    assert row().last_error == "SMTPRecipientsRefused"
    assert services.deliver(row().id) is False


def test_one_bad_message_does_not_hold_up_the_others(inside):
    """A kind that nobody writes is noted and the next mail goes out."""
    with transaction():
        outbox.put("mail", {"kind": "postcard"})
        outbox.put("elsewhere", {"kind": "invitation"})
    membership.invite(create_party().actor, "guest@example.com", "viewer")

    assert services.deliver_due() == 1

    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert "postcard" in rows[0].last_error
    assert (rows[1].attempts, rows[1].sent_at) == (0, None)


def test_mail_to_who_is_gone_is_not_sent(inside):
    """Withdrawn, left, erased: what was still waiting goes to nobody."""
    party = create_party()
    gone = with_password(join(party.company, "viewer").member)
    profile.request_reset(gone.email, ADDRESS)
    invitation = membership.invite(party.actor, "guest@example.com", "viewer")
    membership.withdraw(party.actor, invitation.id)
    privacy.erase_me(actor_for(gone), PASSWORD, ADDRESS)

    assert services.deliver_due() == 0

    assert letters() == {}


def test_a_name_cannot_put_a_header_into_a_mail():
    """Line breaks in what goes into a subject stay in the subject."""
    made = mail.Mail(1, "a@example.com", "zh", "甲\r\nBcc: b@example.com 公司", "body",
                     START).message()

    assert made["Bcc"] is None
    assert "\n" not in str(made["Subject"])




def test_an_unknown_channel_is_named(monkeypatch):
    """A wrong MARKET_MAIL_CHANNEL says which there are."""
    monkeypatch.setattr(config, "current", lambda: config.Settings(mail_channel="pigeon"))

    with pytest.raises(mail.UnknownChannel, match="folder, smtp"):
        mail.channel()
