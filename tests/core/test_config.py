"""Settings come from the environment, or stop the start with one sentence."""

from __future__ import annotations

import pytest

from marketplace import config


def test_an_unknown_setting_stops_the_start():
    """A misspelt MARKET_ name is named, not ignored."""
    with pytest.raises(config.SettingsError, match="MARKET_HOLD_MINUTE"):
        config.load({"MARKET_HOLD_MINUTE": "5"})


@pytest.mark.parametrize(("name", "text"), [
    ("MARKET_HOLD_MINUTES", "ten"), ("MARKET_SECURE_COOKIES", "maybe"),
    ("MARKET_CLOCK_SKEW_SECONDS", "x")])
def test_a_value_of_the_wrong_type_stops_the_start(name, text):
    """A setting is read in the type of its default."""
    with pytest.raises(config.SettingsError, match=name):
        config.load({name: text})


def test_settings_are_read_in_their_type():
    """Numbers, truth values and text arrive as such."""
    settings = config.load({"MARKET_HOLD_MINUTES": "5", "MARKET_SECURE_COOKIES": "1",
                            "MARKET_INSTANCE": "x", "UNRELATED": "y"})

    assert (settings.hold_minutes, settings.secure_cookies, settings.instance) == (5, True, "x")


@pytest.mark.parametrize(("given", "url"), [
    ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
    ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
    ("sqlite:////x/y.db", "sqlite:////x/y.db")])
def test_the_database_address_names_its_driver(given, url):
    """PostgreSQL is spoken to with psycopg 3, however the address is written."""
    assert config.load({"DATABASE_URL": given}).url == url


def test_without_an_address_the_database_lies_in_the_instance_folder(tmp_path):
    """The embedded default needs no setting."""
    settings = config.Settings(instance=str(tmp_path))

    assert settings.url == f"sqlite:///{tmp_path / 'market.db'}"


def test_the_generated_secret_is_kept(tmp_path):
    """Sessions survive a restart: the secret is made once and readable by its owner only."""
    settings = config.Settings(instance=str(tmp_path))

    first = config.secret_key(settings)

    assert config.secret_key(settings) == first
    assert len(first) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
