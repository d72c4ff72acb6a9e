"""Trying and doing an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

from marketplace.accounts.permissions import require
from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError
from marketplace.core.transaction import savepoint, transaction
from marketplace.web.imports import companies, jobs, opening_hours, reader, resources, sites
from marketplace.web.imports.cells import CellError
from marketplace.web.imports.context import Context, Parsed
from marketplace.web.imports.errors import NoSuchNoun
from marketplace.web.imports.reader import Row, Table
from marketplace.web.imports.report import LineError, Report

NOUNS: dict[str, ModuleType] = {"companies": companies, "sites": sites, "resources": resources,
                                "opening_hours": opening_hours, "jobs": jobs}
ACTIONS = {"companies": "company.import", "sites": "resource.edit", "resources": "resource.edit",
           "opening_hours": "resource.edit", "jobs": "job.edit"}


class _Undo(Exception):
    """Ends the transaction of an import that was only tried, or that has wrong lines."""


def noun_module(noun: str) -> ModuleType:
    """The module of a noun; raises NoSuchNoun."""
    if noun not in NOUNS:
        raise NoSuchNoun(noun=noun)
    return NOUNS[noun]


def require_import(actor: Actor, noun: str) -> None:
    """An operator imports anything, a member what it may make by hand."""
    require(actor, "company.import" if actor.is_operator else ACTIONS[noun])


def import_file(actor: Actor, noun: str, name: str, body: bytes, *, dry_run: bool) -> Report:
    """Try or do the import of a CSV or XLSX file; raises FileRefused."""
    noun_module(noun)
    require_import(actor, noun)
    return import_table(actor, noun, reader.read(name, body, noun), dry_run=dry_run)


def import_rows(actor: Actor, noun: str, rows: Sequence[Mapping[str, str]], *,
                dry_run: bool = False) -> Report:
    """The same for rows that are read already; the first counts as line 2."""
    columns = tuple(rows[0]) if rows else tuple(each.name for each in noun_module(noun).COLUMNS)
    numbered = tuple(Row(line, {name: (cell or "").strip() for name, cell in row.items()})
                     for line, row in enumerate(rows, 2))
    return import_table(actor, noun, Table(columns, numbered), dry_run=dry_run)


def import_table(actor: Actor, noun: str, table: Table, *, dry_run: bool) -> Report:
    """Do every line or none, in one transaction; a dry run is rolled back whatever it found."""
    module = noun_module(noun)
    require_import(actor, noun)
    report = Report(noun, rows=len(table.rows), dry_run=dry_run)
    if not _columns_fit(module, table.columns, report):
        return report
    parsed = _parse(module, table.rows, report)
    try:
        with transaction():
            _make_all(Context(actor), module, parsed, report)
            if dry_run or not report.clean:
                raise _Undo
    except _Undo:
        pass
    return report


def _columns_fit(module: ModuleType, columns: Sequence[str], report: Report) -> bool:
    """Name every unknown and every missing column on the header line."""
    known = [each.name for each in module.COLUMNS]
    for name in columns:
        if name not in known:
            report.add(1, name[:40], "column_unknown", columns=", ".join(known))
    for each in module.COLUMNS:
        if each.required and each.name not in columns:
            report.add(1, each.name, "column_missing")
    return report.clean


def _parse(module: ModuleType, rows: Iterable[Row], report: Report) -> list[Parsed | Row]:
    """Rows as values; a row with a cell that cannot be read stays a Row."""
    result: list[Parsed | Row] = []
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        values: dict[str, Any] = {}
        wrong = False
        for column in module.COLUMNS:
            cell = row.cells.get(column.name, "")
            try:
                values[column.name] = column.value(cell)
            except CellError as error:
                wrong = True
                report.add(row.line, column.name, error.code, cell, **error.params)
        key = tuple(values.get(name) for name in module.KEY)
        if key and None not in key and seen.setdefault(key, row.line) != row.line:
            wrong = True
            report.add(row.line, module.KEY[-1], "twice_in_file",
                       row.cells.get(module.KEY[-1], ""), line=seen[key])
        result.append(row if wrong else Parsed(row.line, values))
    return result


def _groups(module: ModuleType, rows: Sequence[Parsed | Row]) -> list[list[Parsed]]:
    """Rows that are one thing, together; a thing with an unreadable row is left out.

    Where a row is a whole thing, one that repeats its key is wrong alone.
    """
    found: dict[tuple[Any, ...], list[Parsed]] = {}
    spoilt: set[tuple[Any, ...]] = set()
    for row in rows:
        cells = row.values if isinstance(row, Parsed) else row.cells
        key = tuple(cells.get(name, "") for name in module.GROUP)
        if isinstance(row, Parsed):
            found.setdefault(key, []).append(row)
        elif module.GROUP != module.KEY:
            spoilt.add(key)
    return [group for key, group in found.items() if key not in spoilt]


def _make_all(context: Context, module: ModuleType, rows: Sequence[Parsed | Row],
              report: Report) -> None:
    """One service call a group; a refused one is undone alone, so that all can be reported."""
    groups = _groups(module, rows)
    context.learn(row[name] for group in groups for row in group for name in module.COMPANIES)
    if hasattr(module, "order"):
        groups.sort(key=lambda group: module.order(context, group))
    for group in groups:
        try:
            with savepoint():
                module.make(context, group)
            report.made += 1
        except DomainError as refusal:
            _report(module, group, refusal, report)


def _report(module: ModuleType, group: Sequence[Parsed], refusal: DomainError,
            report: Report) -> None:
    """A refusal as lines: by field where it names fields, else for the first line."""
    if not refusal.errors:
        report.lines.append(LineError(group[0].line, "", refusal.code, refusal.params,
                                      problem=True))
    for error in refusal.errors:
        first, _, rest = error.field.partition(".")
        row, name = ((group[int(first)], rest) if first.isdigit() else (group[0], error.field))
        name = name.split(".")[0] if name.split(".")[0] in module.NAMES else name
        report.add_field(row.line, module.NAMES.get(name, name), error)
