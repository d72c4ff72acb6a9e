"""Random secrets and the hashes we keep of them."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """A secret of 256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 in hex: enough for a secret of 256 random bits, and quick to look up."""
    return hashlib.sha256(secret.encode()).hexdigest()
