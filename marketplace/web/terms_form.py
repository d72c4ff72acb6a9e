"""The form of price terms, made from each mode's own schema: a new mode needs no template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from marketplace.catalogue.listing_rules import DEFAULTS
from marketplace.catalogue.models import Listing
from marketplace.core import i18n
from marketplace.http.language import language
from marketplace.pricing.quote import modes
from marketplace.pricing.terms import Number
from marketplace.web.forming import filled, whole
from marketplace.web.reader import words

NUMBERS = ("step", "min_minutes", "max_minutes", "notice_minutes", "horizon_days")
SWITCHES = ("may_pause", "show_company")


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
        name: getattr(listing, name) for name in (*NUMBERS, *SWITCHES)}
    found = {name: str(source[name]) for name in NUMBERS}
    found |= {name: "yes" if source[name] else "" for name in SWITCHES}
    for each in listing.terms if listing is not None else ():
        found[f"offer_{each.mode}"] = "yes"
        found |= {f"{each.mode}.{name}": str(value) for name, value in each.terms.items()}
    found["version"] = "" if listing is None else str(listing.version)
    return found
