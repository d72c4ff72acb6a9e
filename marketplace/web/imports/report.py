"""What an import found, line by line; words are chosen when it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marketplace.core import i18n
from marketplace.core.errors import FieldError

SHOWN = 500   # lines of a report that a page or a terminal shows


@dataclass(frozen=True)
class LineError:
    """What is wrong on a line: the column ('' for the whole line), a code, its cell."""

    line: int
    column: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    value: str = ""
    problem: bool = False   # the code is that of a refusal, not of a field

    def words(self, lang: str) -> str:
        """What is wrong and what would be right, in the reader's language."""
        key = f"problem.{self.code}.detail" if self.problem else f"field.{self.code}"
        return i18n.translate(lang, key, **self.params)


@dataclass
class Report:
    """The result of trying or doing an import."""

    noun: str
    rows: int = 0
    made: int = 0
    dry_run: bool = False
    lines: list[LineError] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """True when nothing is wrong."""
        return not self.lines

    @property
    def wrong_lines(self) -> int:
        """How many lines have something wrong."""
        return len({each.line for each in self.lines})

    def add(self, line: int, column: str, code: str, value: str = "", /,
            **params: Any) -> None:
        """Note a wrong cell."""
        self.lines.append(LineError(line, column, code, params, value[:80]))

    def add_field(self, line: int, column: str, error: FieldError, value: str = "") -> None:
        """Note what a service said about a field."""
        self.add(line, column, error.code, value, **error.params)

    def shown(self) -> list[LineError]:
        """The first lines of the report in the order of the file."""
        return sorted(self.lines, key=lambda each: each.line)[:SHOWN]
