"""What the catalogue refuses."""

from __future__ import annotations

from marketplace.core.errors import Conflict, Invalid, NotFound


class ListingNotFound(NotFound):
    """No such listing, or not one that may be seen."""

    code = "listing_not_found"


class QuoteNotFound(NotFound):
    """No such quote of this company."""

    code = "quote_not_found"


class RuleBroken(Invalid):
    """The wish breaks rules of the listing; every one is named."""

    code = "listing_rule_broken"
    negotiable = True


class ModeNotOffered(Invalid):
    """The listing does not charge that way, or not for this kind of wish."""

    code = "mode_not_offered"


class AlreadyListed(Conflict):
    """The resource has a published listing."""

    code = "already_listed"


class TermsMissing(Invalid):
    """A listing needs terms in at least one mode."""

    code = "terms_missing"
