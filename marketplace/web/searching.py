"""The search page: its filters read from the address, and everything its template shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from marketplace import config
from marketplace.accounts.permissions import allowed
from marketplace.catalogue.queries import Search
from marketplace.catalogue.schemas import MODES, ListingQuery
from marketplace.core.actor import Actor
from marketplace.http.api import QuerySchema, invalid
from marketplace.resources.rules import KINDS, TOP_TYPES
from marketplace.web import finding, names, prices, results, work
from marketplace.web.finding import Finding
from marketplace.web.reader import formats, words

PLAIN = ("q", "service_code", "material", "tolerance_um", "kind", "top_type", "mode", "price_max",
         "order", "lanes")
ALL = (*PLAIN, "envelope", "free_from", "free_to", "pieces")


class Extra(QuerySchema):
    """What the page knows beside the API's filters."""

    pieces = fields.Integer(validate=validate.Range(1, 10**7))
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10**4))


@dataclass(frozen=True)
class SearchForm:
    """What was asked, as typed and as read; a sentence for every wrong field."""

    values: Mapping[str, str]
    finding: Finding
    pieces: int | None
    page: int
    errors: Mapping[str, str]

    @property
    def members_only(self) -> bool:
        """True when prices are asked about: a ceiling or their order."""
        return self.finding.wish.price_max_micro is not None or self.finding.wish.order == "price"

    @property
    def has_work(self) -> bool:
        """True when there is something to price."""
        return self.pieces is not None or self.finding.wish.free is not None


def read(sent: MultiDict[str, str]) -> SearchForm:
    """Read the filters; an empty field is no filter, a wrong one is named."""
    zone = config.current().default_zone
    values = {name: sent.get(name, "").strip() for name in ALL}
    if not values["mode"]:
        values["price_max"] = values["order"] = ""   # prices compare within one mode only
    api = {name: values[name] for name in PLAIN if values[name]}
    api |= {name: work.instant(values[name], zone) for name in ("free_from", "free_to")
            if values[name]}
    if values["envelope"]:
        api["envelope"] = _times(values["envelope"])
    extra = {name: sent[name] for name in ("pieces", "page") if sent.get(name)}
    found, wrong = _load(ListingQuery(), api)
    more, wrong_too = _load(Extra(), extra)
    cities = tuple(city for city in sent.getlist("region") if city[:4] in names.CITIES)
    return SearchForm(values, Finding(found.get("wish") or Search(), cities), more.get("pieces"),
                      more.get("page", 1), wrong | wrong_too)


def _times(text: str) -> str:
    """400×300×200 however it was typed."""
    return text.lower().replace("×", "x").replace("*", "x").replace(" ", "")


def _load(schema: Any, sent: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        return schema.load(sent), {}
    except ValidationError as error:
        return {}, work.sentences(invalid(error).errors)


def view(form: SearchForm, actor: Actor | None) -> dict[str, Any]:
    """Everything the template shows; with a wrong field there are no results."""
    base: dict[str, Any] = {"form": form, "values": form.values, "errors": form.errors,
                            "services": names.services_by_top_type(), "pills": _pills(form),
                            "member": allowed(actor, "price.read")}
    if form.errors:
        return base | {"rows": [], "total": 0, "pages": None, "missing": None,
                       "cities": _cities({}), "modes": _modes({}),
                       "kinds": _kinds({}), "headline": words("search.sum.wrong")}
    listings, total = finding.page(form.finding, form.page)
    return base | {
        "rows": results.rows(listings, form, actor), "total": total,
        "pages": _pages(form, total), "headline": _headline(form, total),
        "cities": _cities(finding.by_city(form.finding)),
        "modes": _modes(finding.by_mode(form.finding)),
        "kinds": _kinds(finding.by_kind(form.finding)),
        "missing": None if total else _missing(form)}


def _headline(form: SearchForm, total: int) -> str:
    """The sum in words."""
    if not total:
        return words("search.sum.none")
    key = ("free" if form.finding.wish.free is not None else "able" if form.has_work else "all")
    return words(f"search.sum.{key}", count=total, number=formats().number(total))


def _cities(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    return [(f"{code}00", names.city(code), counts.get(code, 0)) for code in names.CITIES]


def _modes(counts: Mapping[str, int]) -> list[tuple[str, str, int | None]]:
    known = sorted(MODES, key=prices.place)
    return [("", words("search.any"), None),
            *((mode, words(f"ui.mode.{mode}"), counts.get(mode, 0)) for mode in known)]


def _kinds(counts: Mapping[str, int]) -> list[tuple[str, str, int | None]]:
    return [("", words("search.any"), None),
            *((kind, words(f"kind.{kind}"), counts.get(kind, 0)) for kind in KINDS)]


def without(*gone: str, **changed: Any) -> str:
    """This address without some parameters, or with others; always back on the first page."""
    kept = {name: values for name, values in request.args.to_dict(flat=False).items()
            if name not in (*gone, "page", "lang")}
    return url_for("search_page.show", **(kept | changed))


def _pills(form: SearchForm) -> list[dict[str, str]]:
    """The filters that are set, each with the address without it."""
    pills = [_pill(name, _shown(name, value)) for name, value in form.values.items()
             if value and name not in ("order", "free_to") and (name, value) != ("lanes", "1")]
    if form.finding.cities:
        pills.append(_pill("region", words("search.list_dot").join(
            names.city(each) for each in form.finding.cities)))
    return pills


def _pill(name: str, shown: str) -> dict[str, str]:
    gone = {"free_from": ("free_from", "free_to"), "mode": ("mode", "price_max", "order")}
    return {"key": words(f"search.field.{name}"), "value": shown,
            "url": without(*gone.get(name, (name,)))}


def _shown(name: str, value: str) -> str:
    """A filter's value in words; as typed where it is none."""
    vocabulary = {"mode": ("ui.mode", MODES), "kind": ("kind", KINDS),
                  "top_type": ("top_type", TOP_TYPES)}
    if name in vocabulary and value in vocabulary[name][1]:
        return words(f"{vocabulary[name][0]}.{value}")
    if name == "service_code":
        return names.service(value)
    return value.replace("T", " ") if name == "free_from" else value


def _pages(form: SearchForm, total: int) -> dict[str, Any] | None:
    """First, last and neighbours of this page."""
    first = (form.page - 1) * finding.PAGE + 1
    last = min(form.page * finding.PAGE, total)
    if total <= finding.PAGE and form.page == 1:
        return None
    return {"first": min(first, total), "last": last, "total": total,
            "prev": without(page=form.page - 1) if form.page > 1 else None,
            "next": without(page=form.page + 1) if last < total else None}


def _missing(form: SearchForm) -> dict[str, Any] | None:
    """Which one filter to drop, and what that brings back."""
    found = finding.worst(form.finding)
    if found is None:
        return None
    name, count = found
    gone = {"free_from": ("free_from", "free_to"), "mode": ("mode", "price_max", "order")}
    return {"name": words(f"search.field.{name}"), "count": count,
            "url": without(*gone.get(name, (name,)))}
