"""Pages of a company and of the operator's queue."""

import io
import re

import pytest

from marketplace.accounts import membership, tokens
from marketplace.accounts.models import Company, Member
from marketplace.core.db import db
from marketplace.files.models import File, FileDownload
from marketplace.files.rules import PAPERS
from tests.accounts.browser import Browser
from tests.accounts.people import PASSWORD
from tests.factories.companies import create_member, create_party, join

PDF = b"%PDF-1.7\n%a licence"


@pytest.fixture
def browser(client):
    """A browser."""
    return Browser(client)


@pytest.fixture
def waiting(browser):
    """A company that waits for verification, its owner logged in."""
    party = create_party(state="pending", verified_at=None)
    browser.log_in(party.member)
    return party


def another(app, member):
    """Somebody else's browser, logged in."""
    made = Browser(app.test_client())
    made.log_in(member)
    return made


def stored(app, table, number):
    """One row as it is now."""
    with app.app_context():
        return db.session.get_one(table, number)


def hand_in(browser, data=PDF, name="营业执照.pdf"):
    """Upload a paper."""
    return browser.send("/papers", file=(io.BytesIO(data), name))


def newest(browser):
    """The address of the paper that was handed in last."""
    found = re.search(r'href="(/papers/[0-9]+)"', browser.visit("/papers").text)
    assert found is not None
    return found[1]


def test_from_papers_to_verification(browser, waiting, app):
    """An owner hands a paper in, an operator finds, fetches and verifies it."""
    assert hand_in(browser).status_code == 303
    operator = another(app, create_member())

    assert waiting.company.name in operator.visit("/verification").text
    page = operator.visit(f"/verification/{waiting.company.id}")
    assert "营业执照.pdf" in page.text
    with operator.visit(newest(browser)) as paper:
        assert (paper.status_code, paper.data) == (200, PDF)
    done = operator.send(f"/verification/{waiting.company.id}/verify")

    assert done.location == "/verification"
    assert stored(app, Company, waiting.company.id).state == "verified"
    assert "没有企业在这个状态" in operator.visit("/verification").text
    with app.app_context():
        assert db.session.query(FileDownload).count() == 1


def test_a_paper_is_never_shown_inside_a_page(browser, waiting):
    """It comes as an attachment, sandboxed, not guessed at, and not kept by the browser."""
    hand_in(browser, name='"><script>.html')
    with browser.visit(newest(browser)) as paper:
        headers = paper.headers

    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Cache-Control"] == "no-store"
    assert "<script>" not in browser.visit("/papers").text.replace("<script defer", "").replace(
        "<script type", "")


@pytest.mark.parametrize(("data", "told"), [
    (b"", "文件是空的"), (b"<html>", "只收 PDF"), (b"%PDF-" + b"x" * 2000, "一个文件最大")])
def test_a_wrong_paper_is_told_at_its_field(browser, waiting, monkeypatch, data, told):
    """Empty, of another kind or too large: the page says which, and nothing is stored."""
    monkeypatch.setitem(PAPERS.__dict__, "most", 2000)   # frozen, and the same for all
    answer = hand_in(browser, data)

    assert answer.status_code == 422
    assert told in answer.text


def test_no_file_at_all_is_told_too(browser, waiting):
    """A form without its file is answered, not broken."""
    assert browser.send("/papers").status_code == 422


def test_a_paper_is_taken_back_until_it_counts(browser, waiting, app):
    """Before the verification a paper can be removed, after it not."""
    hand_in(browser)
    kept = newest(browser)
    hand_in(browser, PDF + b"2")
    assert browser.send(newest(browser) + "/remove").status_code == 303
    with app.app_context():
        db.session.get_one(Company, waiting.company.id).state = "verified"
        db.session.commit()

    assert browser.send(kept + "/remove").status_code == 409
    assert stored(app, File, int(kept.rpartition("/")[2]))


def test_a_rejection_needs_its_reason_and_reaches_the_company(browser, waiting, app):
    """Without a note the form comes back; with one the owner reads it, and an edit asks anew."""
    operator = another(app, create_member())
    path = f"/verification/{waiting.company.id}/reject"

    assert operator.send(path).status_code == 422
    assert operator.send(path, note="执照\n已过期 <b>").status_code == 303
    page = browser.visit("/company")
    assert "已过期 &lt;b&gt;" in page.text
    company = stored(app, Company, waiting.company.id)
    form = {name: getattr(company, name) for name in (
        "name", "credit_code", "region_code", "industry_code", "contact_name", "contact_email")}
    saved = browser.send("/company", **form, contact_phone="0531-1234567",
                         version=company.version)

    assert saved.status_code == 303
    assert stored(app, Company, waiting.company.id).state == "pending"
    assert browser.send("/company", **form, contact_phone="0531-1234567",
                        version=1).status_code == 412


def test_inviting_changing_and_taking_out(browser, waiting, app):
    """Members and invitations are managed on one page; the last owner stays."""
    other = join(waiting.company, "viewer").member
    assert browser.send("/members/invitations", email="guest@example.com",
                        role="finance").status_code == 303
    page = browser.visit("/members").text.replace("<wbr>", "")
    assert "guest@example.com" in page
    assert other.email in page

    assert browser.send(f"/members/{other.id}/role", role="planner").status_code == 303
    assert stored(app, Member, other.id).role == "planner"
    assert browser.send(f"/members/{waiting.member.id}/role", role="viewer").status_code == 409
    assert browser.send("/members/invitations", email="no", role="king").status_code == 422
    withdraw = re.search(r'action="(/members/invitations/[0-9]+/withdraw)"', page)
    assert browser.send(withdraw[1]).status_code == 303
    assert browser.send(f"/members/{other.id}/remove").status_code == 303
    assert stored(app, Member, other.id).state == "left"


def test_numbers_of_others_are_not_there(browser, waiting, app):
    """Papers, members, invitations and tokens of another company are 404 in pages too."""
    hand_in(browser)
    with app.app_context():
        invitation = membership.invite(waiting.actor, "guest@example.com", "viewer").id
        token = tokens.mine(waiting.actor)[0].id
    stranger, paper = another(app, create_party().member), newest(browser)

    for path in (f"{paper}/remove", f"/members/{waiting.member.id}/role",
                 f"/members/{waiting.member.id}/remove", f"/tokens/{token}/revoke",
                 f"/members/invitations/{invitation}/withdraw"):
        assert stranger.send(path, role="viewer").status_code == 404, path
    assert stranger.visit(paper).status_code == 404


OURS = ("/account", "/tokens", "/company", "/members", "/papers", "/verification",
        "/verification/1", "/papers/1")


@pytest.mark.parametrize("path", OURS)
def test_a_visitor_is_sent_to_log_in(browser, path):
    """Every page of ours asks a visitor to log in first, and remembers where to go."""
    create_party()
    answer = browser.visit(path)

    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=%2F")


@pytest.mark.parametrize(("role", "statuses"), [
    ("owner", {"/account": 200, "/tokens": 200, "/company": 200, "/members": 200, "/papers": 200,
               "/verification": 403, "/verification/{}": 403}),
    ("viewer", {"/account": 200, "/tokens": 200, "/company": 200, "/members": 200,
                "/papers": 403, "/verification": 403, "/verification/{}": 403}),
    ("operator", {"/account": 200, "/tokens": 200, "/company": 404, "/members": 403,
                  "/papers": 403, "/verification": 200, "/verification/{}": 200})])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_role_sees_what_the_table_gives_it(browser, role, statuses, lang):
    """Each page opens, or not, by the one table of permissions, in both languages."""
    party = create_party()
    browser.log_in(create_member() if role == "operator" else join(party.company, role).member)

    seen = {path: browser.visit(path.format(party.company.id), lang=lang).status_code
            for path in statuses}

    assert seen == statuses


def test_the_own_account_from_profile_to_erasure(browser, app):
    """Language and theme, password, copy, consent, sessions and erasure work from one page."""
    member = join(create_party().company, "planner").member
    browser.log_in(member)
    saved = browser.send("/account/profile", name="Jo", language="en", theme="dark")
    assert "theme=dark" in saved.headers["Set-Cookie"]
    assert "Erase the account" in browser.visit("/account").text
    assert browser.send("/account/consent").status_code == 303
    new = "schleifen-und-bohren"
    assert browser.send("/account/password", present="wrong one", password=new).status_code == 422
    assert browser.send("/account/password", present=PASSWORD, password=new).status_code == 303
    copy = browser.send("/account/export")
    assert copy.json["member"]["email"] == member.email
    assert browser.send("/account/erase", erase_password=new).status_code == 422
    assert browser.send("/account/erase", erase_password="x", sure="yes").status_code == 422

    assert browser.send("/account/erase", erase_password=new, sure="yes").location == "/"

    assert browser.visit("/account").status_code == 302
    assert stored(app, Member, member.id).state == "erased"


def test_leaving_and_logging_out_everywhere(browser, app):
    """All browsers are out after either; the last owner cannot leave."""
    party = create_party()
    member = join(party.company, "viewer").member
    browser.log_in(member)
    elsewhere = another(app, member)
    elsewhere.send("/account/sessions/end")
    assert browser.visit("/account").status_code == 302

    browser.log_in(member)
    assert browser.send("/account/leave").location == "/"
    assert stored(app, Member, member.id).state == "left"
    browser.log_in(party.member)
    assert browser.send("/account/leave").status_code == 409


def test_a_token_is_shown_once(browser):
    """The page after making shows the secret, the next one only how it begins."""
    browser.log_in(create_party().member)

    made = browser.send("/tokens", name="MES", scopes=["market:read"], days="30")

    assert made.status_code == 200
    secret = made.text.partition('id="f-secret"')[2].partition('value="')[2].partition('"')[0]
    assert secret.startswith("gf_")
    page = browser.visit("/tokens").text
    assert secret not in page
    assert secret[:10] in page
    for wrong in ({"days": "x"}, {"days": "9" * 11}, {"scopes": ["all"]}, {"name": ""}):
        assert browser.send("/tokens", **{"name": "MES", "scopes": ["market:read"], "days": "3"}
                            | wrong).status_code == 422
