"""Rules of companies and members: numbers, codes, addresses, passwords, the way of a review.

Each check returns the code of what is wrong, or None. Sources: GB 32100-2015 (credit code, by
python-stdnum), GB/T 2260 (region), GB/T 4754-2017 (industry).
"""

from __future__ import annotations

import re
from functools import cache

from stdnum import exceptions, numdb
from stdnum.cn import uscc

TERMS_VERSION = "2026-11-24"   # of the terms and the privacy notice, which change together
PASSWORD_LENGTH = (10, 128)
EMAIL_LENGTH = 120

# The sections of GB/T 4754-2017 and their divisions (the first two digits of a class).
SECTIONS = {"A": (1, 5), "B": (6, 12), "C": (13, 43), "D": (44, 46), "E": (47, 50), "F": (51, 52),
            "G": (53, 60), "H": (61, 62), "I": (63, 65), "J": (66, 69), "K": (70, 70),
            "L": (71, 72), "M": (73, 75), "N": (76, 79), "O": (80, 82), "P": (83, 83),
            "Q": (84, 85), "R": (86, 90), "S": (91, 96), "T": (97, 97)}

CREDIT_CODE = {
    exceptions.InvalidLength: "credit_code_length",
    exceptions.InvalidFormat: "credit_code_format",
    exceptions.InvalidChecksum: "credit_code_checksum",
    exceptions.InvalidComponent: "credit_code_component",
}

# What an operator may do with a company in which state, and the state after it.
REVIEW = {
    ("verify", "pending"): "verified",
    ("verify", "rejected"): "verified",
    ("reject", "pending"): "rejected",
    ("reject", "verified"): "rejected",
}

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
                   r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
                   r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,27}[0-9]")
INDUSTRY = re.compile(r"([A-T]?)([0-9]{2})[0-9]{0,2}")


def credit_code(text: str) -> str:
    """A credit code as it is stored: upper case, without spaces and hyphens."""
    return str(uscc.compact(text))


def credit_code_error(text: str) -> str | None:
    """What is wrong with a unified social credit code (GB 32100-2015)."""
    try:
        uscc.validate(text)
    except exceptions.ValidationError as error:
        return CREDIT_CODE.get(type(error), "credit_code_format")
    return None


@cache
def _regions() -> numdb.NumDB:
    return numdb.get("cn/loc")


def region_error(code: str) -> str | None:
    """What is wrong with a GB/T 2260 code of six digits."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return "region_code"
    parts = _regions().info(code)
    return None if len(parts) == 2 and "county" in parts[1][1] else "region_code"


def industry(text: str) -> str:
    """An industry code as it is stored: the digits without the section's letter."""
    return text.strip().upper().lstrip("ABCDEFGHIJKLMNOPQRST")


def industry_error(text: str) -> str | None:
    """What is wrong with a GB/T 4754 code: 2 to 4 digits, the section's letter may stand before."""
    found = INDUSTRY.fullmatch(text.strip().upper())
    if found is None:
        return "industry_code"
    letter, division = found[1], int(found[2])
    for section, (first, last) in SECTIONS.items():
        if first <= division <= last:
            return None if letter in ("", section) else "industry_code"
    return "industry_code"


def email_error(text: str) -> str | None:
    """What is wrong with an e-mail address (plain ASCII, no comments, no quoting)."""
    return None if len(text) <= EMAIL_LENGTH and EMAIL.fullmatch(text) else "email"


def phone_error(text: str) -> str | None:
    """What is wrong with a telephone number."""
    return None if PHONE.fullmatch(text) else "phone"


def password_error(password: str, email: str) -> str | None:
    """What is wrong with a new password: its length, or that it is easily guessed."""
    least, most = PASSWORD_LENGTH
    if not least <= len(password) <= most:
        return "password_length"
    if len(set(password)) < 5 or password.casefold() in (email.casefold(),
                                                         email.partition("@")[0].casefold()):
        return "password_weak"
    return None


def review(action: str, state: str) -> str | None:
    """The state of a company after an operator's action; None where there is no such step."""
    return REVIEW.get((action, state))


def state_after_edit(state: str, before: dict[str, str], after: dict[str, str]) -> str:
    """An edit of what was verified, or any edit after a rejection, asks for a new review."""
    facts = any(before[name] != after[name] for name in ("name", "credit_code"))
    return "pending" if facts or (state == "rejected" and before != after) else state
