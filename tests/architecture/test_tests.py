"""The tests about the tests: each is collected, is a claim, and says it in a sentence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from marketplace.config import ROOT

TESTS = ROOT / "tests"
OPEN_ENDS = ("TODO", "FIXME", "XXX", "coming soon")


def modules() -> list[tuple[str, ast.Module]]:
    """Every Python file of the tests, parsed."""
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
            for path in sorted(TESTS.rglob("*.py"))]


def claims_of(tree: ast.Module) -> list[ast.FunctionDef]:
    """Test functions, in classes too."""
    return [node for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def is_fixture(node: ast.FunctionDef) -> bool:
    """True for fixtures, which pytest does not collect whatever their name."""
    return any("fixture" in ast.unparse(each) for each in node.decorator_list)


def test_every_test_is_collected():
    """A function called test_… lies in a file called test_….py."""
    lost = [f"{name}:{node.name}" for name, tree in modules()
            for node in claims_of(tree)
            if not Path(name).name.startswith("test_") and not is_fixture(node)]

    assert lost == []


def test_no_test_hides_another():
    """No two tests of one scope have the same name: the first would never run."""
    twice = []
    for name, tree in modules():
        for scope in [tree, *(n for n in ast.walk(tree) if isinstance(n, ast.ClassDef))]:
            seen: set[str] = set()
            for node in scope.body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    twice += [f"{name}:{node.name}"] if node.name in seen else []
                    seen.add(node.name)

    assert twice == []


def test_every_test_says_its_claim():
    """The docstring is at least one sentence of four words."""
    silent = [f"{name}:{node.name}" for name, tree in modules() for node in claims_of(tree)
              if not is_fixture(node) and len((ast.get_docstring(node) or "").split()) < 4]

    assert silent == []


def test_every_test_name_is_a_claim():
    """A name is a phrase, not a number or a single word."""
    short = [f"{name}:{node.name}" for name, tree in modules() for node in claims_of(tree)
             if not is_fixture(node) and len(node.name.split("_")) < 3]

    assert short == []


def checks(node: ast.FunctionDef) -> bool:
    """True when a test asserts, expects a raise, or calls something that checks by its name."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call) and any(
                word in ast.unparse(inner.func) for word in
                ("raises", "expect", "check", "validate", "fail", "assert", "recount", "verify")):
            return True
    return False


def test_every_test_can_fail():
    """A test asserts something."""
    idle = [f"{name}:{node.name}" for name, tree in modules() for node in claims_of(tree)
            if not is_fixture(node) and not checks(node)]

    assert idle == []


def test_no_open_ends_in_the_source():
    """No TODO, no stub, no promise in the product."""
    files = [path for folder in ("marketplace", "scheduling", "tools")
             for pattern in ("*.py", "*.html", "*.js", "*.css", "*.json")
             for path in sorted((ROOT / folder).rglob(pattern)) if "vendor" not in path.parts]
    found = [f"{path.relative_to(ROOT)}: {word}" for path in files
             for word in OPEN_ENDS if word in path.read_text(encoding="utf-8")]

    assert found == []


def test_every_public_thing_is_documented():
    """interrogate finds a docstring on every public name of the product and of the tests."""
    from interrogate import config as settings
    from interrogate import coverage

    chosen = settings.InterrogateConfig(
        ignore_init_method=True, ignore_magic=True, ignore_private=True,
        ignore_semiprivate=True, ignore_nested_functions=True, ignore_nested_classes=True)
    result = coverage.InterrogateCoverage(
        paths=[str(ROOT / each) for each in ("marketplace", "scheduling", "tests", "tools")],
        conf=chosen, excluded=()).get_coverage()

    assert [f"{each.filename}:{node.name}" for each in result.file_results
            for node in each.nodes if not node.covered] == []


@pytest.mark.parametrize(("code", "can_fail"), [
    ("def test_a():\n    assert x", True), ("def test_a():\n    run()", False),
    ("def test_a():\n    with pytest.raises(E):\n        run()", True)])
def test_an_idle_test_is_recognised(code, can_fail):
    """A test without an assertion is told from one with."""
    assert checks(ast.parse(code).body[0]) is can_fail
