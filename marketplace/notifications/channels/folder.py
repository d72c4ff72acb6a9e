"""Mail into a folder: one file a message, named by its number, so that a repetition is the same."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from marketplace import config
from marketplace.notifications.mail import Mail


def send(mail: Mail) -> None:
    """Write `mail/<number>.eml` under the instance, whole or not at all."""
    folder = config.current().folder / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="part-", dir=folder)
    temporary = Path(name)
    try:
        with open(handle, "wb") as file:
            file.write(mail.message().as_bytes())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / f"{mail.number}.eml")
    finally:
        temporary.unlink(missing_ok=True)
