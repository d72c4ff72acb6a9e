"""What the inbox refuses."""

from __future__ import annotations

from marketplace.core.errors import NotFound


class NoticeNotFound(NotFound):
    """The member has no such notice."""

    code = "notice_not_found"
