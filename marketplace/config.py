"""Every setting of the service, typed and defaulted. The only module that reads the environment."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

PREFIX = "MARKET_"
ROOT = Path(__file__).parent.parent


class SettingsError(Exception):
    """A setting that stops the start; its text is the one sentence the operator reads."""


@dataclass(frozen=True)
class Settings:
    """All settings. `MARKET_<NAME>` sets a field; `DATABASE_URL` sets the database."""

    database_url: str = ""            # empty: SQLite in the instance folder
    instance: str = "instance"        # folder of database, blobs, mail and the generated secret
    secret_key: str = ""              # empty: generated once and kept in the instance folder
    public_url: str = "http://127.0.0.1:8000"   # what links in mail begin with
    default_zone: str = "Asia/Shanghai"         # display zone where neither site nor member has one
    hold_minutes: int = 10            # how long a hold keeps a slot
    offer_minutes: int = 120          # how long a slot that got free is kept for who waited for it
    quote_minutes: int = 30 * 24 * 60  # how long a quote is honoured (30 days)
    login_attempts: int = 10          # failed log-ins per e-mail in 15 minutes; 5 × per address
    token_requests: int = 6000        # requests a minute per API token and web process; 0 lifts it
    token_days: int = 365             # how long an API token lives when its maker names no end
    mail_channel: str = "folder"      # folder | smtp
    mail_from: str = "gongfang@localhost"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    secure_cookies: bool = False      # set behind HTTPS
    proxies: int = 0                  # how many trusted reverse proxies stand in front
    upload_megabytes: int = 20        # largest request body
    solve_seconds: int = 20           # default time limit of a plan run
    plan_lease_seconds: int = 30      # a worker's lease on a plan run; renewed while it solves
    worker_poll_seconds: float = 0.5  # how often an idle worker looks for work
    opening_days: int = 120           # how far the derived opening intervals reach
    clock_skew_seconds: float = 2.0   # /readyz fails when host and database clocks differ by more
    calendar_private: bool = False    # foreign calendars may be fetched from private networks
    metrics_token: str = ""           # who sends it as a bearer token may read /metrics from afar
    audit_secret: str = ""            # key of pseudonyms in the audit log; empty: the secret key
    test_database_url: str = ""       # tests only: the PostgreSQL the suite runs on
    test_size: str = "small"          # tests only: small | long races and random histories

    @property
    def folder(self) -> Path:
        """The instance folder as an absolute path."""
        return Path(self.instance).absolute()

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the database; psycopg 3 for PostgreSQL."""
        if not self.database_url:
            return f"sqlite:///{self.folder / 'market.db'}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+psycopg://{rest}"
        return self.database_url


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read settings from the environment.

    Raises SettingsError for an unknown MARKET_* name or a value of the wrong type.
    """
    environ = os.environ if environ is None else environ
    known = {field.name: field for field in fields(Settings)}
    values: dict[str, object] = {}
    if environ.get("DATABASE_URL"):
        values["database_url"] = environ["DATABASE_URL"]
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in known:
            raise SettingsError(f"Unknown setting {name}: remove it or correct its name.")
        values[key] = _parse(name, text, known[key].default)
    settings = Settings(**values)  # type: ignore[arg-type]
    if not settings.url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise SettingsError("DATABASE_URL must begin with sqlite:// or postgresql://.")
    return settings


def _parse(name: str, text: str, default: object) -> object:
    """Read one value in the type of its default."""
    if isinstance(default, bool):
        if text.lower() not in ("0", "1", "true", "false"):
            raise SettingsError(f"{name} must be 0, 1, true or false, not {text!r}.")
        return text.lower() in ("1", "true")
    if isinstance(default, int | float):
        try:
            number = type(default)(text)
        except ValueError:
            number = -1
        if not 0 <= number < 10**9:
            kind = "a whole number" if isinstance(default, int) else "a number"
            raise SettingsError(f"{name} must be {kind} from 0 to 999999999, not {text!r}.")
        return number
    return text


def make_folder(settings: Settings) -> None:
    """Make the instance folder; raises SettingsError where that cannot be."""
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"The instance folder {settings.folder} cannot be made: "
                            f"{error.strerror}.") from error


def secret_key(settings: Settings) -> str:
    """The session secret: the setting, or one generated once in the instance folder.

    It appears whole or not at all, whoever else starts now or is killed meanwhile.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.folder / "secret"
    if not path.exists():
        make_folder(settings)
        draft = path.with_name(f"secret.{secrets.token_hex(8)}")
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):   # another process made it first: read theirs
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def tell(name: str, value: str) -> None:
    """Set a variable of this process for a library that is told things in no other way."""
    os.environ[name] = value


_current: list[Settings] = []


def use(settings: Settings) -> None:
    """Make these the settings of the process."""
    _current[:] = [settings]


def current() -> Settings:
    """The settings in use; the defaults where no application was made."""
    return _current[0] if _current else Settings()
