"""How answers are written."""

from __future__ import annotations


def test_chinese_is_sent_as_it_is(app):
    """A name reads at a terminal as it was typed, not as escapes."""
    with app.test_request_context():
        answer = app.json.response({"name": "数控车床"})

    assert "数控车床".encode() in answer.data
    assert answer.get_json() == {"name": "数控车床"}
