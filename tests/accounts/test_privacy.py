"""A copy of one's data, and erasure."""

import json

import pytest
from sqlalchemy import select

from marketplace.accounts import membership, privacy, profile, tasks, tokens
from marketplace.accounts.errors import LastOwner, WrongPassword
from marketplace.accounts.models import ApiToken, Company, Invitation, Member, PasswordReset
from marketplace.accounts.permissions import NotAllowed
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from marketplace.http.models import IdempotencyKey, RateCounter
from tests.accounts.people import ADDRESS, PASSWORD, all_text, person, with_password
from tests.factories.companies import actor_for, create_member, create_party

NAME, EMAIL = "Erika Mustermann", "erika.mustermann@example.com"
EVERYWHERE = (Member, Company, Invitation, PasswordReset, ApiToken, OutboxMessage, AuditEntry,
              RateCounter, IdempotencyKey)


def erika(party, role="owner"):
    """A member with a telling name, who joined by invitation and left traces."""
    row = membership.invite(party.actor, EMAIL, role)
    member = membership.accept(membership.secret_of(row.id, row.expires_at),
                               person(name=NAME))
    actor = tokens.actor_of_member(member.id)
    tokens.create(actor, f"script of {NAME}", ("market:read",))
    return actor


def test_a_copy_holds_ones_own_data_and_no_secret(inside):
    """The copy names the member, its tokens and steps, is JSON, and holds no key and no hash."""
    party = create_party()
    actor = erika(party)

    copy = privacy.export(actor)

    text = json.dumps(copy, ensure_ascii=False)
    assert copy["member"]["email"] == EMAIL
    assert copy["company"]["credit_code"] == party.company.credit_code
    assert [row["name"] for row in copy["tokens"]] == [f"script of {NAME}"]
    assert {"member.join", "member.consent", "token.create"} <= {
        row["action"] for row in copy["steps"]}
    assert {"downloads", "uploads"} <= set(copy)
    assert "$argon2" not in text
    assert party.member.email not in text


def test_erasure_leaves_a_pseudonym_and_nothing_else(inside):
    """Name and address are in no table any more; the audit log still tells who by number."""
    party = create_party()
    actor = erika(party)
    company = db.session.get_one(Company, party.company.id)
    company.contact_name, company.contact_email = NAME, EMAIL
    db.session.commit()
    assert "Erika" in all_text(*EVERYWHERE)

    privacy.erase_me(actor, PASSWORD, ADDRESS)

    text = all_text(*EVERYWHERE)
    assert "Erika" not in text
    assert "erika" not in text
    row = db.session.get_one(Member, actor.member_id)
    assert (row.state, row.email, row.password_hash) == ("erased", None, None)
    assert row.name == row.pseudonym
    assert row.pseudonym.startswith("M-")
    steps = db.session.scalars(select(AuditEntry.action).where(
        AuditEntry.member_id == actor.member_id)).all()
    assert {"member.join", "member.erase"} <= set(steps)


def test_erasure_asks_for_the_password(inside):
    """Whoever sits at an open screen cannot erase its owner."""
    actor = erika(create_party())

    with pytest.raises(WrongPassword):
        privacy.erase_me(actor, "not the password", ADDRESS)

    assert db.session.get_one(Member, actor.member_id).name == NAME


def test_the_last_owner_hands_over_first_but_staff_can_always_erase(inside):
    """A company keeps an owner when its owner acts; a request carried out by staff goes first."""
    party = create_party()
    with_password(party.member)

    with pytest.raises(LastOwner):
        privacy.erase_me(party.actor, PASSWORD, ADDRESS)
    assert db.session.get_one(Member, party.member.id).state == "active"
    privacy.erase(actor_for(create_member()), party.member.id)

    assert db.session.get_one(Member, party.member.id).state == "erased"


def test_nobody_erases_somebody_else(inside):
    """An owner may take a member out, but its data are the member's."""
    party = create_party()
    actor = erika(party, "viewer")

    with pytest.raises(NotAllowed):
        privacy.erase(party.actor, actor.member_id)


def test_a_member_who_left_can_still_be_erased(inside):
    """After leaving, the name that stayed can be replaced too."""
    party = create_party()
    actor = erika(party, "viewer")
    membership.leave(party.actor, actor.member_id)
    assert NAME in all_text(Member)

    privacy.erase(actor_for(create_member()), actor.member_id)

    text = all_text(*EVERYWHERE)
    assert "Erika" not in text
    assert "erika" not in text


def test_an_erased_address_may_come_back(inside):
    """Somebody erased can be invited anew and is then another member."""
    party = create_party()
    actor = erika(party, "viewer")
    privacy.erase_me(actor, PASSWORD, ADDRESS)

    assert erika(party, "viewer").member_id != actor.member_id


def test_addresses_and_resets_are_forgotten_with_their_links(inside, clock):
    """Expired and withdrawn invitations lose their address, dead resets go, live ones stay."""
    party = create_party()
    membership.invite(party.actor, "late@example.com", "viewer")
    clock.move(days=6)
    profile.issue_reset(party.member.id, 1, clock.now)
    withdrawn = membership.invite(party.actor, "back@example.com", "viewer")
    membership.withdraw(party.actor, withdrawn.id)
    clock.move(days=1)
    membership.invite(party.actor, "live@example.com", "viewer")

    assert tasks.forget_links() == 3
    assert tasks.forget_links() == 0

    text = all_text(Invitation, PasswordReset)
    assert "late@" not in text
    assert "back@" not in text
    assert "live@" in text
