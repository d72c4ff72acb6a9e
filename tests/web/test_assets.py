"""Addresses of static files, and what stands in our own stylesheets and scripts."""

import re

import pytest
from flask import Flask

from marketplace.web import assets

OWN = [
    path
    for path in assets.STATIC.rglob("*")
    if path.suffix in (".css", ".js") and "vendor" not in path.parts
]
OUTSIDE = re.compile(r"https?://|@import|//[a-z0-9-]+\.[a-z]")


@pytest.fixture
def client():
    """A bare application that serves the assets."""
    app = Flask(__name__)
    assets.init_app(app)
    return app.test_client()


def test_the_current_address_may_be_kept_for_good(client):
    """A file at its present address is served and may be cached without asking again."""
    with client.get(assets.asset("css/base.css")) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_an_old_address_answers_but_is_not_kept(client):
    """A page from before an update finds its files, but nobody keeps them by the old tag."""
    with client.get("/assets/000000000000/css/base.css") as answer:
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["/assets/x/css/none.css", "/assets/x/../assets.py"])
def test_nothing_else_is_served(client, path):
    """An unknown file and a path that climbs out are both 404."""
    assert client.get(path).status_code == 404


def test_an_unknown_file_fails_the_page():
    """A template that names a missing file fails at once rather than in the browser."""
    with pytest.raises(FileNotFoundError):
        assets.asset("css/none.css")


def test_the_address_changes_with_the_content(monkeypatch, tmp_path):
    """Another byte in any own file gives all own files another address, vendored ones not."""
    (tmp_path / "vendor" / "x").mkdir(parents=True)
    (tmp_path / "vendor" / "x" / "x.js").write_text("x")
    (tmp_path / "own.js").write_text("a")
    monkeypatch.setattr(assets, "STATIC", tmp_path)

    def addresses():
        assets.tag.cache_clear()
        assets._own_tag.cache_clear()
        return assets.asset("own.js"), assets.asset("vendor/x/x.js")

    before = addresses()
    (tmp_path / "own.js").write_text("b")
    after = addresses()
    monkeypatch.undo()
    assets.tag.cache_clear()
    assets._own_tag.cache_clear()
    assert (before[0] != after[0], before[1] == after[1]) == (True, True)


def test_the_two_dark_themes_are_the_same():
    """Dark chosen by the reader and dark of the system have word-for-word the same tokens."""
    css = (assets.STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    chosen = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', css, re.S)
    system = re.search(r":not\(\[data-theme=\"dark\"\]\) \{(.*?)\}", css, re.S)

    def lines(hit):
        return [line.strip() for line in hit[1].strip().splitlines()]

    assert lines(chosen) == lines(system)


def test_every_token_in_use_is_defined():
    """No stylesheet reads a custom property that neither the tokens nor the pages set."""
    tokens = (assets.STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    defined = set(re.findall(r"(--[\w-]+)\s*:", tokens))
    for path in OWN:
        text = path.read_text(encoding="utf-8")
        used = set(re.findall(r"var\((--[\w-]+)\)", text)) if path.suffix == ".css" else set()
        local = set(re.findall(r"(--[\w-]+)\s*:", text))
        # One- or two-letter names, --rows, --groups and --hours are positions set by the macros.
        free = {name for name in used - defined - local if len(name) > 4}
        assert free <= {"--rows", "--groups", "--hours"}, path.name


def test_own_files_ask_nothing_from_outside():
    """Our stylesheets and scripts name no address of another host."""
    for path in OWN:
        assert not OUTSIDE.search(path.read_text(encoding="utf-8")), path.name
