"""Accounts over HTTP: every status that the document names."""

import pytest

from tests.factories.companies import create_company, create_party, create_token, join

GUEST = {"email": "guest@example.com", "role": "planner"}


@pytest.fixture
def owner(api, market):
    """The seller's owner."""
    return api.as_(market.seller.token)


@pytest.fixture
def operator(api, market):
    """The platform's staff."""
    return api.as_(market.operator_token)


def listed(answer):
    """The items of a page."""
    assert answer.status_code == 200, answer.json
    return answer.json["items"]


def test_me_says_who_the_token_speaks_for(owner, operator, market):
    """A member with its company and scopes; an operator without a company."""
    mine, staff = owner.get("/me").json, operator.get("/me").json

    assert (mine["id"], mine["role"]) == (market.seller.member.id, "owner")
    assert mine["company"] == {"id": market.seller.company.id, "state": "verified",
                               "name": market.seller.company.name}
    assert "account:read" in mine["scopes"]
    assert (staff["role"], staff["company"]) == ("operator", None)


def test_a_company_is_read_and_corrected(owner):
    """PATCH changes what is sent, raises the version, and refuses an old one with 412."""
    before = owner.get("/company").json

    after = owner.call("PATCH", "/company", {"contact_phone": "0531-1234567",
                                             "version": before["version"]})
    again = owner.call("PATCH", "/company", {"contact_phone": "0531-7654321",
                                             "version": before["version"]})

    assert after.status_code == 200, after.json
    assert after.json == before | {"contact_phone": "0531-1234567",
                                   "version": before["version"] + 1}
    assert (again.status_code, again.json["code"]) == (412, "company_changed")


@pytest.mark.parametrize("body", [
    {"name": "x" * 121, "version": 1}, {"name": "a\nb", "version": 1},
    {"name": "a\x00b", "version": 1}, {"name": 7, "version": 1}, {"name": None, "version": 1},
    {"credit_code": "91110000600037341M", "version": 1}, {"name": "好名字"}, {"version": "1"},
    {"version": 1, "state": "verified"}, {"version": 2**40}, [], {"contact_email": "a@b, c@d"}])
def test_what_does_not_fit_a_company_is_named(owner, body):
    """Overlong, control characters, wrong types, unknown fields: 422, field by field."""
    answer = owner.call("PATCH", "/company", body)

    assert answer.status_code == 422, answer.json
    assert answer.json["errors"]


def test_members_are_listed_promoted_and_taken_out(owner, market):
    """The list shows the company's own; role and end take effect."""
    other = join(market.seller.company, "viewer")

    changed = owner.call("PATCH", f"/members/{other.member.id}", {"role": "planner"})
    assert (changed.status_code, changed.json["role"]) == (200, "planner")
    assert [each["id"] for each in listed(owner.get("/members"))] == [
        market.seller.member.id, other.member.id]
    assert owner.call("DELETE", f"/members/{other.member.id}").status_code == 204
    assert owner.as_(other.token).get("/me").status_code == 401


def test_members_come_in_pages(owner, market):
    """A limit of one gives one and the way to the next."""
    join(market.seller.company, "viewer")

    first = owner.get("/members", limit=1).json
    rest = owner.get("/members", limit=1, cursor=first["next_cursor"]).json

    assert len(first["items"]) == len(rest["items"]) == 1
    assert rest["next_cursor"] is None


def test_the_last_owner_is_a_conflict(owner, market):
    """Demoting or ending the only owner is 409."""
    path = f"/members/{market.seller.member.id}"

    for answer in (owner.call("PATCH", path, {"role": "viewer"}), owner.call("DELETE", path)):
        assert (answer.status_code, answer.json["code"]) == (409, "last_owner")


def test_invitations_are_made_listed_and_withdrawn(owner):
    """No answer holds a secret; withdrawn means gone."""
    made = owner.post("/invitations", GUEST)

    assert made.status_code == 201, made.json
    assert set(made.json) == {"id", "email", "role", "expires_at"}
    assert listed(owner.get("/invitations")) == [made.json]
    assert owner.call("DELETE", f"/invitations/{made.json['id']}").status_code == 204
    assert listed(owner.get("/invitations")) == []
    assert owner.call("DELETE", f"/invitations/{made.json['id']}").status_code == 404


def test_inviting_one_of_us_is_a_conflict_and_inviting_on_and_on_is_too_much(owner, market):
    """An own address is 409; the same address more often than allowed is 429."""
    own = owner.post("/invitations", GUEST | {"email": market.seller.member.email})
    assert (own.status_code, own.json["code"]) == (409, "already_member")

    statuses = [owner.post("/invitations", GUEST).status_code for _ in range(11)]

    assert statuses == [201] * 10 + [429]


def test_tokens_are_made_shown_once_and_revoked(owner):
    """The secret comes with the 201 and never again; a revoked token opens nothing."""
    made = owner.post("/tokens", {"name": "mes", "scopes": ["market:read"], "days": 7})
    assert made.status_code == 201, made.json
    theirs = owner.as_(made.json["secret"])
    assert theirs.get("/me").json["scopes"] == ["market:read"]

    row = next(each for each in listed(owner.get("/tokens")) if each["id"] == made.json["id"])
    assert "secret" not in row
    assert owner.call("DELETE", f"/tokens/{row['id']}").status_code == 204
    assert theirs.get("/me").status_code == 401


def test_too_many_tokens_is_a_conflict(owner, monkeypatch):
    """Above the number of live tokens a member may have: 409."""
    monkeypatch.setattr("marketplace.accounts.tokens.LIVE_MOST", 1)

    answer = owner.post("/tokens", {"name": "mes", "scopes": ["market:read"]})

    assert (answer.status_code, answer.json["code"]) == (409, "too_many_tokens")


def test_an_operator_works_through_the_queue(operator):
    """A waiting company is listed, rejected with a reason, verified; out of order is 409."""
    company = create_company(state="pending", verified_at=None)

    assert [each["id"] for each in listed(operator.get("/companies", state="pending"))] == [
        company.id]
    rejected = operator.post(f"/companies/{company.id}/reject", {"note": "缺营业执照。"})
    assert (rejected.json["state"], rejected.json["review_note"]) == ("rejected", "缺营业执照。")
    assert operator.post(f"/companies/{company.id}/reject", {"note": "x"}).status_code == 409
    assert operator.post(f"/companies/{company.id}/reject").status_code == 409
    assert operator.post(f"/companies/{company.id}/verify").json["state"] == "verified"
    assert operator.post(f"/companies/{company.id}/verify").status_code == 409
    assert operator.post(f"/companies/{company.id}/reject", {"note": " "}).status_code == 422


PRIVATE = [
    ("GET", "/me", None), ("GET", "/company", None), ("PATCH", "/company", {"version": 1}),
    ("GET", "/members", None), ("PATCH", "/members/{m}", {"role": "viewer"}),
    ("DELETE", "/members/{m}", None), ("GET", "/invitations", None),
    ("POST", "/invitations", GUEST), ("DELETE", "/invitations/1", None),
    ("GET", "/tokens", None), ("POST", "/tokens", {"name": "x", "scopes": ["market:read"]}),
    ("DELETE", "/tokens/1", None), ("GET", "/companies", None),
    ("POST", "/companies/{c}/verify", {}), ("POST", "/companies/{c}/reject", {"note": "x"})]


def at(path, party):
    """A path with a party's numbers in it."""
    return path.format(m=party.member.id, c=party.company.id)


@pytest.mark.parametrize(("method", "path", "body"), PRIVATE)
def test_nobody_gets_in(api, market, method, path, body):
    """Without a token, and with a wrong one, every address answers 401."""
    for token in (None, "gf_wrong", "\x7f"):
        assert api.as_(token).call(method, at(path, market.seller), body).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), PRIVATE[1:])
def test_a_token_without_the_scope_gets_nowhere(api, market, method, path, body):
    """A token for the market reads and changes no account: 403 names the scope."""
    weak = api.as_(create_token(market.seller.member, ("market:read", "market:write")))

    answer = weak.call(method, at(path, market.seller), body)

    assert (answer.status_code, answer.json["code"]) == (403, "token_scope")


@pytest.mark.parametrize(("method", "path", "body"), [
    each for each in PRIVATE if each[1] not in ("/me", "/company", "/members", "/tokens",
                                                "/tokens/1")
    or each[0] == "PATCH"])
def test_a_viewer_changes_nothing(api, market, method, path, body):
    """What the table gives to owners and operators is 403 for a viewer."""
    viewer = api.as_(join(market.seller.company, "viewer").token)

    answer = viewer.call(method, at(path, market.seller), body)

    assert (answer.status_code, answer.json["code"]) == (403, "not_allowed")


def test_numbers_of_others_are_not_there(api, market):
    """Members, invitations, tokens of another company, and companies unknown, are 404."""
    owner = api.as_(market.seller.token)
    stranger = create_party()
    theirs = api.as_(stranger.token).post("/invitations", GUEST).json["id"]
    token = api.as_(stranger.token).get("/tokens").json["items"][0]["id"]
    staff = api.as_(market.operator_token)

    for answer in (owner.call("PATCH", f"/members/{stranger.member.id}", {"role": "viewer"}),
                   owner.call("DELETE", f"/members/{stranger.member.id}"),
                   owner.call("DELETE", f"/invitations/{theirs}"),
                   owner.call("DELETE", f"/tokens/{token}"),
                   staff.get("/company"),
                   staff.post("/companies/999999/verify"),
                   staff.post("/companies/999999/reject", {"note": "x"})):
        assert answer.status_code == 404, answer.json


@pytest.mark.parametrize(("method", "path"), [
    ("PATCH", "/company"), ("PATCH", "/members/1"), ("POST", "/invitations"),
    ("POST", "/tokens"), ("POST", "/companies/1/verify"), ("POST", "/companies/1/reject")])
def test_a_body_that_is_no_json_is_400(api, market, method, path):
    """Half a JSON object is told apart from a wrong one."""
    answer = api.client.open("/api/v1" + path, method=method, data='{"name": ',
                             content_type="application/json",
                             headers={"Authorization": f"Bearer {market.seller.token}"})

    assert answer.status_code == 400


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/tokens", {"name": "x", "scopes": []}),
    ("POST", "/tokens", {"name": "x", "scopes": ["all"]}),
    ("POST", "/tokens", {"name": "x", "scopes": ["market:read"], "days": 10**9}),
    ("POST", "/tokens", {"name": "\u202e\x07", "scopes": ["market:read"]}),
    ("POST", "/invitations", {"email": "a@b\r\nBcc: c@d", "role": "viewer"}),
    ("POST", "/invitations", {"email": "a@b.example", "role": "operator"}),
    ("PATCH", "/members/1", {"role": "king"}), ("GET", "/members?limit=0", None),
    ("GET", "/invitations?limit=a", None), ("GET", "/tokens?cursor=-1", None),
    ("GET", "/companies?state=great", None), ("POST", "/companies/1/verify", {"note": "x" * 1001})])
def test_hostile_input_is_named_and_refused(api, market, method, path, body):
    """What breaks a field's rule is 422, whoever sends it."""
    answer = api.as_(market.seller.token).call(method, path, body)

    assert answer.status_code == 422, answer.json
