"""Every error has a code of its own and words in both languages."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from marketplace.config import ROOT
from marketplace.core import i18n
from marketplace.core.errors import DomainError
from marketplace.http.api import PATTERNS, WORDS, field_error
from marketplace.http.openapi import subclasses
from marketplace.http.problems import KNOWN_HTTP, status_of

CODE = re.compile(r"^[a-z][a-z0-9_]*$")


def errors() -> list[type[DomainError]]:
    """Every error class of the product."""
    return sorted((each for each in subclasses(DomainError)
                   if each.__module__.startswith("marketplace.")), key=lambda each: each.code)


def test_codes_are_unique(app):
    """No two errors share a code, so a program can tell them apart."""
    codes = Counter(each.code for each in errors())

    assert [code for code, count in codes.items() if count > 1] == []
    assert all(CODE.match(code) for code in codes)
    assert len(codes) > 30


def test_every_error_has_a_status_and_words(app):
    """Title and detail stand in zh and en, and an ancestor is in the error table."""
    missing = [f"{lang}: problem.{each.code}.{part}" for each in errors()
               for lang in i18n.LANGUAGES for part in ("title", "detail")
               if not i18n.has(lang, f"problem.{each.code}.{part}")]

    assert missing == []
    assert {status_of(each) for each in errors()} <= {400, 401, 403, 404, 409, 412, 422, 429, 503}


def test_what_http_itself_refuses_has_words():
    """Every status that we fold others into is written in both languages."""
    missing = [f"{lang}: http_{status}" for status in (*KNOWN_HTTP, 500)
               for lang in i18n.LANGUAGES if not i18n.has(lang, f"problem.http_{status}.detail")]

    assert missing == []


def field_codes() -> set[str]:
    """Codes of wrong fields as the source writes them."""
    found = {entry[0] for entry in WORDS.values()} | {code for _, code in PATTERNS}
    for path in sorted((ROOT / "marketplace").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FieldError":
                code = node.args[1] if len(node.args) > 1 else None
                found |= {code.value} if isinstance(code, ast.Constant) else set()
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                hit = re.match(r"^!([a-z_]+)(:|$)", node.value)
                found |= {hit[1]} if hit else set()
    return found


def test_every_field_code_has_words():
    """What is wrong with a field is said in both languages."""
    codes = field_codes()
    missing = [f"{lang}: field.{code}" for code in sorted(codes) for lang in i18n.LANGUAGES
               if not i18n.has(lang, f"field.{code}")]

    assert missing == []
    assert len(codes) > 30


def test_the_catalogue_of_problems_lists_them_all(client, app):
    """`/problems` names every code with its status; `/problems/<code>` one of them."""
    listed = client.get("/problems").get_json()

    assert {each.code for each in errors()} <= set(listed)
    assert client.get("/problems/slot_taken").get_json()["status"] == 409
    assert client.get("/problems/nothing_of_that_name").status_code == 404


@pytest.mark.parametrize(("text", "code", "params"), [
    ("Must be greater than or equal to 1 and less than or equal to 500.", "range",
     {"least": "1", "most": "500"}),
    ("Length must be between 1 and 30.", "length", {"least": "1", "most": "30"}),
    ("Must be one of: zh, en.", "choice", {"choices": "zh/en"}),
    ("Not a valid integer.", "not_integer", {}),
    ("Something marshmallow says one day.", "not_valid", {}),
    ("!places:places=2", "places", {"places": "2"})])
def test_a_message_of_marshmallow_becomes_a_code(text, code, params):
    """Bounds and choices are kept, so that the sentence can say them."""
    found = field_error("x", text)

    assert (found.code, found.params) == (code, params)
