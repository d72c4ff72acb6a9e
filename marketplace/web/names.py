"""Names of coded things in the reader's language: cities, kinds of work, kinds of resource."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from marketplace.core import i18n
from marketplace.http.language import language
from marketplace.resources.models import Capability
from marketplace.resources.service_codes import service_codes
from marketplace.web.reader import formats, words

CITIES = tuple(f"37{number:02d}" for number in range(1, 18) if number != 12)   # GB/T 2260


def city(region_code: str) -> str:
    """The city of a region code; the code itself outside the province."""
    key = f"region.{region_code[:4]}"
    return words(key) if i18n.has(language(), key) else region_code


def city_choices() -> list[tuple[str, str]]:
    """Region code and name of every city, for forms."""
    return [(f"{code}00", city(code)) for code in CITIES]


def service(code: str) -> str:
    """What a service code means."""
    found = service_codes().get(code)
    return code if found is None else found.zh if language() == "zh" else found.en


def services_by_top_type() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every service code with its name, by top type."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, row in service_codes().items():
        groups.setdefault(row.top_type, []).append((code, service(code)))
    return [(words(f"top_type.{top}"), rows) for top, rows in groups.items()]


def materials(capabilities: Iterable[Capability]) -> list[str]:
    """The materials of several capabilities, each once."""
    return list(dict.fromkeys(each.material for row in capabilities for each in row.materials))


def tolerance(micrometres: int) -> str:
    """`±0.01 mm`."""
    return f"±{formats().number(micrometres / 1000)} mm"


def length(minutes: int) -> str:
    """Whole days as days, else hours and minutes."""
    if minutes and minutes % 1440 == 0:
        return formats().quantity(minutes // 1440, "day")
    return formats().duration(timedelta(minutes=minutes))
