"""The pages of each desk. What is not there yet is not shown: an entry needs a route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app, request, session, url_for

from marketplace.accounts.permissions import allowed
from marketplace.core.actor import Actor
from marketplace.web import booking_reads, reads
from marketplace.web.reader import words

FIRM, FACTORY, OPERATOR, VISITOR = "firm", "factory", "operator", "visitor"
COMPANY_DESKS = (FIRM, FACTORY)
Group = tuple[str, tuple[tuple[str, str], ...]]   # key of a heading, (key of a page, its path)

OURS: Group = ("nav.group.company", (
    ("company", "/company"), ("members", "/members"), ("papers", "/papers"),
    ("sites", "/sites"), ("imports", "/imports"), ("tokens", "/tokens"), ("docs", "/docs/api")))
DESKS: dict[str, tuple[Group, ...]] = {
    VISITOR: (("", (("search", "/search"), ("docs", "/docs/api"))),),
    FIRM: (("", (("search", "/search"), ("jobs", "/jobs"), ("plans", "/plans"),
                 ("bookings", "/bookings"), ("messages", "/messages"), ("money", "/money"))),
           OURS),
    FACTORY: (("", (("today", "/today"), ("machines", "/machines"), ("requests", "/requests"),
                    ("bookings", "/bookings"), ("listings", "/offers"), ("search", "/search"),
                    ("messages", "/messages"), ("income", "/income"))), OURS),
    OPERATOR: (("", (("utilisation", "/utilisation"), ("indicators", "/indicators"),
                     ("verification", "/verification"), ("review", "/review"),
                     ("search", "/search"), ("disputes", "/disputes"),
                     ("clearing", "/clearing"), ("settlement", "/settlement"),
                     ("imports", "/imports"), ("audit", "/audit"), ("users", "/users"),
                     ("tokens", "/tokens"), ("docs", "/docs/api"))),),
}
# Pages that belong to an entry.
ALSO: Mapping[str, tuple[str, ...]] = {"search": ("/listings/",),
                                       "bookings": ("/holds/", "/waitlist", "/series")}

# What the role must allow for an entry to be shown; the others are for everybody at the desk.
NEEDS = {
    "jobs": "job.read", "plans": "plan.read", "bookings": "booking.read",
    "company": "company.read", "members": "member.list", "papers": "paper.read",
    "tokens": "token.own", "utilisation": "utilisation.read", "verification": "company.verify",
    "machines": "resource.read", "sites": "resource.read", "disputes": "booking.resolve",
}
IMPORTS = ("job.edit", "company.import")   # one of them is enough

# Things that wait for the reader, by entry; asked only for entries that are shown.
COUNTS: Mapping[str, Callable[[Actor], int]] = {
    "bookings": booking_reads.waiting,
    "disputes": booking_reads.disputes_open,
    "verification": reads.companies_waiting,
}


def desk_of(actor: Actor | None) -> str:
    """The desk somebody sits at: an operator's, or the one a member chose."""
    if actor is None:
        return VISITOR
    if actor.is_operator:
        return OPERATOR
    chosen = session.get("desk")
    desk = chosen if chosen in COMPANY_DESKS else FIRM
    homes = [each for each in COMPANY_DESKS if _has_here(each)]
    return desk if desk in homes or not homes else homes[0]


def _has_here(desk: str) -> bool:
    """True when the page that is asked for is one of a desk's own."""
    return any(request.path == path or request.path.startswith(path + "/")
               for _, entries in DESKS[desk] for _, path in entries)


def paths() -> set[str]:
    """The addresses without parameters that this application answers."""
    known = current_app.extensions.get("page_paths")
    if known is None:
        known = {rule.rule for rule in current_app.url_map.iter_rules() if not rule.arguments}
        current_app.extensions["page_paths"] = known
    return set(known)


def menu(actor: Actor | None, counted: bool = True) -> list[dict[str, Any]]:
    """The groups of entries for the layout."""
    groups = []
    for label, entries in DESKS[desk_of(actor)]:
        items = [_item(key, path, actor if counted else None)
                 for key, path in entries if path in paths() and _open(key, actor)]
        if items:
            groups.append({"label": words(label) if label else "", "items": items})
    return groups


def _open(key: str, actor: Actor | None) -> bool:
    """True when the page of an entry would not refuse the reader."""
    if key == "imports":
        return any(allowed(actor, each) for each in IMPORTS)
    return key not in NEEDS or allowed(actor, NEEDS[key])


def _item(key: str, path: str, actor: Actor | None) -> dict[str, Any]:
    active = request.path == path or request.path.startswith(
        (path + "/", *ALSO.get(key, ())))
    count = COUNTS[key](actor) if actor is not None and key in COUNTS else 0
    return {"key": key, "url": path, "active": active, "count": count}


def first_page(actor: Actor | None) -> str:
    """Where a desk begins."""
    entries = [each for _, items in DESKS[desk_of(actor)] for each in items]
    return next((path for key, path in entries if path in paths() and _open(key, actor)),
                "/search")


def desk_box(actor: Actor | None) -> dict[str, Any] | None:
    """What stands in the desk switcher; a company's member has two desks."""
    if actor is None:
        return None
    current = desk_of(actor)
    desks = COMPANY_DESKS if current in COMPANY_DESKS else ()
    name = actor.company_name or words("ui.name")
    return {"name": name, "note": words(f"desk.{current}"), "choices": [
        {"name": words(f"desk.{desk}"), "note": words(f"desk.about.{desk}"),
         "url": url_for("home_page.change_desk", desk=desk), "current": desk == current}
        for desk in desks]}
