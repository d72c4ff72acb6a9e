"""A mail ready to go, and the channel it goes by."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from types import ModuleType

from marketplace import config
from marketplace.core.registry import modules
from marketplace.notifications import channels

# What a channel may raise when it could not send: the message is tried again later.
CHANNEL_ERRORS = (OSError, smtplib.SMTPException)


class UnknownChannel(config.SettingsError):
    """MARKET_MAIL_CHANNEL names no channel."""


@dataclass(frozen=True)
class Mail:
    """One mail to one person; `number` is the outbox row's, the same on every attempt."""

    number: int
    to: str
    lang: str
    subject: str
    body: str
    at: datetime

    def message(self) -> EmailMessage:
        """As an RFC 5322 message whose Message-ID tells a repetition."""
        settings = config.current()
        made = EmailMessage()
        made["Subject"] = " ".join(self.subject.split())
        made["From"] = settings.mail_from
        made["To"] = self.to
        made["Date"] = format_datetime(self.at)
        made["Message-ID"] = f"<outbox-{self.number}@{settings.mail_from.rpartition('@')[2]}>"
        made["Content-Language"] = {"zh": "zh-CN"}.get(self.lang, self.lang)
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(self.body, cte="8bit")
        return made


def channel() -> ModuleType:
    """The channel of the settings; raises UnknownChannel."""
    found = {each.__name__.rpartition(".")[2]: each for each in modules(channels)}
    name = config.current().mail_channel
    if name not in found:
        raise UnknownChannel(f"MARKET_MAIL_CHANNEL must be one of {', '.join(sorted(found))}, "
                             f"not {name!r}.")
    return found[name]
