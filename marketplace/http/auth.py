"""Who is asking. The application injects how to find out; services get an `Actor`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g, request

from marketplace.core.actor import Actor
from marketplace.core.errors import Forbidden, Unauthenticated
from marketplace.http import limits
from marketplace.http.describe import describe

P = ParamSpec("P")
R = TypeVar("R")

Finder = Callable[[str], Actor | None]


class TokenScope(Forbidden):
    """The token is valid but was not made for this."""

    code = "token_scope"


def init_app(app: Flask, by_token: Finder, by_session: Callable[[], Actor | None]) -> None:
    """Tell how an actor is found: from a bearer token, or from the browser's session."""
    app.extensions["actor_by_token"] = by_token
    app.extensions["actor_by_session"] = by_session


def actor_or_none() -> Actor | None:
    """The actor of this request; a token that is sent must be valid.

    Raises Unauthenticated for a bad token. The API never looks at the browser's cookie, so a
    request forged by another site carries no authority there.
    """
    if "actor" not in g:
        header = request.headers.get("Authorization", "")
        if header:
            kind, _, secret = header.partition(" ")
            found = (current_app.extensions["actor_by_token"](secret.strip())
                     if kind.lower() == "bearer" and secret.strip() else None)
            if found is None:
                raise Unauthenticated()
            g.actor = found   # known also where it asks too often: its language words the refusal
            if found.token_id is not None:
                limits.count_token(found.token_id)
        elif request.path.startswith("/api/"):
            g.actor = None
        else:
            g.actor = current_app.extensions["actor_by_session"]()
    return g.actor


def actor() -> Actor:
    """The actor of this request; raises Unauthenticated when there is none."""
    found = actor_or_none()
    if found is None:
        raise Unauthenticated()
    return found


def scope(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Require a logged-in actor and, for a token, that it holds the scope `name`."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            held = actor().scopes
            if held is not None and name not in held:
                raise TokenScope(scope=name)
            return view(*args, **kwargs)

        describe(wrapper, security=[{"token": []}])
        return wrapper

    return decorate
