"""Message catalogues in zh and en: keys by meaning, one JSON file per language and area.

`marketplace/locale/<lang>/<area>.json` holds nested objects; nesting and dots mean the same
(`{"booking": {"state": {"held": "…"}}}` is `booking.state.held`). The file name only sorts the
keys: a key stands in one file per language. `{name}` is a placeholder; a key with `.one`/`.other`
children is a plural chosen by `count`. Why so: `docs/decisions/0002-message-catalogues.md`.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent.parent / "locale"
LANGUAGES = ("zh", "en")
DEFAULT = "zh"
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")

_log = logging.getLogger(__name__)
_mode = {"strict": False}


class MissingMessage(KeyError):
    """A key, or a parameter of its text, is missing; raised only while strict."""


def strict(on: bool) -> None:
    """Say whether a missing key raises (tests) or shows the key itself (everywhere else)."""
    _mode["strict"] = on


def flatten(node: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Walk a nested object as dotted keys; anything but text at a leaf is a `TypeError`."""
    for name, value in node.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flatten(value, f"{key}.")
        elif isinstance(value, str):
            yield key, value
        else:
            raise TypeError(f"{key}: a message is text, not {type(value).__name__}")


def read(lang: str, folder: Path = LOCALE) -> dict[str, str]:
    """All messages of one language; a key that stands in two files is a `ValueError`."""
    messages: dict[str, str] = {}
    for path in sorted((folder / lang).glob("*.json")):
        for key, text in flatten(json.loads(path.read_text(encoding="utf-8"))):
            if key in messages:
                raise ValueError(f"{path.name}: {key} stands in another file too")
            messages[key] = text
    return messages


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """The messages of one language, read once per process."""
    return read(lang)


def placeholders(text: str) -> frozenset[str]:
    """Names of the `{name}` parts of a message."""
    return frozenset(PLACEHOLDER.findall(text))


def has(lang: str, key: str) -> bool:
    """Whether a message (or a plural) of that key exists."""
    return key in catalogue(lang) or f"{key}.other" in catalogue(lang)


def translate(lang: str, key: str, /, **params: object) -> str:
    """The message of `key` in `lang` with its placeholders filled.

    Raises `MissingMessage` while strict; otherwise logs the gap and returns the key.
    """
    text = _find(catalogue(lang), key, params.get("count"))
    if text is None:
        return _gap(f"{lang}: {key}", key)
    if missing := placeholders(text) - params.keys():
        return _gap(f"{lang}: {key} needs {', '.join(sorted(missing))}", text)
    return PLACEHOLDER.sub(lambda hit: str(params[hit[1]]), text)


def _find(messages: Mapping[str, str], key: str, count: object) -> str | None:
    """The text of a plain key or of the plural form that fits `count`."""
    if key in messages:
        return messages[key]
    if count == 1 and f"{key}.one" in messages:
        return messages[f"{key}.one"]
    return messages.get(f"{key}.other")


def _gap(what: str, shown: str) -> str:
    """Raise while strict, else log and go on."""
    if _mode["strict"]:
        raise MissingMessage(what)
    _log.warning("message missing: %s", what)
    return shown


def match(tag: str | None) -> str | None:
    """Our language for a language tag by its first part: zh-CN, zh_Hans and zh-TW are zh."""
    primary = re.split(r"[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return primary if primary in LANGUAGES else None


def negotiate(query: str | None, profile: str | None, accept_language: str | None) -> str:
    """The language of an answer: address, then profile, then browser, then zh."""
    return match(query) or match(profile) or _accepted(accept_language or "") or DEFAULT


def _accepted(header: str) -> str | None:
    """The best of our languages in an Accept-Language header; q=0 refuses one."""
    best: tuple[float, str] | None = None
    for part in header.split(","):
        tag, _, rest = part.partition(";")
        quality = _quality(rest)
        lang = match(tag)
        if lang and quality > 0 and (best is None or quality > best[0]):
            best = (quality, lang)
    return best[1] if best else None


def _quality(rest: str) -> float:
    """The q value of one part of an Accept-Language header; nonsense counts as 0."""
    name, _, value = rest.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
