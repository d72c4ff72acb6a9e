"""Mail by SMTP to a relay, encrypted where the relay offers it.

A worker that dies between the relay's "250" and its own note sends again under the same
Message-ID, by which mail programs know a repetition.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import closing, suppress

from marketplace import config
from marketplace.notifications.mail import Mail

TIMEOUT = 15   # seconds, for connecting and for each answer


def send(mail: Mail) -> None:
    """Hand a mail to the relay; raises OSError or SMTPException when it is not taken."""
    settings = config.current()
    relay = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
    with closing(relay):
        relay.ehlo()
        if relay.has_extn("starttls"):
            relay.starttls(context=ssl.create_default_context())
            relay.ehlo()
        relay.send_message(mail.message())
        with suppress(smtplib.SMTPException, OSError):
            relay.quit()   # the mail is taken; a relay that says goodbye wrongly changes nothing
