"""The form of price terms, made from each mode's own schema: a new mode needs no template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from marketplace.catalogue.listing_rules import DEFAULTS
from marketplace.catalogue.models import Listing
from marketplace.catalogue.queries import rules_of
from marketplace.core import i18n
from marketplace.http.language import language
from marketplace.pricing.quote import modes
from marketplace.pricing.terms import Number
from marketplace.web.forming import filled, whole
from marketplace.web.reader import words
from marketplace.web.rule_words import (
    approval,
    change,
    operate,
    prime_words,
    quota_words,
    time_of,
)

NUMBERS = ("step", "min_minutes", "max_minutes", "notice_minutes", "horizon_days", "reply_hours",
           "grace_minutes", "free_hours", "late_percent", "no_show_percent", "accept_days",
           "prime_from", "prime_until")
LIMITS = ("quota_hours", "prime_minutes")   # an empty one is none
SWITCHES = ("may_pause", "show_company", "approval", "series", "check_in", "last_day_free")
TEXTS = ("quota_group", "qualification", "certificate")
DAYS = "1234567"
HALF_HOUR = 30

# What is folded away, in order: its inputs, by which a mistake opens it again.
FOLDED = {
    "approval": ("approval", "reply_hours", "series"),
    "change": ("free_hours", "late_percent"),
    "come": ("check_in", "grace_minutes", "no_show_percent", "accept_days"),
    "share": ("quota_hours", "quota_group", "last_day_free"),
    "prime": ("prime_days", "prime_from", "prime_until", "prime_minutes"),
    "operate": ("qualification", "certificate"),
}


@dataclass(frozen=True)
class Input:
    """One input of a mode's terms."""

    name: str
    label: str
    required: bool
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    whole: bool = False


def inputs(mode: str) -> list[Input]:
    """The inputs of a mode in the order of its schema."""
    return [_input(mode, name, field) for name, field in modes()[mode].Terms().fields.items()]


def _input(mode: str, name: str, field: Any) -> Input:
    choices = tuple((each, _word(f"metric.{each}", f"terms.choice.{each}", each))
                    for rule in field.validators if isinstance(rule, validate.OneOf)
                    for each in rule.choices)
    hint = ""
    if isinstance(field, Number):
        hint = words("terms.number", places=field.places, least=format(field.least, "f"),
                     most=format(field.most, "f"))
    return Input(f"{mode}.{name}", _word(f"terms.{mode}.{name}", f"terms.{name}", name),
                 field.required, hint, choices, isinstance(field, fields.Integer))


def _word(*keys: str) -> str:
    """The first message that there is; the last name itself where there is none."""
    found = next((key for key in keys if i18n.has(language(), key)), None)
    return words(found) if found else keys[-1].replace("_", " ")


def body(form: Mapping[str, str]) -> dict[str, Any]:
    """The form as JSON of the API: rules, and the terms of every mode that is ticked."""
    found = filled(form, NUMBERS, whole) | {name: form.get(name) == "yes" for name in SWITCHES}
    found |= {name: whole(form[name] or "0") for name in LIMITS if name in form}
    found |= {name: form[name] for name in TEXTS if name in form}
    found["prime_days"] = "".join(day for day in DAYS if form.get(f"prime_day_{day}") == "yes")
    found["terms"] = {mode: _terms(mode, form) for mode in modes()
                      if form.get(f"offer_{mode}") == "yes"}
    return found


def _terms(mode: str, form: Mapping[str, str]) -> dict[str, Any]:
    return {each.name.partition(".")[2]:
            whole(form[each.name]) if each.whole else form[each.name].strip()
            for each in inputs(mode) if form.get(each.name, "").strip()}


def place(field: str) -> str:
    """Fields of the schema as inputs: `terms.piece.price_per_piece` as `piece.price_per_piece`."""
    return field.removeprefix("terms.") if field.startswith("terms.") else field


def values(listing: Listing | None) -> dict[str, str]:
    """A stored listing as what its form shows; the defaults where there is none."""
    source = DEFAULTS if listing is None else {
        name: getattr(listing, name) for name in (*NUMBERS, *LIMITS, *SWITCHES, *TEXTS,
                                                  "prime_days")}
    found = {name: str(source[name]) for name in (*NUMBERS, *TEXTS)}
    found |= {name: str(source[name] or "") for name in LIMITS}
    found |= {name: "yes" if source[name] else "" for name in SWITCHES}
    found |= {f"prime_day_{day}": "yes" for day in source["prime_days"]}
    for each in listing.terms if listing is not None else ():
        found[f"offer_{each.mode}"] = "yes"
        found |= {f"{each.mode}.{name}": str(value) for name, value in each.terms.items()}
    found["version"] = "" if listing is None else str(listing.version)
    return found


def clocks(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The half hours of a day for a choice, and whatever else is chosen already."""
    chosen = {int(form[name]) for name in ("prime_from", "prime_until")
              if form.get(name, "").isdecimal() and len(form[name]) < 5}
    minutes = sorted({*range(0, 1441, HALF_HOUR), *(each for each in chosen if each <= 1440)})
    return [(str(each), time_of(each)) for each in minutes]


def opened(errors: Mapping[str, str]) -> set[str]:
    """The folded groups that have a mistake in them."""
    return {name for name, inputs in FOLDED.items() if set(inputs) & set(errors)}


def summaries(listing: Listing | None, zone: str) -> dict[str, str]:
    """What each folded group says to buyers now, in one line."""
    source = listing if listing is not None else Listing(**DEFAULTS)
    terms = rules_of(source, zone)
    said = {"approval": approval(terms), "change": change(terms)[:1], "come": change(terms)[2:],
            "share": quota_words(terms), "prime": prime_words(terms), "operate": operate(terms)}
    return {name: " ".join(sentences) or words("terms.no_limit")
            for name, sentences in said.items()}
