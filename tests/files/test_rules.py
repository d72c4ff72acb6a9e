"""What may be uploaded, and under which name it is kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.files import rules

PDF, PNG, JPEG = b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n\x00", b"\xff\xd8\xff\xe0\x00"


@pytest.mark.parametrize(("head", "kind"), [
    (PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg"),
    (b"", None), (b"%PD", None), (b" %PDF-1.7", None), (b"<html>", None), (b"MZ\x90", None),
    (b"GIF89a", None), (b"<svg xmlns", None), (b"PK\x03\x04", None)])
def test_the_bytes_tell_the_kind(head, kind):
    """Only PDF, PNG and JPEG by their first bytes; pages, programs and archives are not taken."""
    assert rules.media_type(head) == kind


@pytest.mark.parametrize(("given_name", "kept"), [
    ("营业执照.pdf", "营业执照.pdf"), ("licence.exe", "licence.pdf"), ("a.b.PDF", "a.b.pdf"),
    ("../../etc/passwd", "passwd.pdf"), ("C:\\x\\y.pdf", "y.pdf"), ("", "file.pdf"),
    ("..", "file.pdf"), ("a\r\nb.pdf", "ab.pdf"), ("a\u202efdp.exe", "afdp.pdf"),
    ('"<x>".pdf', "__x__.pdf"), ("x" * 500, "x" * 120 + ".pdf")])
def test_a_name_is_kept_without_what_could_mislead(given_name, kept):
    """Folders, control and direction characters go; the ending is that of the content."""
    assert rules.file_name(given_name, "application/pdf") == kept


@given(st.text(max_size=300))
def test_every_name_becomes_a_harmless_one(given_name):
    """Whatever is sent, the kept name has no path, no control character, and fits the column."""
    kept = rules.file_name(given_name, "image/png")

    assert kept.endswith(".png")
    assert 4 < len(kept) <= 200
    assert not set(kept) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(char)[0] == "C" for char in kept)
