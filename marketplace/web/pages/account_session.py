"""The browser's session of a member: begun, ended, and where to go after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import redirect, session

from marketplace.accounts import login
from marketplace.core.actor import Actor
from marketplace.core.text import printable

LIFE = timedelta(days=7)   # from the log-in, however busy the session is
THEME_SECONDS = 31_536_000


def begin(member_id: int, epoch: int) -> None:
    """Begin anew: nothing that an earlier visitor's session held goes on, but the language."""
    lang = session.get("lang")
    session.clear()
    session.permanent = True
    session["member_id"], session["epoch"] = member_id, epoch
    if lang:
        session["lang"] = lang


def end() -> None:
    """Forget who this was."""
    lang = session.get("lang")
    session.clear()
    if lang:
        session["lang"] = lang


def actor() -> Actor | None:
    """Who the session belongs to, if it still holds."""
    return login.actor_of_session(session.get("member_id"), session.get("epoch"))


def onward(wanted: str | None) -> Any:
    """Go where the visitor wanted to, if that is a page of ours; else to the front door."""
    return redirect(wanted if wanted and is_ours(wanted) else "/", 303)


def is_ours(wanted: str) -> bool:
    """True for a plain path; a browser reads `//host` and `/\\host` as another site."""
    if not wanted.startswith("/") or wanted[1:2] in ("/", "\\") or not printable(wanted):
        return False
    parts = urlsplit(wanted)
    return not parts.scheme and not parts.netloc and not set(wanted) & set("\t\r\n")


def with_theme(response: Any, theme: str) -> Any:
    """Let the layout know the member's theme, or go by the system's."""
    if theme:
        response.set_cookie("theme", theme, max_age=THEME_SECONDS, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
