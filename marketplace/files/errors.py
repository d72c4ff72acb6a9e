"""What files refuse."""

from __future__ import annotations

from marketplace.core.errors import Conflict, Invalid, NotFound


class FileRefused(Invalid):
    """The upload is too large, empty, or of a kind that is not taken."""

    code = "file_refused"


class FileNotFound(NotFound):
    """No such file that the asker may read."""

    code = "file_not_found"


class TooManyFiles(Conflict):
    """As many files hang on this subject as may."""

    code = "too_many_files"


class FileKept(Conflict):
    """A verified company's papers stay: the verification rests on them."""

    code = "file_kept"


class FilesClosed(Conflict):
    """What the file was for is over: nothing is added to it any more."""

    code = "files_closed"


class FileDelivered(Conflict):
    """The work was done by this file and delivered: it stays."""

    code = "file_delivered"
