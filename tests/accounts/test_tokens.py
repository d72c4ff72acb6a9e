"""API tokens as a use case."""

import pytest

from marketplace.accounts import tokens
from marketplace.accounts.errors import TokenNotFound, TooManyTokens
from marketplace.accounts.models import ApiToken
from marketplace.accounts.tokens import UnknownScope
from tests.accounts.people import all_text
from tests.factories.companies import create_party


def test_a_token_speaks_for_its_member_until_it_ends(inside, clock):
    """The secret opens with the scopes it was made for, up to its last moment."""
    actor = create_party().actor
    secret = tokens.create(actor, "mes", ("market:read",), 1)

    found = tokens.actor_of(secret)
    assert (found.member_id, found.scopes) == (actor.member_id, frozenset({"market:read"}))
    clock.move(days=1)
    assert tokens.actor_of(secret) is None


def test_only_the_hash_is_kept(inside):
    """The table does not hold the secret."""
    secret = tokens.create(create_party().actor, "mes", ("market:read",))

    assert secret not in all_text(ApiToken)
    assert secret[10:] not in all_text(ApiToken)


@pytest.mark.parametrize("scopes", [(), ("market:everything",), ("market:read", "")])
def test_a_scope_is_one_of_the_list(inside, scopes):
    """No scope, or one that does not exist, is refused."""
    with pytest.raises(UnknownScope):
        tokens.create(create_party().actor, "mes", scopes)


def test_a_token_makes_none_that_may_more_or_lives_longer(inside):
    """What a stolen token makes ends with it and can do no more than it."""
    party = create_party()
    row, secret = tokens.make(party.actor, "short", ("account:write",), 3)
    by_token = tokens.actor_of(secret)

    with pytest.raises(UnknownScope):
        tokens.make(by_token, "more", ("account:write", "market:write"))
    child, _ = tokens.make(by_token, "child", ("account:write",), 300)

    assert child.expires_at == row.expires_at


def test_a_token_of_somebody_else_is_not_there(inside):
    """Only its own member revokes a token, and twice is as good as once."""
    mine, theirs = create_party().actor, create_party().actor
    row, secret = tokens.make(mine, "mes", ("market:read",))

    with pytest.raises(TokenNotFound):
        tokens.revoke(theirs, row.id)
    assert tokens.actor_of(secret)
    tokens.revoke(mine, row.id)
    tokens.revoke(mine, row.id)

    assert tokens.actor_of(secret) is None


def test_live_tokens_are_limited(inside, monkeypatch):
    """Revoked ones do not count."""
    actor = create_party().actor
    monkeypatch.setattr(tokens, "LIVE_MOST", 2)
    row, _ = tokens.make(actor, "second", ("market:read",))

    with pytest.raises(TooManyTokens):
        tokens.make(actor, "third", ("market:read",))
    tokens.revoke(actor, row.id)
    assert tokens.make(actor, "third", ("market:read",))
