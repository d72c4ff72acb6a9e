"""SQLite needs nothing of PostgreSQL."""

import subprocess
import sys

import pytest

WITHOUT = "import sys; sys.modules['psycopg'] = None; import marketplace.app, tools.demo, wsgi"


@pytest.mark.one_database
def test_the_service_loads_without_the_driver_of_postgresql(tmp_path):
    """The plain installation has no psycopg; application and demo are imported all the same."""
    environment = {"MARKET_INSTANCE": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}

    done = subprocess.run([sys.executable, "-c", WITHOUT], env=environment, timeout=60,
                          capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
