"""The form of a new job: what was typed, what it means, what is wrong. Works without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from marketplace import config
from marketplace.core.errors import FieldError
from marketplace.http.api import invalid
from marketplace.jobs.rules import MAX_OPERATIONS, NewJob
from marketplace.jobs.schemas import JobRequest
from marketplace.web import work

FIELDS = ("code", "title", "release", "due", "deadline", "budget")
STEP_FIELDS = ("service_code", "material", "quantity", "minutes", "may_pause")
MOMENTS = ("release", "due", "deadline")
BLANK_STEP: Mapping[str, str] = {"service_code": "", "material": "", "quantity": "1",
                                 "minutes": "", "may_pause": ""}


@dataclass(frozen=True)
class JobForm:
    """Values as typed, one mapping a step of the route; the job once everything is right."""

    values: Mapping[str, str]
    steps: tuple[Mapping[str, str], ...]
    job: NewJob | None
    errors: Mapping[str, str]

    def wrong(self, errors: Mapping[str, str]) -> JobForm:
        """The same form with what a service found wrong."""
        return JobForm(self.values, self.steps, None, errors)


def blank() -> JobForm:
    """A form with room for one operation."""
    return JobForm(dict.fromkeys(FIELDS, ""), (BLANK_STEP,), None, {})


def read(sent: Mapping[str, str]) -> JobForm:
    """Read what was sent; a button of a row changes the rows and judges nothing yet."""
    values = {name: sent.get(name, "").strip() for name in FIELDS}
    steps = _steps(sent)
    if do := sent.get("do", ""):
        return JobForm(values, _changed(steps, do), None, {})
    try:
        return JobForm(values, steps, JobRequest().load(_body(values, steps))["new"], {})
    except ValidationError as error:
        return JobForm(values, steps, None, sentences(invalid(error).errors))


def _steps(sent: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    text = sent.get("steps", "")
    number = min(int(text), MAX_OPERATIONS) if text.isdecimal() and len(text) < 5 else 1
    return tuple({name: sent.get(f"operations.{place}.{name}", "").strip()
                  for name in STEP_FIELDS} for place in range(max(1, number)))


def _changed(steps: tuple[Mapping[str, str], ...], do: str) -> tuple[Mapping[str, str], ...]:
    """`add` appends a row, `remove-N` takes one out; one row always stays."""
    if do == "add" and len(steps) < MAX_OPERATIONS:
        return (*steps, BLANK_STEP)
    kept = tuple(step for place, step in enumerate(steps) if do != f"remove-{place}")
    return kept or (BLANK_STEP,)


def _body(values: Mapping[str, str], steps: tuple[Mapping[str, str], ...]) -> dict[str, Any]:
    """The form as the body that programs send: one schema judges both."""
    zone = config.current().default_zone
    body: dict[str, Any] = {name: text for name, text in values.items() if text}
    body |= {name: work.instant(body[name], zone) for name in MOMENTS if name in body}
    if "budget" in body:
        body["budget"] = {"amount": body["budget"].replace(",", ""), "currency": "CNY"}
    return body | {"operations": [_step(step) for step in steps]}


def _step(step: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: step[name] for name in ("service_code", "material")
                             if step[name]}
    found |= {name: work.number(step[name]) for name in ("quantity", "minutes") if step[name]}
    return found | {"may_pause": step["may_pause"] == "yes"}


def sentences(errors: list[FieldError]) -> dict[str, str]:
    """A sentence for every wrong field; what is wrong in an amount is wrong in its field."""
    return {name.removesuffix(".amount"): text
            for name, text in work.sentences(errors).items()}
