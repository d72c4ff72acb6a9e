"""Pages to get in by: register, log in, reset, accept."""

import re

import pytest

from marketplace.accounts import membership, profile
from marketplace.accounts.models import Member
from marketplace.accounts.rules import TERMS_VERSION
from marketplace.core import clock as product_clock
from marketplace.core.db import db
from marketplace.web.pages.account_session import is_ours
from tests.accounts.browser import Browser
from tests.accounts.people import PASSWORD, facts, with_password
from tests.factories.companies import create_party

NEW = "schleifen-und-bohren"


@pytest.fixture
def browser(client):
    """A visitor."""
    return Browser(client)


def registration(**changes):
    """A filled-in form."""
    return {**facts().__dict__, "member_name": "李工", "email": "li@quanhe.example",
            "password": PASSWORD, "language": "zh", "terms_version": TERMS_VERSION} | changes


def test_a_company_registers_and_hands_in_papers_next(browser, app):
    """The form makes company and owner, logs in, and leads to the papers."""
    answer = browser.send("/register", **registration())

    assert (answer.status_code, answer.location) == (303, "/papers")
    page = browser.visit("/papers")
    assert page.status_code == 200
    assert "待核验" in page.text
    with app.app_context():
        assert db.session.query(Member).one().role == "owner"


@pytest.mark.parametrize(("changes", "told"), [
    ({"credit_code": "91110000600037341M"}, "校验码对不上"),
    ({"terms_version": ""}, "勾选同意"), ({"contact_name": ""}, "必填"),
    ({"terms_version": "1"}, "勾选同意"),
    ({"member_name": "x" * 61}, "1 到 60"), ({"member_name": "a\x00b"}, "不含控制字符"),
    ({"password": "short"}, "10 到 128"), ({"email": "no"}, "填邮箱地址"),
    ({"language": "fr"}, "可选"), ({"name": "<script>alert(1)</script>", "email": "no"}, "&lt;")])
def test_what_is_wrong_is_told_at_its_field_and_kept(browser, changes, told):
    """The form comes back with a sentence and with what was typed, escaped, less the password."""
    answer = browser.send("/register", **registration(**changes))

    assert answer.status_code == 422
    assert told in answer.text
    assert PASSWORD not in answer.text
    assert "<script>alert" not in answer.text


def test_a_form_without_the_sessions_secret_is_refused(browser, client):
    """Another site cannot send a form in somebody's name, with no secret, a wrong or an old one."""
    member = with_password(create_party().member)
    old = browser.secret()
    browser.log_in(member)

    for secret in ("", "wrong", old):
        answer = client.post("/account/profile", data={
            "csrf_token": secret, "name": "Mallory", "language": "en"})
        assert answer.status_code == 403, secret
    assert "Mallory" not in browser.visit("/account").text


@pytest.mark.parametrize(("wanted", "led_to"), [
    ("/bookings?side=made", "/bookings?side=made"), ("", "/"), ("https://evil.example/", "/"),
    ("//evil.example", "/"), ("/\\evil.example", "/"), ("javascript:alert(1)", "/"),
    ("/x\r\nSet-Cookie: a=b", "/"), ("bookings", "/")])
def test_logging_in_leads_to_a_page_of_ours_only(browser, wanted, led_to):
    """`next` is followed within the service and never out of it."""
    member = with_password(create_party().member)

    answer = browser.send("/login", email=member.email, password=PASSWORD, next=wanted)

    assert (answer.status_code, answer.location) == (303, led_to)
    assert is_ours(led_to)


def test_wrong_and_unknown_get_the_same_page(browser):
    """Nothing on the page tells whether the address has an account."""
    member = with_password(create_party().member)

    pages = [browser.send("/login", email=email, password="not the password")
             for email in (member.email, "nobody@example.com")]

    assert [page.status_code for page in pages] == [401, 401]
    assert (plain(pages[0].text, member.email) == plain(pages[1].text, "nobody@example.com"))


def plain(page: str, email: str) -> str:
    """A page without the address typed and without its signed secrets, which tell the second."""
    return re.sub(r"[\w-]{20,}\.[\w-]{4,}\.[\w-]{20,}", "", page.replace(email, ""))


def test_too_many_attempts_are_told_in_the_page(browser):
    """Above the limit the page says how long to wait."""
    statuses = [browser.send("/login", email="a@example.com", password="guess it").status_code
                for _ in range(11)]

    assert statuses == [401] * 10 + [429]


def test_a_session_begun_before_logging_in_gains_nothing(browser, client):
    """What lay in the session before is gone after the log-in: nobody can plant a session."""
    with client.session_transaction() as session:
        session.update(member_id=999, epoch=0, planted="yes", lang="en")

    browser.log_in(create_party().member)

    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["lang"] == "en"


def test_a_forged_session_is_nobodys(client):
    """A number of a member without its epoch, or with a wrong one, is not logged in."""
    member = create_party().member
    for forged in ({"member_id": member.id}, {"member_id": member.id, "epoch": 1},
                   {"member_id": str(member.id), "epoch": 0}):
        with client.session_transaction() as session:
            session.clear()
            session.update(forged)
        assert client.get("/account").location == "/login?next=%2Faccount"


def test_a_token_does_not_open_pages(client):
    """Pages know sessions only, so a token's scopes cannot be walked around."""
    party = create_party()

    answer = client.get("/account", headers={"Authorization": f"Bearer {party.token}"})

    assert answer.status_code == 302


def test_logging_out_ends_the_session(browser):
    """After logging out a member's page asks to log in."""
    browser.log_in(create_party().member)
    assert browser.visit("/account").status_code == 200

    browser.send("/logout")

    assert browser.visit("/account").status_code == 302


def test_a_reset_ends_the_sessions_of_every_browser(browser, app):
    """Who was logged in, here or elsewhere, is out after the reset; the link works once."""
    member = create_party().member
    browser.log_in(member)
    elsewhere = Browser(app.test_client())
    elsewhere.log_in(member)
    with app.app_context():
        secret = profile.issue_reset(member.id, 1, product_clock.now())

    assert browser.visit(f"/reset/{secret}").status_code == 200
    answer = browser.send(f"/reset/{secret}", password=NEW)

    assert answer.location == "/login"
    for each in (browser, elsewhere):
        assert each.visit("/account").status_code == 302
    for path in (f"/reset/{secret}", "/reset/guessed", "/reset/%00", "/reset/" + "x" * 2000):
        assert browser.visit(path).status_code == 404
    assert browser.send(f"/reset/{secret}", password=NEW).status_code == 404


def test_asking_for_a_reset_tells_nothing(browser):
    """The answer is the same page for an account and for none."""
    member = create_party().member

    pages = [browser.send("/forgot", email=email) for email in (member.email, "no@example.com")]

    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].text == pages[1].text


def test_an_invited_person_joins_by_the_page(browser, app):
    """The page names company and role; the form joins, logs in, and is then used up."""
    party = create_party()
    with app.app_context():
        row = membership.invite(party.actor, "guest@example.com", "planner")
        path = "/invitations/" + membership.secret_of(row.id, row.expires_at)

    page = browser.visit(path)
    assert party.company.name in page.text
    assert "计划员" in page.text
    wrong = browser.send(path, member_name="客人", password=PASSWORD, language="zh")
    assert wrong.status_code == 422
    joined = browser.send(path, member_name="客人", password=PASSWORD, language="zh",
                          terms_version=TERMS_VERSION)

    assert joined.status_code == 303
    assert "guest@example.com" in browser.visit("/account").text
    assert browser.visit(path).status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/register", "/login", "/forgot", "/terms", "/privacy"])
def test_public_pages_speak_both_languages(browser, path, lang):
    """Each opens for anybody, in the language asked for."""
    page = browser.visit(path, lang=lang)

    assert page.status_code == 200
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}"' in page.text
    assert (TERMS_VERSION in page.text) is (path not in ("/login", "/forgot"))
