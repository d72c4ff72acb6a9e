"""The form of a resource: its facts and the kinds of work it does, a row each and one spare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.resources.models import Resource
from marketplace.resources.queries import sites_of
from marketplace.resources.rules import KINDS
from marketplace.web import names
from marketplace.web.forming import filled, whole
from marketplace.web.reader import words

NUMBERS = ("lanes", "buffer_before", "buffer_after")
ROWS = 20
WORK = ("service", "materials", "x", "y", "z", "tolerance")


def body(form: Mapping[str, str]) -> dict[str, Any]:
    """The form as JSON of the API; `rows_of` tells which row a capability came from."""
    found = filled(form, ("code", "name", "kind")) | filled(form, ("site_id", *NUMBERS), whole)
    found["model"] = form.get("model", "").strip()
    found["holidays"] = form.get("holidays") == "yes"
    found["capabilities"] = [_work(form, row) for row in rows_of(form)]
    return found


def rows_of(form: Mapping[str, str]) -> list[int]:
    """The rows of work in which anything was filled in."""
    return [row for row in range(ROWS)
            if any(form.get(f"{name}_{row}", "").strip() for name in WORK)]


def _work(form: Mapping[str, str], row: int) -> dict[str, Any]:
    def cell(name: str) -> str:
        return form.get(f"{name}_{row}", "").strip()

    found: dict[str, Any] = {"materials": [part.strip() for part in re.split(
        "[;；,，、]", cell("materials")) if part.strip()]}
    if cell("service"):
        found["service_code"] = cell("service")
    sizes = [whole(cell(name)) for name in "xyz" if cell(name)]
    if sizes:
        found["envelope_mm"] = sizes
    if cell("tolerance"):
        found["tolerance_um"] = whole(cell("tolerance"))
    return found


INPUTS = {"service_code": "service", "materials": "materials", "envelope_mm": "x",
          "tolerance_um": "tolerance"}


def place(form: Mapping[str, str]) -> Any:
    """Fields of the schema as inputs: `capabilities.1.tolerance_um` in the row it came from."""
    rows = rows_of(form)

    def found(field: str) -> str:
        parts = field.split(".")
        if parts[0] != "capabilities":
            return parts[0]
        row = rows[int(parts[1])] if len(parts) > 1 and int(parts[1]) < len(rows) else 0
        return f"{INPUTS.get(parts[2] if len(parts) > 2 else '', 'service')}_{row}"

    return found


def values(row: Resource) -> dict[str, str]:
    """A stored resource as what its form shows."""
    found = {name: str(getattr(row, name)) for name in
             ("code", "name", "kind", "model", "site_id", "version", *NUMBERS)}
    found["holidays"] = "yes" if row.holidays else ""
    for number, each in enumerate(row.capabilities):
        sizes = (each.envelope_x, each.envelope_y, each.envelope_z)
        cells = (each.service_code, "；".join(m.material for m in each.materials), *sizes,
                 each.tolerance_um)
        found |= {f"{name}_{number}": "" if cell is None else str(cell)
                  for name, cell in zip(WORK, cells, strict=True)}
    return found


def choices(actor: Actor, form: Mapping[str, str], kind: str = "") -> dict[str, Any]:
    """What the selects of the form offer; a kind that is fixed narrows the services."""
    sites = [(str(site.id), site.name) for site in db.session.scalars(sites_of(actor).limit(500))
             if site.company_id == actor.company_id]
    services = [(code, f"{name}（{code}）" if code else "") for _, rows
                in names.services_by_top_type() for code, name in rows]
    shown = max([*rows_of(form), -1]) + 2
    return {"sites": sites, "kinds": [(each, words(f"kind.{each}")) for each in KINDS],
            "services": [("", "—"), *services], "rows": range(min(shown, ROWS)), "kind": kind}
