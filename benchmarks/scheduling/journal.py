"""Finished runs, one JSON object a line, so that an interrupted benchmark goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import scheduling

Record = dict[str, Any]


class Journal:
    """Records by key. A line that a kill cut short is dropped, and its run done again.

    Only records of the same code count: what another version reached is not shown as this one's.
    """

    def __init__(self, path: Path, code: str) -> None:
        self.path = path
        self.code = code
        self.records: dict[str, Record] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_bytes() if path.exists() else b""
        whole = text[: text.rfind(b"\n") + 1]
        if whole != text:
            with path.open("r+b") as file:
                file.truncate(len(whole))
        for line in whole.splitlines():
            record = json.loads(line)
            if record["code"] == code:
                self.records[record["key"]] = record


    def add(self, record: Record) -> None:
        """Append a record; it is on the disk when this returns."""
        record = {**record, "code": self.code}
        self.records[record["key"]] = record
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
            file.flush()
            os.fsync(file.fileno())


def fingerprint() -> str:
    """A name for the scheduler's code as it is now."""
    folder = Path(scheduling.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]
