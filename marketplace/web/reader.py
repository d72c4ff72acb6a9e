"""Who reads a page: the actor, the language, words and formats in it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import g, request, session

from marketplace import config
from marketplace.core import i18n
from marketplace.core.actor import Actor
from marketplace.core.errors import Unauthenticated
from marketplace.http.auth import actor_or_none
from marketplace.http.language import language
from marketplace.web.formats import Formats

MACHINES = ("/api/", "/assets/", "/healthz", "/readyz", "/problems")   # no pages below these


def is_page() -> bool:
    """False for what programs and browsers fetch beside pages."""
    return not request.path.startswith(MACHINES)


def asking() -> Actor | None:
    """The actor of this page, or None for a visitor and for a token that is not valid."""
    try:
        return actor_or_none()
    except Unauthenticated:
        return None


def choose_language() -> None:
    """Keep a `?lang` in the session; a choice made here wins over profile and browser."""
    if not is_page():
        return
    wanted = request.args.get("lang", "")
    if wanted in i18n.LANGUAGES:
        session["lang"] = wanted
    actor = asking()
    g.language = i18n.negotiate(session.get("lang"), actor.language if actor else None,
                                request.headers.get("Accept-Language"))


def words(key: str, /, **params: object) -> str:
    """A message in the reader's language."""
    return i18n.translate(language(), key, **params)


def formats(zone: str | None = None) -> Formats:
    """The reader's formats in the zone of a place; the platform's zone where none is named."""
    return Formats(language()).at(zone or config.current().default_zone)


def login_url(then: str) -> str:
    """The log-in page, which goes on to `then`."""
    return f"/login?{urlencode({'next': then})}"
