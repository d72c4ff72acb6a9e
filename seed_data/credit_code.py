"""Unified social credit codes (GB 32100-2015) from a range that no authority allots.

A real organisation code (characters 9 to 17) is a string of digits or starts with ``MA``. Ours
start with ``DEM0``, so a reader sees at once that the firm does not exist, while both check
characters (GB 11714 inside, GB 32100 at the end) are right.
"""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FICTITIOUS = "DEM0"
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_check(body: str) -> str:
    """The check character of an eight-character organisation code (GB 11714)."""
    total = sum(
        weight * _ORGANISATION_ALPHABET.index(letter)
        for weight, letter in zip(_ORGANISATION_WEIGHTS, body, strict=True)
    )
    rest = (11 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def credit_check(first_seventeen: str) -> str:
    """The last character of a credit code: (31 - sum mod 31) mod 31, weights 3^i mod 31."""
    total = sum(
        ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(first_seventeen)
    )
    return ALPHABET[(31 - total % 31) % 31]


def fictitious_credit_code(region_code: str, number: int) -> str:
    """The credit code of fictitious company `number` (0-9999) registered in `region_code`."""
    if not 0 <= number <= 9999:
        raise ValueError(f"number {number} is outside 0-9999")
    body = f"{FICTITIOUS}{number:04d}"
    stem = f"91{region_code}{body}{organisation_check(body)}"
    return stem + credit_check(stem)
