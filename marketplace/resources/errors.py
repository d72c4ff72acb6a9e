"""What resources refuse."""

from __future__ import annotations

from marketplace.core.errors import Conflict, Invalid, NotFound


class SiteNotFound(NotFound):
    """No such site of this company."""

    code = "site_not_found"


class CodeTaken(Conflict):
    """The company has another one with this code."""

    code = "code_taken"


class ResourceInvalid(Invalid):
    """A site, a resource or its hours have wrong fields; every one is named."""

    code = "resource_invalid"


class NoSuchException(NotFound):
    """The resource has no different hours on that day."""

    code = "no_such_exception"


class CertificateNotFound(NotFound):
    """No such certificate on a resource of this company."""

    code = "certificate_not_found"
