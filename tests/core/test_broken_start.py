"""What cannot work does not start, and says why in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace import config
from marketplace.app import start

ROOT = Path(__file__).parents[2]
COMMANDS = (("flask", "verify"),
            ("gunicorn", "-c", "python:marketplace.serving", "-b", "127.0.0.1:0", "wsgi:app"))


def started(folder: Path, command: tuple[str, ...], **environ: str) -> tuple[int, str]:
    """Exit code and words of a process that is given these settings."""
    given = {name: value for name, value in os.environ.items()
             if not name.startswith("MARKET_") and name != "DATABASE_URL"}
    given |= {"FLASK_APP": "wsgi", "MARKET_INSTANCE": str(folder)} | environ
    done = subprocess.run([str(Path(sys.executable).parent / command[0]), *command[1:]],
                          cwd=ROOT, env=given, capture_output=True, text=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: "-".join(each[:2]))
def test_an_unreachable_database_stops_the_start(tmp_path, command):
    """Web server and commands end at once with one sentence that names it, not its password."""
    code, said = started(tmp_path, command,
                         DATABASE_URL="postgresql://market:hush@127.0.0.1:1/market")

    assert code != 0
    assert said.startswith("Gongfang does not start: the database postgresql+psycopg://market:")
    assert len(said.strip().splitlines()) == 1
    assert "hush" not in said


@pytest.mark.parametrize("environ", [
    {"DATABASE_URL": "nonsense"}, {"DATABASE_URL": "mysql://a/b"},
    {"DATABASE_URL": "postgresql://a:b:c/d"}, {"DATABASE_URL": "sqlite:////dev/null/x.db"},
    {"MARKET_INSTANCE": "/dev/null"}, {"MARKET_HOLD_MINUTES": "-1"}],
    ids=lambda each: "".join(each.values()))
def test_what_cannot_work_stops_the_start(tmp_path, monkeypatch, environ):
    """An address of no database, a folder that is none, a negative length: one sentence."""
    monkeypatch.setenv("MARKET_INSTANCE", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as end:
        start()

    assert str(end.value).startswith("Gongfang does not start: ")
    assert "\n" not in str(end.value)


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "1" * 30])
def test_no_setting_is_negative_or_endless(text):
    """A length below zero or without end is refused where it is read."""
    with pytest.raises(config.SettingsError, match="MARKET_CLOCK_SKEW_SECONDS"):
        config.load({"MARKET_CLOCK_SKEW_SECONDS": text})


def test_the_secret_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    """A process killed while it makes the secret leaves nothing that the next one would read."""
    settings = config.Settings(instance=str(tmp_path))
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        config.secret_key(settings)
    monkeypatch.undo()

    assert not (tmp_path / "secret").exists()
    assert len(config.secret_key(settings)) == 64
