"""A refusal negotiates: it says what is free instead.

Found after the refused transaction was undone, so that nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from marketplace.catalogue.alternatives import Judge, alternatives
from marketplace.catalogue.models import Quote
from marketplace.catalogue.services import Wish
from marketplace.core.errors import DomainError
from marketplace.core.transaction import end_read
from marketplace.http.api import FreeSlotSchema
from marketplace.http.auth import actor
from marketplace.http.dumping import dumper

Asked = Callable[[DomainError, Mapping[str, Any], Mapping[str, Any]], "Wish | Quote | None"]
_judges: list[Judge] = []
_shown = dumper(FreeSlotSchema(many=True))   # made once: a schema costs more than its answer


def judge(function: Judge) -> Judge:
    """Let a higher feature, which knows more rules than a listing's own, judge what is offered."""
    if function not in _judges:
        _judges.append(function)
    return function


def negotiated(view: Callable[..., Any], asked: Asked) -> Callable[..., Any]:
    """Answer a refusal of capacity with alternatives to what was `asked` for."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except DomainError as refusal:
            if refusal.negotiable:
                refusal.extra["alternatives"] = _instead(asked, refusal, kwargs)
            raise

    return wrapper


def _instead(asked: Asked, refusal: DomainError, address: Mapping[str, Any]) -> Any:
    """What is free instead of what a request wanted; whatever fails here, the refusal stands."""
    try:
        wanted = asked(refusal, address, request.get_json(silent=True) or {})
    except (DomainError, SQLAlchemyError):
        end_read()
        return []
    return [] if wanted is None else offered(wanted)


def offered(wanted: Wish | Quote) -> Any:
    """Up to three alternatives as an answer shows them."""
    found = alternatives(actor(), wanted, judge=lambda who, each: all(
        passes(who, each) for passes in _judges))
    return _shown([each.shown() for each in found])
