"""axe-core finds nothing against WCAG 2.2 AA on the main pages, in languages, widths and themes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from marketplace.web.work import local
from tests.web.browser.conftest import signed_in
from tests.web.test_bookings_page import book

VENDOR = Path(__file__).parent / "vendor"
RECORD = VENDOR / "VENDOR.json"
AXE = VENDOR / "axe-core" / "axe.min.js"
RUN = """() => axe
    .run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    .then((found) => found.violations.flatMap((rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.html.slice(0, 200)}`)))"""
VIEWS = [("zh", 1440, "light"), ("en", 390, "light"), ("zh", 390, "dark"), ("en", 1440, "dark")]


def test_axe_is_the_recorded_version():
    """Nobody changed the vendored axe-core, and its licences lie beside it."""
    record = {row["file"]: row["sha256"] for row in json.loads(RECORD.read_text("utf-8"))}
    lying = {path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in VENDOR.rglob("*") if path.is_file() and path != RECORD}
    assert lying == record
    assert "axe-core/LICENSE" in lying


def pages_of(market, booking):
    """Who opens which pages; None is a visitor."""
    machine = f"/machines/{market.resource.id}"
    start, end = (local(each, "Asia/Shanghai") for each in (market.start, market.end))
    work, taken = f"?start={start}&pieces=100", f"{market.listing.id}?start={start}&end={end}"
    return [(None, ["/", "/login", "/register", "/nothing-here"]),
            (market.buyer.member, ["/search?pieces=100", "/search?q=zzzz",
                                   f"/listings/{market.listing.id}{work}", "/jobs/new", "/plans",
                                   f"/bookings/{booking}", "/bookings",
                                   f"/bookings/{booking}/cancel",
                                   f"/bookings/{booking}/hand_over", f"/listings/{taken}",
                                   "/members", "/account",
                                   "/account/calendars", "/tokens"]),
            (market.seller.member, ["/machines", machine, f"{machine}/edit", f"{machine}/hours",
                                    f"{machine}/offer", f"{machine}/calendars", "/sites",
                                    "/imports"]),
            (market.operator, ["/utilisation?period=next-14", "/verification",
                               "/disputes", f"/bookings/{booking}"])]


@pytest.mark.one_database
@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_axe_finds_no_violation(app, market, live, chrome, view):
    """No page of a visitor, a buyer, a seller or an operator breaks a rule of WCAG 2.2 AA."""
    lang, width, theme = view
    rules = AXE.read_text("utf-8")
    found = {}
    for member, paths in pages_of(market, book(market)):
        context = chrome.new_context(viewport={"width": width, "height": 900},
                                     color_scheme=theme, reduced_motion="reduce")
        if member is not None:
            signed_in(context, app, live, member)
        page = context.new_page()
        for path in paths:
            page.goto(f"{live}{path}{'&' if '?' in path else '?'}lang={lang}")
            page.evaluate(rules)
            found[path] = page.evaluate(RUN)
        context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
