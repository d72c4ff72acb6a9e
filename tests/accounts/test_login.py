"""Logging in, and who a session speaks for."""

import threading

import pytest

from marketplace import config
from marketplace.accounts import login, passwords, profile
from marketplace.accounts.errors import HashingBusy, LoginRefused
from marketplace.core.transaction import transaction
from marketplace.http.limits import TooManyAttempts
from marketplace.http.models import RateCounter
from tests.accounts.people import ADDRESS, PASSWORD, all_text, with_password
from tests.factories.companies import create_member, create_party


@pytest.fixture
def hashes(monkeypatch):
    """Counts how often a password was really hashed."""
    counted = []
    plain = passwords._hasher.verify

    class Counting:
        def verify(self, *args):
            counted.append(args[0])
            return plain(*args)

        hash = staticmethod(passwords._hasher.hash)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    return counted


def test_the_right_password_opens(inside):
    """A member logs in with its address, however it is written."""
    member = with_password(create_party().member)

    actor, epoch = login.log_in(member.email.upper(), PASSWORD, ADDRESS)

    assert (actor.member_id, actor.scopes, epoch) == (member.id, None, 0)
    assert login.actor_of_session(actor.member_id, epoch) == actor


def test_unknown_and_wrong_are_told_alike_and_cost_alike(inside, hashes):
    """An address without an account is answered after the same work, with the same refusal."""
    known = with_password(create_party().member)
    without = create_party().member   # an account that never had a password

    answers = []
    for email in (known.email, "nobody@example.com", without.email, "x" * 5000):
        with pytest.raises(LoginRefused) as refused:
            login.log_in(email, "not the password", ADDRESS)
        answers.append((refused.value.code, refused.value.params))

    assert answers == answers[:1] * 4
    assert len(hashes) == 4


def test_too_many_failures_are_stopped_before_hashing(inside, hashes, clock):
    """After the allowed failures the right password is refused too, and nothing is hashed."""
    member = with_password(create_party().member)
    limit = config.current().login_attempts
    for _ in range(limit):
        with pytest.raises(LoginRefused):
            login.log_in(member.email, "wrong password", ADDRESS)

    with pytest.raises(TooManyAttempts):
        login.log_in(member.email, PASSWORD, "192.0.2.99")

    assert len(hashes) == limit
    clock.move(minutes=15, seconds=1)
    assert login.log_in(member.email, PASSWORD, ADDRESS)


def test_one_network_address_cannot_try_many_accounts(inside, hashes):
    """Guessing one password for many addresses ends at the limit of the network address."""
    limit = config.current().login_attempts * login.SHARED
    for number in range(limit):
        with pytest.raises(LoginRefused):
            login.log_in(f"guess{number}@example.com", "Sommer2026!", ADDRESS)

    with pytest.raises(TooManyAttempts):
        login.log_in("one-more@example.com", "Sommer2026!", ADDRESS)

    assert len(hashes) == limit


def test_success_is_not_counted(inside):
    """Somebody who logs in often, rightly, is never stopped."""
    member = with_password(create_party().member)

    for _ in range(config.current().login_attempts + 2):
        assert login.log_in(member.email, PASSWORD, ADDRESS)


def test_counters_do_not_give_addresses_away(inside):
    """Neither the e-mail nor the network address stands in the table of counters."""
    with pytest.raises(LoginRefused):
        login.log_in("secret.person@example.com", "wrong password", ADDRESS)

    text = all_text(RateCounter)
    assert "login.email:" in text
    assert "secret" not in text
    assert ADDRESS not in text


@pytest.mark.parametrize(("address", "network"), [
    ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("::ffff:192.0.2.7", "192.0.2.7"), ("", ""), ("company 7", "company 7")])
def test_a_network_address_is_what_one_subscriber_has(address, network):
    """All of an IPv6 /64 counts as one."""
    assert login.network(address) == network


def test_hashing_waits_its_turn_and_then_gives_up(monkeypatch):
    """While all places are taken a further hash waits, then says that the service is busy."""
    monkeypatch.setattr(passwords, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)

    with passwords._turn(), pytest.raises(HashingBusy):
        passwords.matches(None, "whatever it is")

    assert passwords.matches(None, "whatever it is") is False


def test_no_password_is_hashed_inside_a_transaction(inside):
    """Hashing would hold the transaction's locks: it is a programming error there."""
    with pytest.raises(RuntimeError, match="before the transaction"), transaction():
        passwords.new_hash(PASSWORD, "")


@pytest.mark.parametrize(("member_id", "epoch"), [
    (None, 0), ("1", 0), (1, "0"), (1, None), (10**6, 0), ([1], 0)])
def test_a_strange_session_speaks_for_nobody(inside, member_id, epoch):
    """Whatever a cookie holds, only a number with its epoch is a member."""
    create_member()

    assert login.actor_of_session(member_id, epoch) is None


def test_a_raised_epoch_ends_every_session(inside):
    """Logging out everywhere makes all earlier sessions speak for nobody."""
    member = with_password(create_party().member)
    actor, epoch = login.log_in(member.email, PASSWORD, ADDRESS)

    profile.log_out_everywhere(actor)

    assert login.actor_of_session(member.id, epoch) is None
