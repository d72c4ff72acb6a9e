"""What companies, members, invitations and tokens look like outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from marketplace.accounts import rules
from marketplace.accounts.permissions import ROLES, SCOPES
from marketplace.accounts.services import FIELDS, Facts, Person
from marketplace.accounts.tokens import DAYS_MOST
from marketplace.http.api import PageQuery, RequestSchema
from marketplace.http.fields import Instant, Text

LANGUAGES = ("zh", "en")
THEMES = ("", "light", "dark")
STATES = ("pending", "verified", "rejected")


def checked(check: Callable[[str], str | None]) -> Callable[[str], None]:
    """A rule as a validator of a field."""

    def validator(text: str) -> None:
        code = check(text)
        if code:
            raise ValidationError(f"!{code}")

    return validator


def one_of(choices: tuple[str, ...]) -> validate.OneOf:
    """A validator that names the choices."""
    return validate.OneOf(choices, error="!choice:choices=" + "/".join(choices))


class Line(Text):
    """Typed text of one line."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        text = super()._deserialize(value, attr, data)
        if any(char in "\t\r\n\u2028\u2029" for char in text):
            raise ValidationError("!not_text")
        return text


class EmailField(Line):
    """A business e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(rules.EMAIL_LENGTH, validate=checked(rules.email_error), **kwargs)


class Password(fields.String):
    """A password as it is typed; a new one is judged where its owner is known."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        text = super()._deserialize(value, attr, data)
        if not text or len(text) > 1024 or not text.isprintable():
            least, most = rules.PASSWORD_LENGTH
            raise ValidationError(f"!password_length:least={least};most={most}")
        return text


class FactsFields(RequestSchema):
    """A company's facts; only business contact data."""

    name = Line(120, least=2, required=True)
    credit_code = Line(30, required=True, validate=checked(rules.credit_code_error))
    region_code = Line(6, required=True, validate=checked(rules.region_error))
    industry_code = Line(6, required=True, validate=checked(rules.industry_error))
    contact_name = Line(60, required=True)
    contact_email = EmailField(required=True)
    contact_phone = Line(30, required=True, validate=checked(rules.phone_error))


class CompanyEdit(FactsFields):
    """Some of a company's facts, and the version they were read in."""

    version = fields.Integer(strict=True, required=True, validate=validate.Range(1, 2**31 - 1))


class PersonFields(RequestSchema):
    """A person who opens an account."""

    member_name = Line(60, required=True)
    password = Password(required=True)
    language = fields.String(load_default="zh", validate=one_of(LANGUAGES))
    terms_version = fields.String(required=True, validate=validate.Equal(
        rules.TERMS_VERSION, error="!consent"), error_messages={"required": "!consent"})


class Registration(FactsFields, PersonFields):
    """A company and its first owner."""

    email = EmailField(required=True)

    @post_load
    def parts(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The two values that the use case takes."""
        return {"facts": Facts(**{name: data[name] for name in FIELDS}),
                "person": person_of(data)}


def person_of(data: dict[str, Any]) -> Person:
    """The person in a loaded form; an invitation knows the address itself."""
    return Person(data["member_name"], data.get("email", ""), data["password"], data["language"],
                  data["terms_version"])


class ProfileEdit(RequestSchema):
    """How a member wants to be called and served."""

    name = Line(60, required=True)
    language = fields.String(required=True, validate=one_of(LANGUAGES))
    theme = fields.String(load_default="", validate=one_of(THEMES))


class CompanyBriefSchema(Schema):
    """A company in one line."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)


class CompanySchema(CompanyBriefSchema):
    """A company."""

    credit_code = fields.String(required=True)
    region_code = fields.String(required=True)
    industry_code = fields.String(required=True)
    contact_name = fields.String()
    contact_email = fields.String()
    contact_phone = fields.String()
    review_note = fields.String(allow_none=True)
    created_at = Instant(required=True)
    verified_at = Instant(allow_none=True)
    version = fields.Integer(required=True)


class CompanyQuery(PageQuery):
    """A page of companies in one state or in all."""

    state = fields.String(load_default=None, validate=one_of(STATES))


class CompanyPage(Schema):
    """Companies by number."""

    items = fields.List(fields.Nested(CompanySchema), required=True)
    next_cursor = fields.Integer(allow_none=True)


class ReviewRequest(RequestSchema):
    """Why; a rejection needs it."""

    note = Text(1000, least=0, load_default="")


class MemberSchema(Schema):
    """A member."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    email = fields.String(allow_none=True)
    role = fields.String(required=True)
    language = fields.String()
    created_at = Instant()


class MeSchema(MemberSchema):
    """Who a token speaks for, and what it was made for."""

    company = fields.Nested(CompanyBriefSchema, allow_none=True)
    scopes = fields.List(fields.String(), required=True)
    terms_version = fields.String(required=True)


class MemberPage(Schema):
    """Active members of a company."""

    items = fields.List(fields.Nested(MemberSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)


class RoleRequest(RequestSchema):
    """The role a member shall have."""

    role = fields.String(required=True, validate=one_of(ROLES))


class InvitationRequest(RoleRequest):
    """Whom to invite, in which role."""

    email = EmailField(required=True)


class InvitationSchema(Schema):
    """An open invitation; its secret goes by mail only."""

    id = fields.Integer(required=True)
    email = fields.String(required=True)
    role = fields.String(required=True)
    expires_at = Instant(required=True)


class InvitationPage(Schema):
    """Open invitations of a company."""

    items = fields.List(fields.Nested(InvitationSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)


class TokenRequest(RequestSchema):
    """A token for a program."""

    name = Line(60, required=True)
    scopes = fields.List(fields.String(validate=one_of(SCOPES)), required=True,
                         validate=validate.Length(
                             1, len(SCOPES), error="!choice:choices=" + "/".join(SCOPES)))
    days = fields.Integer(strict=True, load_default=365, validate=validate.Range(
        1, DAYS_MOST, error=f"!range:least=1;most={DAYS_MOST}"))


class TokenSchema(Schema):
    """A token without its secret."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    prefix = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = Instant(required=True)
    expires_at = Instant(required=True)
    revoked_at = Instant(allow_none=True)


class NewTokenSchema(TokenSchema):
    """A new token with its secret, which is shown only now."""

    secret = fields.String(required=True)


class TokenPage(Schema):
    """Your tokens, newest first."""

    items = fields.List(fields.Nested(TokenSchema), required=True)
    next_cursor = fields.Integer(allow_none=True)
