"""The public instances below BENCH_DIR, the best values known for them, and a fixed sample."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

GROUPS = ("mk", "fjsp", "oas", "unrelated_parallel", "market")
FAMILY_FOLDER = {"mk": "fjsp"}
BEST_KNOWN = "best_known.csv"
ORDERS = "Dataslack_{n}orders_Tao{tao}R{r}_1"
NAMED_OAS = tuple(ORDERS.format(n=100, tao=tao, r=r) for tao in (1, 3, 5, 7, 9)
                  for r in (1, 3, 5, 9))
SAMPLE: dict[str, tuple[str, ...]] = {
    "fjsp": ("abz7_rdata", "behnke13", "car5_rdata", "dpp07a", "fattahi19", "ft10_sdata", "kacem3",
             "la21_rdata", "la36_sdata", "mt10xyz", "orb3_rdata", "setb4c9", "seti5x"),
    "oas": (*(ORDERS.format(n=n, tao=tao, r=r) for n in (25, 50) for tao in (1, 3, 5, 7, 9)
              for r in (3, 7)), *NAMED_OAS),
    "unrelated_parallel": tuple(f"I_{n}_{m}_S_1-{longest}_1" for n in (8, 10, 12)
                                for m in (2, 3, 4, 5) for longest in (9, 124)),
}


@dataclass(frozen=True)
class Case:
    """One instance; ``best`` is the best value known, in the file's own unit."""

    group: str
    name: str
    path: Path
    best: float | None

    @property
    def form(self) -> str:
        """The name of its file format."""
        return FAMILY_FOLDER.get(self.group, self.group)

    @property
    def largest(self) -> bool:
        """Whether more is better."""
        return self.form in ("oas", "market")

    @property
    def size(self) -> int:
        """Jobs, where the name tells them (orders and markets)."""
        found = re.search(r"_N?(\d+)(orders|_M)", self.name)
        return int(found[1]) if found else 0


def cases(folder: Path, group: str, full: bool) -> list[Case]:
    """Instances of a group in the order of their numbers; empty when the family is absent.

    All of them with ``full``, else those of the sample (of mk and market: all).
    """
    known = best_known(folder / BEST_KNOWN)
    form = FAMILY_FOLDER.get(group, group)
    wanted = None if full else SAMPLE.get(group)
    found = []
    for path in sorted((folder / form).glob("*.*"), key=lambda path: _numbers(path.stem)):
        name = path.stem
        if form == "fjsp" and (group == "mk") != name.startswith("mk"):
            continue
        if wanted is None or name in wanted:
            lower, upper = known.get((form, name), (None, None))
            best = lower if form in ("oas", "market") else upper
            found.append(Case(group, name, path, best))
    return found


def _numbers(name: str) -> list[tuple[str, int]]:
    return [(word, int(number)) for word, number in re.findall(r"(\D*)(\d+)", name)]


Known = Mapping[tuple[str, str], tuple[float | None, float | None]]


def best_known(path: Path) -> Known:
    """Best lower and upper values by (format, instance); nothing when there is no such file."""
    return dict(_rows(path)) if path.exists() else {}


def _rows(path: Path) -> Iterator[tuple[tuple[str, str], tuple[float | None, float | None]]]:
    forms = {"fjsp": "fjsp", "oas": "oas", "upmsp": "unrelated_parallel", "marketplace": "market"}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            form = forms[row["family"].split("_")[0]]
            lower, upper = row["best_known_lower"], row["best_known_upper"]
            yield (form, row["instance"]), (_number(lower), _number(upper))


def _number(text: str) -> float | None:
    return float(text) if text else None
