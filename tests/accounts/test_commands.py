"""What whoever runs the service does at a shell."""

import pytest

from marketplace.accounts import login, tokens
from marketplace.accounts.models import Member
from marketplace.core.db import db
from tests.accounts.people import ADDRESS, PASSWORD, all_text, with_password
from tests.factories.companies import create_party

BOSS = ["users", "create-operator", "--email", "boss@example.com", "--name", "Boss"]


def test_the_first_operator_is_made_with_a_password_from_standard_input(app, runner):
    """The account opens with what was piped in, and the password is not printed."""
    result = runner.invoke(args=BOSS, input=PASSWORD + "\n")

    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    with app.app_context():
        actor, _ = login.log_in("boss@example.com", PASSWORD, ADDRESS)
        assert actor.is_operator


def test_a_generated_password_is_printed_once(app, runner):
    """With --generate the last line is a password that opens the account."""
    result = runner.invoke(args=[*BOSS, "--generate"])

    word, _, password = result.output.splitlines()[-1].partition(": ")
    assert word == "password"
    with app.app_context():
        assert login.log_in("boss@example.com", password, ADDRESS)[0].is_operator


@pytest.mark.parametrize(("extra", "password", "words"), [
    ([], "short\n", "10 to 128 characters"), ([], "", "10 to 128 characters"),
    (["--email", "nothing"], PASSWORD, "wang@example.com")])
def test_a_wrong_operator_ends_with_one_sentence(app, runner, extra, password, words):
    """No password, a weak one or a wrong address: exit code 1, the reason, nothing stored."""
    result = runner.invoke(args=BOSS + extra, input=password)

    assert result.exit_code == 1
    assert words in result.output
    assert "boss" not in all_text(Member)


def test_a_token_made_at_the_shell_is_all_that_is_printed(app, runner):
    """The secret alone goes to standard output, so that a script can keep it."""
    member = create_party().member

    result = runner.invoke(args=["tokens", "create", "--email", member.email.upper(),
                                 "--scopes", "market:read, market:write", "--days", "2"])

    assert result.exit_code == 0, result.output
    with app.app_context():
        found = tokens.actor_of(result.output.strip())
        assert (found.member_id, found.scopes) == (
            member.id, frozenset({"market:read", "market:write"}))


@pytest.mark.parametrize(("args", "code"), [
    (["--email", "nobody@example.com"], 1), (["--scopes", "market:all"], 1),
    (["--days", "0"], 2), (["--days", "100000"], 2)])
def test_a_wrong_token_request_prints_no_secret(app, runner, args, code):
    """An unknown member, scope or length of life ends with an error and no token."""
    member = create_party().member

    result = runner.invoke(args=["tokens", "create", "--email", member.email, *args])

    assert result.exit_code == code
    assert "gf_" not in result.output


def test_a_request_for_erasure_is_carried_out_at_the_shell(app, runner):
    """After a yes the member is a pseudonym; without it nothing happens."""
    member = with_password(create_party().member)
    erase = ["users", "erase", "--email", member.email]

    assert runner.invoke(args=erase, input="n\n").exit_code == 1
    assert runner.invoke(args=erase, input="y\n").exit_code == 0

    with app.app_context():
        row = db.session.get_one(Member, member.id)
        assert (row.state, row.email) == ("erased", None)
