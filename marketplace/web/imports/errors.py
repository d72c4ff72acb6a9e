"""What the readers of files refuse as a whole; wrong lines are a report, not an error."""

from __future__ import annotations

from marketplace.core.errors import Invalid, NotFound


class FileRefused(Invalid):
    """The file cannot be read as a table: `errors` says why."""

    code = "import_file_refused"


class NoSuchNoun(NotFound):
    """There is no import of that."""

    code = "import_noun_unknown"


class UploadGone(NotFound):
    """The file that was tried is no longer kept: choose it again."""

    code = "import_upload_gone"
