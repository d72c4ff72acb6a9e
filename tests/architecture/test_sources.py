"""What the source may not say: stray commits, clocks, environments, imports of the runner."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.config import ROOT

PACKAGE = ROOT / "marketplace"
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
          ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime")}
HEAVY = ("ortools", "numpy", "pandas", "openpyxl", "numba", "scheduling", "apscheduler", "alembic")


def sources(folder: Path = PACKAGE) -> list[tuple[str, ast.Module]]:
    """Every module of the product, parsed."""
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
            for path in sorted(folder.rglob("*.py"))]


def calls(tree: ast.Module) -> set[tuple[str, str]]:
    """`owner.method()` calls as pairs of the last two names."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            found.add((name, node.func.attr))
    return found


def test_only_the_transaction_commits_and_rolls_back():
    """No other module of the product ends a transaction of the session."""
    strays = {name: sorted(hit) for name, tree in sources()
              if (hit := {method for owner, method in calls(tree)
                          if owner == "session" and method in ("commit", "rollback")})
              and name != "marketplace/core/transaction.py"}

    assert strays == {}


def test_only_the_clock_asks_for_the_time():
    """Everything else asks clock.now(); time.monotonic() for durations is no clock."""
    strays = {name: sorted(hit) for name, tree in sources()
              if (hit := calls(tree) & CLOCKS) and name != "marketplace/core/clock.py"}

    assert strays == {}


def names_in(tree: ast.Module) -> set[str]:
    """Attributes of `os` that a module touches."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name) and node.value.id == "os"}


def test_only_config_reads_the_environment():
    """Settings have one door."""
    strays = [name for name, tree in sources()
              if names_in(tree) & {"environ", "getenv", "environb"}
              and name != "marketplace/config.py"]

    assert strays == []


def imports(tree: ast.Module) -> set[str]:
    """Top-level names of everything a module imports, late imports too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_only_the_runner_knows_apscheduler():
    """Timers run in one place."""
    users = [name for name, tree in sources() if "apscheduler" in imports(tree)]

    assert users == ["marketplace/runner.py"]


def test_the_web_process_loads_only_what_it_serves_with(tmp_path):
    """After create_app() nothing that solves, reads sheets, keeps time or migrates is in memory."""
    script = ("import sys; from marketplace.app import create_app; from marketplace import config;"
              f"create_app(config.Settings(instance={str(tmp_path)!r}));"
              f"print([name for name in {HEAVY!r} if name in sys.modules])")

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True,
                          text=True, check=True, timeout=120)

    assert done.stdout.strip() == "[]"


def test_the_import_contracts_are_kept():
    """Imports go down: every contract of setup.cfg holds."""
    tool = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run([str(tool), "--no-cache"], cwd=ROOT, capture_output=True, text=True,
                          check=False, timeout=120)

    assert done.returncode == 0, done.stdout[-3000:]
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize(("code", "hits"), [
    ("from datetime import datetime\ndatetime.now()", {("datetime", "now")}),
    ("import datetime\ndatetime.datetime.now(None)", {("datetime", "now")}),
    ("import time\ntime.monotonic()", set()),
    ("from marketplace.core import clock\nclock.now()", set())])
def test_a_clock_is_recognised(code, hits):
    """The search for clocks finds them and takes nothing else for one."""
    assert calls(ast.parse(code)) & CLOCKS == hits
