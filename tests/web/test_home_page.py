"""The front door, the desks, the language, and problems as pages."""

from __future__ import annotations

from tests.factories.companies import join
from tests.web.conftest import CHINESE, Browser, text_of


def test_a_visitor_reads_what_this_is_in_one_language(reader, market):
    """The front page names both sides, counts what is listed, and mixes no languages."""
    page = reader.get("/")

    assert page.status_code == 200
    assert 'action="/search"' in page.text
    if reader.lang == "en":
        assert set(CHINESE.findall(text_of(page))) == {"中文"}
        assert "1 on offer" in text_of(page)
    else:
        assert "1 项在挂牌" in text_of(page)


def test_a_member_goes_on_to_the_desk_it_works_at(browser, market):
    """Who has listings begins at the factory's desk, who has none at the buyer's search."""
    buyer = browser.log_in(market.buyer.member).get("/")
    with browser.client.session_transaction() as session:
        desk = session["desk"]
    assert (buyer.status_code, buyer.location, desk) == (302, "/search", "firm")

    browser.leave().log_in(market.seller.member).get("/")
    with browser.client.session_transaction() as session:
        assert session["desk"] == "factory"


def test_an_operator_has_the_operator_s_desk(browser, market):
    """An operator is shown no company's desk."""
    page = text_of(browser.log_in(market.operator).get("/search"))
    assert "运营台" in page and "用工台" not in page


def test_a_member_changes_desks(browser, market):
    """The desk switcher is remembered; a desk that does not exist is not found."""
    browser.log_in(market.buyer.member)
    assert browser.get("/desk/factory").status_code == 302
    assert "工厂台" in text_of(browser.get("/search"))
    assert browser.get("/desk/throne").status_code == 404


def test_the_chosen_language_stays(client, market):
    """`?lang` holds for the next page too; nonsense changes nothing."""
    browser = Browser(client, "zh")
    client.get("/?lang=en")
    assert 'lang="en"' in browser.get("/search").text
    client.get("/?lang=tlh")
    assert 'lang="en"' in browser.get("/search").text


def test_a_page_that_does_not_exist_says_so_in_words(reader, market):
    """A wrong address gives a page with a way on, not a bare status."""
    page = reader.get("/nowhere")
    assert page.status_code == 404
    assert page.mimetype == "text/html"
    assert 'href="/search"' in page.text
    if reader.lang == "en":
        assert set(CHINESE.findall(text_of(page))) == {"中文"}


def test_a_form_from_elsewhere_is_refused(browser, market):
    """A POST without our token changes nothing."""
    browser.log_in(market.buyer.member)
    answer = browser.send(f"/listings/{market.listing.id}/holds", {"once": "x" * 12})
    assert answer.status_code == 403


def test_only_entries_with_a_page_are_shown(app, browser, market):
    """Every link of the navigation leads to a route that exists."""
    known = {rule.rule for rule in app.url_map.iter_rules()}
    for member in (market.buyer.member, market.operator):
        page = browser.leave().log_in(member).get("/search").text
        menu = page.split('<nav class="nav"')[1].split("</nav>")[0]
        paths = {part.split('"')[0] for part in menu.split('href="')[1:]}
        assert paths and paths <= known


def test_no_entry_leads_to_a_refusal(browser, market):
    """Every page in the navigation of every role opens."""
    roles = [join(market.buyer.company, role).member for role in ("planner", "finance", "viewer")]
    for member in (*roles, market.buyer.member, market.operator):
        for desk in ("firm", "factory"):
            browser.leave().log_in(member).get(f"/desk/{desk}")
            page = browser.get("/search").text
            menu = page.split('<nav class="nav"')[1].split("</nav>")[0]
            for path in (part.split('"')[0] for part in menu.split('href="')[1:]):
                assert browser.get(path).status_code == 200, (member.role, path)
