"""Which language the reader gets: ?lang, then the profile, then Accept-Language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, has_request_context, request, session

from marketplace.core import i18n


def language() -> str:
    """`zh` or `en` for this request; zh outside one."""
    if not has_request_context():
        return "zh"
    if "language" not in g:
        profile = g.actor.language if g.get("actor") else session.get("lang")
        g.language = i18n.negotiate(request.args.get("lang"), profile,
                                    request.headers.get("Accept-Language"))
    return str(g.language)


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Let this request speak another language for a while: a paper has both."""
    before = language()
    g.language = lang
    try:
        yield
    finally:
        g.language = before
