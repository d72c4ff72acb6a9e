"""What people type, made comparable without being changed where it is shown."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Compatibility-normalised, case-folded, single-spaced: for comparing and searching."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def printable(text: str) -> bool:
    """False when the text holds a control character other than tab and line breaks."""
    return not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\r\n" for c in text)


def cell(text: str) -> str:
    """A spreadsheet cell that no program takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
