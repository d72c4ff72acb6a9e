"""Registering, correcting and reviewing a company."""

import pytest
from sqlalchemy import select

from marketplace.accounts import queries, services, tokens
from marketplace.accounts.errors import CompanyChanged, CompanyNotFound, NoSuchReview, WrongFields
from marketplace.accounts.models import Company, Member
from marketplace.accounts.permissions import NotAllowed
from marketplace.core.db import db
from marketplace.core.outbox import OutboxMessage
from tests.accounts.people import ADDRESS, facts, person
from tests.factories.companies import actor_for, create_member, create_party, join


def fields(error):
    """The wrong fields of a refusal."""
    return {each.field: each.code for each in error.value.errors}


def test_who_registers_is_the_first_owner(inside):
    """A registered company waits for verification; consent is kept with version and moment."""
    me = person()

    member = services.register(facts(industry_code="C3484"), me, ADDRESS)

    company = db.session.get_one(Company, member.company_id)
    assert (company.state, company.industry_code) == ("pending", "3484")
    assert (member.role, member.terms_version) == ("owner", me.terms_version)
    assert member.consented_at is not None
    assert member.password_hash.startswith("$argon2id$")
    assert tokens.actor_of_member(member.id).company_verified is False


def test_every_wrong_field_is_named_at_once(inside):
    """All that is wrong with a company comes in one answer, and nothing is saved."""
    wrong = facts(credit_code="91110000600037341M", region_code="999999", industry_code="Z1",
                  contact_email="no", contact_phone="x")

    with pytest.raises(WrongFields) as refused:
        services.register(wrong, person(), ADDRESS)

    assert fields(refused) == {
        "credit_code": "credit_code_checksum", "region_code": "region_code",
        "industry_code": "industry_code", "contact_email": "email", "contact_phone": "phone"}
    assert db.session.scalars(select(Company)).all() == []


@pytest.mark.parametrize(("changes", "code"), [
    ({"terms_version": "2001-01-01"}, {"terms_version": "consent"}),
    ({"password": "short"}, {"password": "password_length"}),
    ({"email": "no address"}, {"email": "email"})])
def test_a_person_without_consent_address_or_password_is_refused(inside, changes, code):
    """Old terms, a weak password and a wrong address keep the account shut."""
    with pytest.raises(WrongFields) as refused:
        services.register(facts(), person(**changes), ADDRESS)

    assert fields(refused) == code
    assert db.session.scalars(select(Member)).all() == []


def test_a_code_and_an_address_exist_once(inside):
    """A credit code or an address that is registered is refused, however it is written."""
    first, me = facts(), person()
    services.register(first, me, ADDRESS)

    with pytest.raises(WrongFields) as refused:
        services.register(facts(credit_code=first.credit_code.lower()),
                          person(email=me.email.upper()), ADDRESS)

    assert fields(refused) == {"credit_code": "credit_code_taken", "email": "email_taken"}


def test_the_database_names_the_field_when_two_register_at_once(inside, monkeypatch):
    """When a rival's row appears between look and insert, the answer is still the field."""
    first = facts()
    services.register(first, person(), ADDRESS)
    looks, plain = [], services._refuse_taken

    def blind_once(*args):
        looks.append(args)
        if len(looks) > 1:
            plain(*args)

    monkeypatch.setattr(services, "_refuse_taken", blind_once)
    with pytest.raises(WrongFields) as refused:
        services.register(facts(credit_code=first.credit_code), person(), ADDRESS)

    assert fields(refused) == {"credit_code": "credit_code_taken"}


def test_an_edit_of_the_contact_keeps_the_verification(inside):
    """Only a new name or code sends a verified company back to the queue."""
    party = create_party()

    company = services.edit_company(party.actor, {"contact_phone": "0531-1234567"}, 1)
    assert (company.state, company.version) == ("verified", 2)

    company = services.edit_company(party.actor, {"name": "新名字机械有限公司"}, 2)
    assert (company.state, company.verified_at) == ("pending", None)


def test_an_edit_of_old_facts_is_refused(inside):
    """Who read an older version does not overwrite a newer one."""
    party = create_party()
    services.edit_company(party.actor, {"contact_phone": "0531-1234567"}, 1)

    with pytest.raises(CompanyChanged):
        services.edit_company(party.actor, {"contact_phone": "0531-7654321"}, 1)

    assert queries.company(party.company.id).contact_phone == "0531-1234567"


def test_a_company_cannot_take_the_code_of_another(inside):
    """An edit to a registered credit code is refused as taken."""
    mine, theirs = create_party(), create_party()

    with pytest.raises(WrongFields) as refused:
        services.edit_company(mine.actor, {"credit_code": theirs.company.credit_code}, 1)

    assert fields(refused) == {"credit_code": "credit_code_taken"}


@pytest.mark.parametrize("role", ["planner", "finance", "viewer"])
def test_only_an_owner_edits(inside, role):
    """Other roles read the company and leave it as it is."""
    actor = join(create_party().company, role).actor

    with pytest.raises(NotAllowed):
        services.edit_company(actor, {"name": "别的名字"}, 1)


def test_a_verdict_reaches_every_owner(inside):
    """Verification and rejection put one mail a owner into the outbox, without any address."""
    party = create_party(state="pending", verified_at=None)
    other, _planner = join(party.company, "owner"), join(party.company, "planner")
    operator = actor_for(create_member())

    verified = services.review(operator, party.company.id, "verify")
    assert verified.verified_at is not None
    services.review(operator, party.company.id, "reject", "营业执照已过期。")

    payloads = [row.payload for row in db.session.scalars(
        select(OutboxMessage).order_by(OutboxMessage.id))]
    assert payloads == [{"kind": kind, "member_id": member}
                        for kind in ("company_verified", "company_rejected")
                        for member in (party.member.id, other.member.id)]
    assert queries.company(party.company.id).review_note == "营业执照已过期。"


def test_a_verdict_has_its_order_and_its_reason(inside):
    """Twice verified is a conflict, a rejection without a reason is refused, unknown is 404."""
    company = create_party().company
    operator = actor_for(create_member())

    with pytest.raises(NoSuchReview):
        services.review(operator, company.id, "verify")
    with pytest.raises(WrongFields):
        services.review(operator, company.id, "reject", "  ")
    with pytest.raises(CompanyNotFound):
        services.review(operator, 10**6, "verify")


def test_no_company_verifies_itself(inside):
    """The verdict is the operator's; an owner is refused."""
    party = create_party(state="pending", verified_at=None)

    with pytest.raises(NotAllowed):
        services.review(party.actor, party.company.id, "verify")


def test_an_operator_imports_a_company_once(inside):
    """An imported company waits like any other; its code cannot come twice."""
    operator, new = actor_for(create_member()), facts()

    assert services.import_company(operator, new).state == "pending"
    with pytest.raises(WrongFields):
        services.import_company(operator, new)
    with pytest.raises(NotAllowed):
        services.import_company(create_party().actor, facts())
