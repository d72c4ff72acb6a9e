"""How pages are wired: sessions, language, problems as pages."""

from __future__ import annotations

from typing import Any

from flask import Flask, make_response, session

from marketplace.accounts import tokens
from marketplace.core.actor import Actor


def session_actor() -> Actor | None:
    """Who the browser's session belongs to."""
    member_id = session.get("member_id")
    return tokens.actor_of_member(member_id) if member_id else None


def problem_page(problem: dict[str, Any]) -> Any:
    """A problem for people."""
    return make_response(problem["title"], problem["status"])


def init_app(app: Flask) -> None:
    """Register the pages."""
