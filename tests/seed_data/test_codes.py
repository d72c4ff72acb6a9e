"""Credit codes and the service code table."""

import re

import pytest
from stdnum.cn import uscc

from seed_data.credit_code import credit_check, fictitious_credit_code, organisation_check
from seed_data.tables import HERE, read_table


@pytest.mark.parametrize("code", ["91110000600037341L", "91110108551385082Q", "91370100MA30000150"])
def test_check_character_agrees_with_known_codes(code):
    """Two published codes and the edge where the sum is a multiple of 31."""
    assert credit_check(code[:17]) == code[17]


@pytest.mark.parametrize("body", ["60003734", "55138508"])
def test_organisation_check_agrees_with_known_codes(body):
    """The inner check digit of the same published codes."""
    assert organisation_check(body) == {"60003734": "1", "55138508": "2"}[body]


def test_whole_fictitious_range_is_valid_and_distinct():
    """Every number of the range gives another valid code."""
    codes = {fictitious_credit_code("370100", number) for number in range(10000)}

    assert len(codes) == 10000
    assert all(uscc.is_valid(code) for code in codes)


@pytest.mark.parametrize("number", [-1, 10000])
def test_number_outside_the_range_is_refused(number):
    """The range has four digits."""
    with pytest.raises(ValueError, match="outside"):
        fictitious_credit_code("370100", number)


def test_service_codes_are_unique_named_in_both_languages_and_classed():
    """Each code once, zh and en names, a four-digit GB/T 4754 class, one of three top types."""
    rows = read_table(HERE.parent / "marketplace/resources/data/service_codes.csv")

    for column in ("code", "zh", "en"):
        assert len({row[column] for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"\d{4}", row["gbt4754"])
        prefix = {"manufacturing": r"(\d(\.\d)+|M\.am\.\w+)", "innovation": r"I\.\w+\.\w+",
                  "service": r"S\.\w+\.\w+"}[row["top_type"]]
        assert re.fullmatch(prefix, row["code"]), row["code"]
        assert re.search(r"[\u4e00-\u9fff]", row["zh"])
        assert row["en"].isascii()
