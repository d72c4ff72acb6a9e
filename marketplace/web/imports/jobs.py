"""Lines of jobs: all lines of one job are its route of operations, written down at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.jobs.errors import JobInvalid
from marketplace.jobs.rules import MAX_MINUTES, MAX_OPERATIONS, NewJob, NewOperation
from marketplace.jobs.services import create_job
from marketplace.resources import queries
from marketplace.web.imports.cells import Column, instant, money, names, text, whole, yes_no
from marketplace.web.imports.context import Context, Parsed, RowRefused, refuse

COLUMNS = (
    Column("company_credit_code", text(18), required=True),
    Column("job_code", text(40), required=True),
    Column("title", text(120), required=True),
    Column("operation", whole(1, MAX_OPERATIONS), required=True),
    Column("service_code", text(30), required=True),
    Column("material", text(40), default=""),
    Column("quantity", whole(1, 10**7), default=1),
    Column("minutes", whole(1, MAX_MINUTES), required=True),
    Column("may_pause", yes_no, default=False),
    Column("release", instant, required=True),
    Column("due", instant, required=True),
    Column("deadline", instant),
    Column("budget_yuan", money),
    Column("eligible_resources", names(40), default=()),
)
KEY = ("company_credit_code", "job_code", "operation")
COMPANIES = ("company_credit_code",)
GROUP = ("company_credit_code", "job_code")
OF_JOB = ("title", "release", "due", "deadline", "budget_yuan")
NAMES = {"code": "job_code", "budget": "budget_yuan", "operations": "operation",
         "resource_ids": "eligible_resources"}


def make(context: Context, group: Sequence[Parsed]) -> Any:
    """Create the job of these lines; a wrong operation is told on its line."""
    first = group[0]
    actor = context.acting(first["company_credit_code"], column="company_credit_code")
    _check_route(group)
    codes = {code for row in group for code in row["eligible_resources"]}
    known = queries.coded(actor.company_id or 0, codes) if codes else {}
    try:
        return create_job(actor, NewJob(
            code=first["job_code"], title=first["title"], release=first["release"],
            due=first["due"], deadline=first["deadline"], budget=first["budget_yuan"],
            operations=tuple(_operation(index, row, known) for index, row in enumerate(group))))
    except JobInvalid as refusal:
        raise RowRefused(errors=[_on_line(each) for each in refusal.errors]) from None


def _check_route(group: Sequence[Parsed]) -> None:
    """Operations from 1 on without a gap, and the facts of the job the same on every line."""
    errors = [FieldError(f"{index}.operation", "operation_order", number=index + 1)
              for index, row in enumerate(group) if row["operation"] != index + 1]
    errors += [FieldError(f"{index}.{name}", "differs_in_job")
               for index, row in enumerate(group) for name in OF_JOB
               if row[name] != group[0][name]]
    if errors:
        raise RowRefused(errors=errors)


def _operation(index: int, row: Parsed, known: dict[str, list[queries.Coded]]) -> NewOperation:
    ids = []
    for code in row["eligible_resources"]:
        found = known.get(code, [])
        if len(found) != 1:
            raise refuse(f"{index}.eligible_resources", "resource_code_unknown"
                         if not found else "resource_code_ambiguous")
        ids.append(found[0].id)
    return NewOperation(row["service_code"], row["minutes"], row["material"], row["quantity"],
                        row["may_pause"], tuple(ids))


def _on_line(error: FieldError) -> FieldError:
    """`operations.2.minutes` as `2.minutes`: the third line of the job."""
    parts = error.field.split(".")
    place = f"{parts[1]}.{parts[2]}" if parts[0] == "operations" and len(parts) > 2 else error.field
    return FieldError(place, error.code, **error.params)
