"""What accounts refuse."""

from __future__ import annotations

from marketplace.core.errors import Conflict, Invalid, NotFound, Stale, Unauthenticated, Unavailable


class WrongFields(Invalid):
    """One or more fields of an account form are wrong; every one of them is named."""

    code = "account_fields"


class LoginRefused(Unauthenticated):
    """The e-mail address and the password do not belong together."""

    code = "login_refused"


class HashingBusy(Unavailable):
    """Too many passwords are being checked at this moment."""

    code = "hashing_busy"


class WrongPassword(Invalid):
    """The present password, asked for before something serious, is not right."""

    code = "wrong_password"


class LinkOver(NotFound):
    """The link of a mail is unknown, used, withdrawn or too old."""

    code = "link_over"


class CompanyNotFound(NotFound):
    """No such company."""

    code = "company_not_found"


class MemberNotFound(NotFound):
    """No such member of this company."""

    code = "member_not_found"


class InvitationNotFound(NotFound):
    """No such open invitation of this company."""

    code = "invitation_not_found"


class TokenNotFound(NotFound):
    """No such token of this member."""

    code = "token_not_found"


class LastOwner(Conflict):
    """The company would be left without an owner."""

    code = "last_owner"


class AlreadyMember(Conflict):
    """The address belongs to a member of this company."""

    code = "already_member"


class TooManyInvitations(Conflict):
    """So many invitations are open that no more may be sent."""

    code = "too_many_invitations"


class TooManyTokens(Conflict):
    """The member has as many live tokens as it may."""

    code = "too_many_tokens"


class NoSuchReview(Conflict):
    """The company is not in a state in which this can be decided."""

    code = "no_such_review"


class CompanyChanged(Stale):
    """Somebody changed the company since it was read."""

    code = "company_changed"
