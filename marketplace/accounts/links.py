"""Secrets in the links of mails: made from a row and the session key, never stored readable.

The database holds their hash only. The worker that writes the mail makes the same secret again,
so a mail that is written twice says the same thing twice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from marketplace import config


def secret(kind: str, number: int, moment: datetime) -> str:
    """The secret of row `number` of a kind, made at a moment; 256 bits, safe in an address."""
    stamp = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return base64.urlsafe_b64encode(_keyed(f"link:{kind}:{number}:{stamp}")).rstrip(b"=").decode()


def pseudonym(member_id: int) -> str:
    """The name an erased member keeps."""
    settings = config.current()
    key = (settings.audit_secret or config.secret_key(settings)).encode()
    return "M-" + hmac.new(key, f"pseudonym:{member_id}".encode(), hashlib.sha256).hexdigest()[:12]


def counter_key(kind: str, who: str) -> str:
    """A name for a rate counter that does not give away whom it counts."""
    return f"{kind}:{_keyed(f'counter:{who}').hex()[:40]}"


def _keyed(text: str) -> bytes:
    key = config.secret_key(config.current()).encode()
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
