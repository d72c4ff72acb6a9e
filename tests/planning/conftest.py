"""The market of these tests sells by the hour, so that an operation takes its own minutes."""

import pytest
from flask import Flask

from tests.factories.listings import TIME_SLICE
from tests.factories.market import Market, create_market


@pytest.fixture
def market(app: Flask) -> Market:
    """A seller with a machine listed by the hour, a buyer, a stranger and an operator."""
    return create_market(terms={"time_slice": TIME_SLICE})
