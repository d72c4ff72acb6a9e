"""Rules of repetition that end, and that cost no more than a calendar may cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr

from marketplace.calendars.errors import unreadable
from marketplace.calendars.scanning import Event

STEPS = 400_000   # of the library while it looks for occurrences, for a whole calendar
# How long one step of a frequency is, and how much it costs beside a day's.
STEP = {"YEARLY": (timedelta(days=365), 20), "MONTHLY": (timedelta(days=30), 4),
        "WEEKLY": (timedelta(days=7), 2), "DAILY": (timedelta(days=1), 1),
        "HOURLY": (timedelta(hours=1), 1)}


@dataclass
class Budget:
    """What the repetitions of one calendar may still cost."""

    left: int = STEPS

    def spend(self, steps: int, event: Event) -> None:
        """Raise CalendarRefused when it is used up."""
        self.left -= steps
        if self.left < 0:
            raise unreadable("too_long_ago", line=event.line, event=event.title or "—")


def bound(component: Any, event: Event, until: datetime, budget: Budget) -> None:
    """Let every rule of an event end at `until` at the latest, by a date and not by a count."""
    rules = component.get("RRULE")
    if rules is None:
        return
    for rule in rules if isinstance(rules, list) else [rules]:
        budget.spend(_steps(component, rule, until), event)
        try:
            _end(component, rule, until)
        except (ValueError, TypeError, OverflowError) as error:   # the library's refusals
            raise unreadable("wrong_rule", line=event.line,
                             part=rule.to_ical().decode()[:60]) from error


def _start(component: Any) -> datetime:
    """The first start on the wall's clock."""
    start: date | datetime = component["DTSTART"].dt
    if isinstance(start, datetime):
        return start.replace(tzinfo=None)
    return datetime.combine(start, time())


def _steps(component: Any, rule: Any, until: datetime) -> int:
    length, price = STEP[str(rule["FREQ"][0]).upper()]
    span = until.replace(tzinfo=None) - _start(component)
    steps = max(0, span // (length * int(rule.get("INTERVAL", [1])[0]))) + 1
    return int(steps) * price * max(1, len(rule.get("BYHOUR", [])))


def _end(component: Any, rule: Any, until: datetime) -> None:
    """Set UNTIL in the kind that the start has; a count becomes the moment of its last."""
    start = component["DTSTART"].dt
    zone = start.tzinfo if isinstance(start, datetime) else None
    last = (until.astimezone(zone) if zone else until).replace(tzinfo=None) + timedelta(days=1)
    if "UNTIL" in rule:
        last = min(last, _wall(rule["UNTIL"][0], zone))
    if "COUNT" in rule:
        last = min(last, _last_counted(component, rule, last))
    rule.pop("COUNT", None)
    if zone is not None:
        rule["UNTIL"] = [last.replace(tzinfo=zone).astimezone(UTC)]
    else:
        rule["UNTIL"] = [last.date()]


def _wall(value: date | datetime, zone: Any) -> datetime:
    """An UNTIL on the wall's clock of the start; a day counts to its end."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(23, 59, 59))
    return (value.astimezone(zone) if zone and value.tzinfo else value).replace(tzinfo=None)


def _last_counted(component: Any, rule: Any, last: datetime) -> datetime:
    """When the last of so many occurrences begins, as far as we look."""
    count = int(rule["COUNT"][0])
    plain = {name: value for name, value in rule.items() if name not in ("COUNT", "UNTIL")}
    words = type(rule)(plain).to_ical().decode()
    found = rrulestr(f"{words};UNTIL={last:%Y%m%dT%H%M%S}", dtstart=_start(component))
    moments = list(islice(found, count))
    if len(moments) < count:
        return last
    return moments[-1]
