"""The front door: what this is for a visitor, the right desk for a member."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, session

from marketplace.catalogue.queries import Search
from marketplace.core.errors import NotFound
from marketplace.resources.rules import TOP_TYPE, TOP_TYPES
from marketplace.web import finding, names, navigation, reads
from marketplace.web.finding import Finding
from marketplace.web.reader import asking, words

blueprint = Blueprint("home_page", __name__)
EXAMPLES = ("3.2.1", "3.2.3", "I.lab.metrology", "S.wh.pallet")   # service codes to begin with


def show() -> Any:
    """What it is and for whom; somebody logged in goes on to the desk they work at."""
    actor = asking()
    if actor is None:
        return render_template("home/page.html", page_title=words("home.title"), tops=_tops(),
                               examples=[(code, names.service(code)) for code in EXAMPLES])
    if not actor.is_operator and "desk" not in session:
        session["desk"] = (navigation.FACTORY if reads.offers_anything(actor)
                           else navigation.FIRM)
    return redirect(navigation.first_page(actor))


def _tops() -> list[tuple[str, int]]:
    """How many listings there are of each top type."""
    kinds = finding.by_kind(Finding(Search()))
    return [(top, sum(number for kind, number in kinds.items() if TOP_TYPE.get(kind) == top))
            for top in TOP_TYPES]


def change_desk(desk: str) -> Any:
    """A company's member sits at the other of its desks."""
    if desk not in navigation.COMPANY_DESKS:
        raise NotFound(kind="desk")
    session["desk"] = desk
    return redirect(navigation.first_page(asking()))


blueprint.add_url_rule("/", view_func=show)
blueprint.add_url_rule("/desk/<desk>", view_func=change_desk)
