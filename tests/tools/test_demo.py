"""What `make demo` says before it works."""

from __future__ import annotations

import socket

import pytest

from tools import demo


def test_a_taken_port_is_named_before_any_work():
    """Where another service listens, the demo ends with one sentence and the way out."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=rf"127\.0\.0\.1:{port} .* make demo PORT="):
            demo.refuse_taken(port)
    demo.refuse_taken(port)


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_number_that_is_no_port_is_refused(port):
    """A port out of range is the same one sentence, not a trace."""
    with pytest.raises(SystemExit, match="cannot be served"):
        demo.refuse_taken(port)
