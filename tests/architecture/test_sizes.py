"""Small files, small functions: what outgrows the bounds wants splitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.config import ROOT

MODULE, INIT, TEMPLATE, TEST_MODULE = 300, 30, 150, 400
FUNCTION, HANDLER, PARAMETERS = 40, 12, 6

# At most five, each with its reason; a name is `path` or `path:function`.
ALLOWED: dict[str, str] = {
    "scheduling/solve.py:solve": "the one door of a pure library; every option has a default",
}

CODE = ("marketplace", "scheduling", "tools", "seed_data", "benchmarks")


def python(*folders: str) -> list[Path]:
    """Our Python files below these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")
                  if "vendor" not in path.parts)


def lines(path: Path) -> int:
    """How long a file is."""
    return len(path.read_text(encoding="utf-8").splitlines())


def name_of(path: Path, function: str = "") -> str:
    """A file or a function as the allow-list names it."""
    return f"{path.relative_to(ROOT)}:{function}" if function else str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods and inner ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def too_long(found: dict[str, int], most: int) -> dict[str, int]:
    """What exceeds a bound and is not allowed to."""
    return {name: size for name, size in found.items() if size > most and name not in ALLOWED}


def test_modules_stay_small():
    """A module has at most 300 lines, an __init__ 30, a test module 400."""
    code = [path for path in python(*CODE) if path.name != "__init__.py"]
    inits = [path for path in python(*CODE) if path.name == "__init__.py"]

    assert too_long({name_of(path): lines(path) for path in code}, MODULE) == {}
    assert too_long({name_of(path): lines(path) for path in inits}, INIT) == {}
    assert too_long({name_of(path): lines(path) for path in python("tests")}, TEST_MODULE) == {}


def test_templates_stay_small():
    """A template has at most 150 lines."""
    templates = sorted((ROOT / "marketplace" / "web" / "templates").rglob("*.html"))

    assert len(templates) > 1
    assert too_long({name_of(path): lines(path) for path in templates}, TEMPLATE) == {}


def test_functions_stay_small():
    """A function has at most 40 lines, its docstring and decorators counted."""
    found = {name_of(path, node.name): (node.end_lineno or 0) - node.lineno + 1
             for path in python(*CODE, "tests") for node in functions(path)}

    assert too_long(found, FUNCTION) == {}


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a handler from its def on, without its docstring."""
    first = node.body[0]
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    length = (node.end_lineno or 0) - node.lineno + 1
    return length - ((first.end_lineno or 0) - first.lineno + 1 if docstring else 0)


def test_handlers_decide_nothing():
    """A handler of the API or of a page has at most 12 lines."""
    files = [*sorted((ROOT / "marketplace").glob("*/api.py")),
             *python("marketplace/web/pages")]

    found = {name_of(path, node.name): body_lines(node) for path in files
             for node in ast.parse(path.read_text(encoding="utf-8")).body
             if isinstance(node, ast.FunctionDef) and node.decorator_list}

    assert len(found) > 10
    assert too_long(found, HANDLER) == {}


def test_functions_take_few_parameters():
    """A function of the product takes at most six parameters, self not counted."""
    found = {}
    for path in python(*CODE):
        for node in functions(path):
            names = [each.arg for each in (*node.args.posonlyargs, *node.args.args,
                                           *node.args.kwonlyargs)]
            found[name_of(path, node.name)] = len([each for each in names
                                                   if each not in ("self", "cls")])

    assert too_long(found, PARAMETERS) == {}


def test_exceptions_are_few_and_have_reasons():
    """At most five names may be larger, every one exists and says why."""
    assert len(ALLOWED) <= 5
    for name, reason in ALLOWED.items():
        assert (ROOT / name.partition(":")[0]).exists(), name
        assert len(reason.split()) >= 4, name


@pytest.mark.parametrize(("size", "refused"), [(300, False), (301, True)])
def test_the_bound_is_a_bound(size, refused):
    """300 lines pass and 301 do not."""
    assert bool(too_long({"some/module.py": size}, MODULE)) is refused
