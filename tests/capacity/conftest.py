"""Who and what the tests of facts are about; a module that needs others names its own."""

from __future__ import annotations

import pytest

from tests.factories.companies import create_party
from tests.factories.resources import create_resource


@pytest.fixture
def party():
    """Who operates the machine."""
    return create_party()


@pytest.fixture
def machine(party):
    """Two lanes, 15 minutes of setup before a work."""
    return create_resource(party.company, lanes=2, buffer_before=15)
