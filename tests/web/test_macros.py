"""The shell and the macros, rendered alone with strict messages in both languages."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, flash, render_template_string

from marketplace.core import i18n
from marketplace.core.timewindow import TimeWindow
from marketplace.web import assets, gantt
from marketplace.web.formats import Formats

TEMPLATES = Path(assets.STATIC).parent / "templates"
START = datetime(2026, 9, 6, 16, tzinfo=UTC)
VOID = {"meta", "link", "input", "br", "path", "rect", "img"}
OPEN = '{% extends "layout.html" %}{% import "macros.html" as ui with context %}'


class Balanced(HTMLParser):
    """Keeps the open elements and collects ids; fails on a wrong closing tag."""

    def __init__(self):
        super().__init__()
        self.stack, self.ids, self.inline = [], [], []

    def handle_starttag(self, tag, attrs):
        """Push every element that needs a closing tag."""
        named = dict(attrs)
        if "id" in named:
            self.ids.append(named["id"])
        if tag == "script" and "src" not in named and named.get("type") != "application/json":
            self.inline.append(named)
        self.inline += [name for name in named if name.startswith("on")]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Self-closed elements need nothing."""

    def handle_endtag(self, tag):
        """The closing tag must be that of the innermost open element."""
        assert self.stack.pop() == tag, (tag, self.getpos())


@pytest.fixture(autouse=True)
def strict():
    """A missing message fails the test."""
    before = i18n._mode["strict"]
    i18n.strict(True)
    yield
    i18n.strict(before)


def show(body, lang="zh", path="/search?city=3701&lang=zh&city=3702", told=(), cookie="", **extra):
    """Render a page with `body` as its main part and return the HTML."""
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    app.secret_key = "test"
    assets.init_app(app)
    app.jinja_env.globals["csrf_token"] = lambda: "token-1"
    keys = ("search", "jobs", "bookings", "messages", "money", "company")
    items = [{"key": k, "url": f"/{k}", "active": k == "jobs", "count": 2} for k in keys]
    links = {k: f"/{k}" for k in ("home", "login", "register", "account", "logout", "inbox")}
    words = {"lang": lang, "t": partial(i18n.translate, lang), "f": Formats(lang)}
    page = {"nav": [{"label": "", "items": items}], "links": links, "page_title": "P"}
    with app.test_request_context(path, headers={"Cookie": cookie}):
        for category, message in told:
            flash(message, category)
        source = OPEN + "{% block main %}" + body + "{% endblock %}"
        return render_template_string(source, **words, **page, **extra)


def check(html):
    """The page is balanced, its ids are unique and it holds no inline script."""
    parser = Balanced()
    parser.feed(html)
    assert parser.stack == []
    assert len(parser.ids) == len(set(parser.ids))
    assert parser.inline == []
    return html


def data(f):
    """A Gantt of one row and one bar whose name wants escaping."""
    span = TimeWindow(START, START + timedelta(days=1))
    bar = gantt.Bar(0, TimeWindow(START, START + timedelta(hours=3)), "booked", "</script><b>")
    return gantt.chart(span, [gantt.Row("VMC-01")], [bar], [], f)


EVERYTHING = (Path(__file__).parent / "every_macro.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_macro_renders_in_both_languages(lang):
    """All macros together give balanced HTML with unique ids and no missing word."""
    html = check(show(EVERYTHING, lang, data=data(Formats(lang))))
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in html
    if lang == "en":
        assert set(re.findall(r"[\u4e00-\u9fff]+", html)) == {"中文"}


def test_data_in_a_page_cannot_end_its_block():
    """A name with a closing script tag stays inside the JSON."""
    html = show("{{ ui.gantt(data, 'g', 'label') }}", data=data(Formats("zh")))
    assert "</script><b>" not in html


def test_the_language_switch_keeps_every_filter():
    """The other language is the same address with the same parameters, also repeated ones."""
    html = show("")
    assert 'href="/search?city=3701&amp;city=3702&amp;lang=en"' in html


def test_parameters_of_an_address_are_escaped_in_the_switch():
    """A parameter cannot break out of the link."""
    html = show("", path="/search?q=%22%3E%3Cscript%3E")
    assert "<script>" not in html
    assert "q=%22%3E%3Cscript%3E&amp;lang=en" in html


@pytest.mark.parametrize(
    ("cookie", "shown"), [("theme=dark", ' data-theme="dark"'), ("theme=x", ""), ("", "")]
)
def test_the_theme_comes_from_the_cookie(cookie, shown):
    """A chosen theme is written by the server; anything else follows the system."""
    assert f'<html lang="zh-CN"{shown}>' in show("", cookie=cookie)


def test_the_current_page_is_marked_in_both_navigations():
    """The sidebar and the tab bar mark where the reader is; the tab bar has five pages at most."""
    html = show("")
    assert len(re.findall(r'<a href="/jobs" aria-current="page"', html)) == 3
    tabs = re.search(r'<nav class="tabbar".*?</nav>', html, re.S)[0]
    assert tabs.count("<a ") == 5


def test_an_error_is_a_note_and_a_done_deed_a_toast_with_undo():
    """Errors stay on the page; what is done can be undone from its toast."""
    told = [("error", "E1"), ("done", {"text": "D1", "undo_url": "/undo"})]
    html = check(show("", told=told))
    assert re.search(r'role="alert">.*?E1', html, re.S)
    toast = re.search(r'<div class="toast" role="status">.*?</form></div>', html, re.S)[0]
    assert "D1" in toast and 'action="/undo"' in toast and "E1" not in toast


def test_a_visitor_is_offered_to_log_in_and_a_member_to_log_out():
    """The foot of the sidebar fits who is asking."""
    visitor, member = show(""), check(show("", actor={"name": "Li"}))
    assert 'href="/login"' in visitor and 'action="/logout"' not in visitor
    assert 'action="/logout"' in member and 'href="/login"' not in member


def test_a_wrong_field_says_what_is_right():
    """The error replaces the help and is tied to the input."""
    html = show("{{ ui.field('lot', 'Lot', 'L2', error='8 characters', help='see label') }}")
    assert 'aria-invalid="true" aria-describedby="f-lot-e"' in html
    assert "8 characters" in html and "see label" not in html


def test_the_summary_of_errors_follows_the_page_and_shows_no_field_s_code():
    """Wrong fields stand in the order of their labels; one without a label is its sentence."""
    html = show("{{ ui.form_errors({'a_b.c': 'also', 'due': 'late', 'name': 'empty', '': 'no'},"
                " {'name': 'Name', 'size': 'Size', 'due': 'Due'}) }}")
    found = re.findall(r'<li><a href="#f-([^"]*)">([^<]*)</a>', html)
    assert [name for name, _ in found] == ["name", "due", "a_b.c"]
    assert found[2][1] == "also" and "Name" in found[0][1]


def test_a_password_is_never_sent_back():
    """The value of a password field is left out of the page."""
    assert "s3cret" not in show("{{ ui.field('p', 'P', 's3cret', type='password') }}")
