"""What resources refuse."""

from __future__ import annotations

from marketplace.core.errors import Conflict, NotFound


class SiteNotFound(NotFound):
    """No such site of this company."""

    code = "site_not_found"


class CodeTaken(Conflict):
    """The company has another one with this code."""

    code = "code_taken"
