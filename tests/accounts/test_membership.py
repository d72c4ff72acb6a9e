"""Invitations, roles and leaving."""

import threading

import pytest
from sqlalchemy import select

from marketplace.accounts import login, membership, queries, tokens
from marketplace.accounts.errors import (
    AlreadyMember,
    InvitationNotFound,
    LastOwner,
    LinkOver,
    MemberNotFound,
    TooManyInvitations,
    WrongFields,
)
from marketplace.accounts.models import Company, Invitation, Member
from marketplace.accounts.permissions import NotAllowed
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.outbox import OutboxMessage
from tests.accounts.people import ADDRESS, PASSWORD, all_text, person, with_password
from tests.factories.companies import create_party, join

GUEST = "guest@example.com"


def invited(actor, email=GUEST, role="planner"):
    """An invitation and the secret in its link."""
    row = membership.invite(actor, email, role)
    return row, membership.secret_of(row.id, row.expires_at)


def test_an_invited_person_joins_in_the_role_with_the_address_it_was_asked_at(inside):
    """The link makes a member with the invitation's address and role, once."""
    party = create_party()
    row, secret = invited(party.actor)

    member = membership.accept(secret, person(email="somebody-else@example.com"))

    assert (member.company_id, member.role, member.email) == (party.company.id, "planner", GUEST)
    assert login.log_in(GUEST, PASSWORD, ADDRESS)[0].role == "planner"
    with pytest.raises(LinkOver):
        membership.accept(secret, person())
    assert db.session.get_one(Invitation, row.id).accepted_at is not None


def test_no_secret_lies_in_the_database(inside):
    """Neither the table of invitations nor the outbox holds what the link holds."""
    _row, secret = invited(create_party().actor)

    text = all_text(Invitation, OutboxMessage)
    assert secret not in text
    assert "invitation" in text


def test_a_link_dies_by_time_withdrawal_and_a_newer_one(inside, clock):
    """Seven days, a withdrawal, or a second invitation to the same address end the first."""
    actor = create_party().actor
    _, replaced = invited(actor)
    row, withdrawn = invited(actor, GUEST.upper())
    membership.withdraw(actor, row.id)
    _, old = invited(actor, "late@example.com")
    clock.move(days=7)

    for secret in (replaced, withdrawn, old, "", "guessed", "\x00", "王" * 4000):
        with pytest.raises(LinkOver):
            membership.accept(secret, person())
    with pytest.raises(InvitationNotFound):
        membership.withdraw(actor, row.id)


def test_an_invitation_of_another_company_is_not_there(inside):
    """A stranger cannot withdraw, nor learn that it exists."""
    row, secret = invited(create_party().actor)

    with pytest.raises(InvitationNotFound):
        membership.withdraw(create_party().actor, row.id)

    assert queries.open_invitation(secret).id == row.id


@pytest.mark.parametrize(("email", "role", "field"), [
    ("no address", "planner", "email"), ("a@b\nBcc: c@d", "planner", "email"),
    (GUEST, "operator", "role"), (GUEST, "", "role")])
def test_only_a_plain_address_and_a_role_of_a_company_can_be_invited(inside, email, role, field):
    """Nobody is made an operator by invitation, and no header is smuggled into a mail."""
    with pytest.raises(WrongFields) as refused:
        membership.invite(create_party().actor, email, role)

    assert [each.field for each in refused.value.errors] == [field]


def test_a_member_is_not_invited_again(inside):
    """An address of this company is refused; one of another company is told only its owner."""
    party, other = create_party(), create_party()

    with pytest.raises(AlreadyMember):
        membership.invite(party.actor, party.member.email, "planner")
    _, secret = invited(party.actor, other.member.email)
    with pytest.raises(AlreadyMember):
        membership.accept(secret, person())


def test_open_invitations_are_limited(inside, monkeypatch):
    """So many may be open, not one more."""
    monkeypatch.setattr(membership, "OPEN_MOST", 2)
    actor = create_party().actor
    invited(actor, "a@example.com")
    invited(actor, "b@example.com")

    with pytest.raises(TooManyInvitations):
        invited(actor, "c@example.com")
    assert invited(actor, "B@example.com")


def test_the_last_owner_stays_one(inside):
    """The last owner is neither demoted nor let go; with a second owner both are possible."""
    party = create_party()
    for step in (lambda: membership.change_role(party.actor, party.member.id, "viewer"),
                 lambda: membership.leave(party.actor, party.member.id)):
        with pytest.raises(LastOwner):
            step()

    second = join(party.company, "planner")
    membership.change_role(party.actor, second.member.id, "owner")
    membership.leave(party.actor, party.member.id)

    assert [each.id for each in queries.owners(party.company.id)] == [second.member.id]


def test_two_owners_who_demote_each_other_at_once_leave_one(app):
    """Of two crossing demotions one is refused, on both databases."""
    party = create_party()
    other = join(party.company, "owner")
    start, refusals = threading.Barrier(2), []

    def demote(actor, member_id):
        with app.app_context():
            start.wait()
            try:
                membership.change_role(actor, member_id, "viewer")
            except DomainError as error:
                refusals.append(error.code)

    pair = [threading.Thread(target=demote, args=(party.actor, other.member.id)),
            threading.Thread(target=demote, args=(other.actor, party.member.id))]
    for each in pair:
        each.start()
    for each in pair:
        each.join()

    with app.app_context():
        assert len(queries.owners(party.company.id)) == 1
    assert refusals == ["last_owner"]


def test_who_leaves_is_locked_out_at_once(inside):
    """Session, token, password and open invitations end with the membership."""
    party = create_party()
    leaving = join(party.company, "owner")
    member = with_password(leaving.member)
    actor, epoch = login.log_in(member.email, PASSWORD, ADDRESS)
    _, secret = invited(leaving.actor)
    email = member.email

    membership.leave(party.actor, member.id)

    assert login.actor_of_session(actor.member_id, epoch) is None
    assert tokens.actor_of(leaving.token) is None
    with pytest.raises(DomainError):
        login.log_in(email, PASSWORD, ADDRESS)
    with pytest.raises(LinkOver):
        queries.open_invitation(secret)
    row = db.session.get_one(Member, member.id)
    assert (row.state, row.email, row.name) == ("left", None, member.name)
    assert invited(party.actor, email)


def test_the_contact_of_a_company_is_handed_on(inside):
    """When the company's contact leaves, another owner's address takes its place."""
    party = create_party()
    contact = join(party.company, "owner").member
    company = db.session.get_one(Company, party.company.id)
    company.contact_email, company.contact_name = contact.email, contact.name
    db.session.commit()

    membership.leave(party.actor, contact.id)

    row = db.session.get_one(Company, party.company.id)
    assert (row.contact_email, row.contact_name) == (party.member.email, party.member.name)


@pytest.mark.parametrize("role", ["planner", "finance", "viewer"])
def test_other_roles_change_nobody_but_may_leave(inside, role):
    """Inviting, roles and taking out are the owner's; leaving is everybody's."""
    party = create_party()
    mine = join(party.company, role)

    for step in (lambda: membership.invite(mine.actor, GUEST, "viewer"),
                 lambda: membership.change_role(mine.actor, party.member.id, "viewer"),
                 lambda: membership.leave(mine.actor, party.member.id)):
        with pytest.raises(NotAllowed):
            step()
    membership.leave(mine.actor, mine.member.id)

    states = db.session.scalars(select(Member.state).where(Member.id == mine.member.id)).all()
    assert states == ["left"]


def test_a_member_of_another_company_is_not_there(inside):
    """A stranger's number is answered like a number that nobody has."""
    mine, theirs = create_party(), create_party()

    for number in (theirs.member.id, 10**6):
        with pytest.raises(MemberNotFound):
            membership.change_role(mine.actor, number, "viewer")
        with pytest.raises(MemberNotFound):
            membership.leave(mine.actor, number)
