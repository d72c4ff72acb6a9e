"""What a company or a person may enter."""

import pytest
from stdnum import exceptions
from stdnum.cn import uscc

from marketplace.accounts import rules


@pytest.mark.parametrize(("text", "code"), [
    ("91110000600037341L", None), ("9111 0000-600037341l", None),
    ("9111000060003734", "credit_code_length"), ("", "credit_code_length"),
    ("A1110000600037341L", "credit_code_format"), ("9111000060003734IL", "credit_code_format"),
    ("91110000600037341M", "credit_code_checksum"),
    ("91110000600037314L", "credit_code_checksum"),
    ("９１１１００００６０００３７３４１Ｌ", "credit_code_format"),
    ("١" * 18, "credit_code_format"),
])
def test_a_credit_code_is_checked_by_gb_32100(text, code):
    """Length, alphabet and check character decide, and each has its own sentence."""
    assert rules.credit_code_error(text) == code


@pytest.mark.parametrize("error", [
    exceptions.InvalidLength, exceptions.InvalidFormat, exceptions.InvalidChecksum,
    exceptions.InvalidComponent])
def test_every_refusal_of_the_library_has_a_code_of_ours(monkeypatch, error):
    """Each exception class of python-stdnum becomes its own field error."""
    def refuse(_text):
        raise error()

    monkeypatch.setattr(uscc, "validate", refuse)

    assert rules.credit_code_error("x") == rules.CREDIT_CODE[error]
    assert len(set(rules.CREDIT_CODE.values())) == len(rules.CREDIT_CODE)


@pytest.mark.parametrize(("code", "right"), [
    ("370100", True), ("370000", True), ("110101", True), ("990100", False), ("370199", False),
    ("3701", False), ("37010O", False), ("３７０１００", False), ("", False)])
def test_a_region_is_one_of_gb_t_2260(code, right):
    """Six digits that the register of regions knows."""
    assert (rules.region_error(code) is None) is right


@pytest.mark.parametrize(("code", "right"), [
    ("3484", True), ("C3484", True), ("c34", True), ("34", True), ("97", True), ("T97", True),
    ("00", False), ("98", False), ("A34", False), ("3", False), ("34845", False), ("U34", False),
    ("C", False), ("", False)])
def test_an_industry_is_a_class_of_gb_t_4754(code, right):
    """Two to four digits in a known division; a letter before must be that of its section."""
    assert (rules.industry_error(code) is None) is right


def test_the_divisions_of_gb_t_4754_are_all_there_once():
    """The sections cover divisions 1 to 97 without a gap and without an overlap."""
    covered = [number for first, last in rules.SECTIONS.values()
               for number in range(first, last + 1)]

    assert covered == list(range(1, 98))


@pytest.mark.parametrize(("text", "right"), [
    ("wang@example.com", True), ("w.l+x@a-b.example", True), ("root@localhost", True),
    ("wang", False), ("@example.com", False), ("wang@", False), ("a b@example.com", False),
    ("wang@example.com\nBcc: all@example.com", False), ("wang@-a.com", False),
    ("王@example.com", False), ("<wang@example.com>", False), ("a@b,c@d", False),
    ("a" * 65 + "@example.com", False), ("a@" + "b" * 119, False)])
def test_an_address_is_plain(text, right):
    """Nothing that could put a second address or a header into a mail is an address."""
    assert (rules.email_error(text) is None) is right


@pytest.mark.parametrize(("text", "right"), [
    ("0531-88886666", True), ("+86 531 8888 6666", True), ("13800000000", True),
    ("12345", False), ("abc", False), ("0531-88886666\n1", False), ("1" * 40, False)])
def test_a_telephone_number_has_digits(text, right):
    """Digits, spaces, hyphens and parentheses, of a length that can be dialled."""
    assert (rules.phone_error(text) is None) is right


@pytest.mark.parametrize(("password", "code"), [
    ("drehen-fraesen-7", None), ("密码密码车间机床铣床", None), ("short-1", "password_length"),
    ("a" * 129, "password_length"), ("aaaaaaaaaaaa", "password_weak"),
    ("Wang.Li@Example.com", "password_weak"), ("wang.li.tools", None)])
def test_a_password_is_long_and_not_the_address(password, code):
    """Ten characters, five different ones, and not what everybody knows."""
    assert rules.password_error(password, "wang.li@example.com") == code


def test_a_review_has_four_steps():
    """Pending and rejected may be verified, pending and verified rejected; nothing else."""
    states = ("pending", "verified", "rejected")

    steps = {(action, state): rules.review(action, state)
             for action in ("verify", "reject") for state in states}

    assert {step: after for step, after in steps.items() if after} == {
        ("verify", "pending"): "verified", ("verify", "rejected"): "verified",
        ("reject", "pending"): "rejected", ("reject", "verified"): "rejected"}


@pytest.mark.parametrize(("state", "changed", "after"), [
    ("verified", {"contact_phone": "2"}, "verified"), ("verified", {"name": "B"}, "pending"),
    ("verified", {"credit_code": "C2"}, "pending"), ("pending", {"name": "B"}, "pending"),
    ("rejected", {"contact_phone": "2"}, "pending"), ("rejected", {}, "rejected")])
def test_what_was_verified_is_verified_anew_once_changed(state, changed, after):
    """A new name or code needs a new look; so does any correction after a rejection."""
    before = {"name": "A", "credit_code": "C1", "contact_phone": "1"}

    assert rules.state_after_edit(state, before, before | changed) == after
