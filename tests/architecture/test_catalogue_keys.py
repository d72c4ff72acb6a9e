"""Every message is used somewhere, and every message that is used exists."""

import re
from pathlib import Path

from marketplace.core import i18n

PACKAGE = Path(i18n.__file__).parent.parent

# Keys that are put together at run time: the code after the dot comes from a value.
PREFIXES = (
    "account.role.",
    "account.scope.",
    "attached.read_by.",
    "booking.act.",
    "booking.action.",
    "booking.ask.",
    "booking.by.",
    "booking.clock.",
    "booking.costs.",
    "booking.done.",
    "booking.fee.",
    "booking.means.",
    "booking.none.",
    "booking.side.",
    "booking.state.",
    "booking.step.",
    "booking.when.",
    "calendars.scope.",
    "calendars.summary.",
    "company.state.",
    "confirmation.fee.",
    "confirmation.fee_state.",
    "confirmation.moment.",
    "confirmation.state.",
    "desk.",
    "field.",
    "format.big_money.",
    "format.per.",
    "format.unit.",
    "home.about.",
    "home.buyer.",
    "home.seller.",
    "imports.noun.",
    "kind.",
    "listing_rule.group.",
    "machines.formula.",
    "machines.reason.",
    "machines.tile.",
    "mail.news.",
    "metric.",
    "nav.",
    "notice.event.",
    "notice.say.",
    "notice.todo.",
    "offer.badge.",
    "offer.fact.",
    "offer_line.",
    "plans.doing.",
    "plans.milestone.",
    "problem.",
    "quote.rule.",
    "record.",
    "region.",
    "search.field.",
    "search.sum.",
    "series.day.",
    "series.every.",
    "series.freq.",
    "series.nth.",
    "series.reason.",
    "series.state.",
    "service_code.",
    "settling.answered.",
    "settling.fee.",
    "settling.proposed.",
    "settling.state.",
    "terms.",
    "top_type.",
    "ui.mode.",
    "ui.state.",
    "use.lost.",
    "use.period.",
    "use.step.",
    "waitlist.state.",
)

LITERAL = re.compile(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)["']""")
CALL = re.compile(
    r"""(?<![\w.])(?:t\(|translate\(\s*[\w.]+\s*,)\s*["']([a-z][a-z0-9_.]*[a-z0-9_])["']\s*[,)]"""
)


def sources() -> list[str]:
    """The text of all our Python files, templates and scripts."""
    found = []
    for pattern in ("*.py", "*.html", "*.js"):
        for path in sorted(PACKAGE.rglob(pattern)):
            if "vendor" not in path.parts:
                found.append(path.read_text(encoding="utf-8"))
    return found


def base(key: str) -> str:
    """A key without its plural ending."""
    return re.sub(r"\.(one|other)$", "", key)


def test_no_message_is_unused():
    """A message that no code, template or script names is dead and must go."""
    named = {key for text in sources() for key in LITERAL.findall(text)}
    keys = {key for lang in i18n.LANGUAGES for key in i18n.read(lang)}
    unused = {
        key
        for key in keys
        if key not in named and base(key) not in named and not key.startswith(PREFIXES)
    }
    assert sorted(unused) == []


def test_every_message_asked_for_exists():
    """A key that is written out in a call of `t` or `translate` stands in both catalogues."""
    asked = {key for text in sources() for key in CALL.findall(text)}
    assert asked, "the pattern finds no call at all"
    missing = {(lang, key) for lang in i18n.LANGUAGES for key in asked if not i18n.has(lang, key)}
    assert sorted(missing) == []


def test_prefixes_end_with_a_dot():
    """A prefix without its dot would also cover keys that only begin alike."""
    assert all(prefix.endswith(".") for prefix in PREFIXES)
    assert sorted(set(PREFIXES)) == list(PREFIXES)
