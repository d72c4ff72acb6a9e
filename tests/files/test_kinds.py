"""What may be attached is told by all of its bytes, never by its name."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.files import kinds, rules
from tests.files.drawings import PDF, REFUSED, STEP, TAKEN, TXT


def kind(data):
    """The kind of some bytes."""
    return kinds.drawing_kind(io.BytesIO(data), len(data))


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_drawings_models_tables_and_notes_are_taken(name):
    """Each kind by its own beginning and end."""
    data, media_type = TAKEN[name]

    assert kind(data) == media_type


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_a_browser_or_a_system_would_run_is_not_taken(name):
    """Pages, scripts, programs, archives, files glued to others, and text that is none."""
    assert kind(REFUSED[name]) is None


def test_a_large_note_is_read_to_its_end():
    """A letter that breaks over a chunk is whole; a byte at the very end that is none is seen."""
    data = TXT * 5000

    assert kind(data) == "text/plain"
    assert kind(b"a" + data) == "text/plain"
    assert kind(data + b"\xff") is None
    assert kind(data + b"\x00") is None


def test_every_kind_has_an_ending():
    """Whatever is told can be named."""
    told = set(kinds.BINARY) | set(kinds.TEXT) | {"text/csv", "text/plain"}

    assert told == set(kinds.ENDINGS)


@pytest.mark.parametrize(("sent", "kept"), [
    ("part.html", "part.step"), ("零件 1.STP", "零件 1.step"), ("a\nb\r\n.stp", "ab.step"),
    ("../../etc/passwd", "passwd.step"), ("C:\\temp\\x.exe", "x.step"),
    ("x\u202epets.exe", "xpets.step"), ("\u2028\u2029", "file.step"), ("." * 300, "file.step"),
    ("é" * 300 + ".stp", "é" * 120 + ".step")])
def test_a_name_keeps_its_words_and_nothing_else(sent, kept):
    """Folders, line breaks and turned letters go; the ending is that of the content."""
    assert rules.file_name(sent, kind(STEP), kinds.ENDINGS) == kept


@given(st.binary(max_size=400))
def test_any_bytes_are_judged(data):
    """Nothing breaks the judge, and what it calls text is text in UTF-8."""
    found = kind(data)

    assert found is None or found in kinds.ENDINGS
    if found in ("text/plain", "text/csv"):
        assert "\x00" not in data.decode()


@given(st.binary(min_size=30, max_size=200))
def test_a_pdf_with_anything_behind_it_is_not_taken(tail):
    """What follows the end of a PDF must be blank."""
    if tail.strip(kinds.BLANK) and b"%%EOF" not in tail:
        assert kind(PDF + tail) is None
