"""What can go wrong, as codes and parameters; the words are chosen at the edge."""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal of the domain: a stable code and the parameters its sentence needs."""

    code: ClassVar[str] = "error"
    negotiable: ClassVar[bool] = False   # capacity was refused: say what is free instead

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code, params)
        self.params = params
        self.errors: list[FieldError] = params.pop("errors", [])
        self.extra: dict[str, Any] = params.pop("extra", {})


class FieldError:
    """One wrong field: where it is, a code, and the parameters of its sentence."""

    def __init__(self, field: str, code: str, **params: Any) -> None:
        self.field, self.code, self.params = field, code, params

    def __repr__(self) -> str:
        return f"FieldError({self.field!r}, {self.code!r}, {self.params!r})"


class NotFound(DomainError):
    """The thing does not exist, or the asker may not know that it does."""

    code = "not_found"


class Invalid(DomainError):
    """The request cannot be understood or breaks a rule on its own."""

    code = "invalid"


class Conflict(DomainError):
    """The request is well formed but the state of the world is against it."""

    code = "conflict"


class Forbidden(DomainError):
    """The asker is known and may not do this."""

    code = "forbidden"


class Unauthenticated(DomainError):
    """Nobody is logged in, or the token is not valid."""

    code = "unauthenticated"


class Stale(DomainError):
    """The version the asker saw is no longer the newest."""

    code = "stale"


class LimitExceeded(DomainError):
    """Too many requests."""

    code = "limit_exceeded"


class Unavailable(DomainError):
    """The service cannot answer now."""

    code = "unavailable"


class MissingIdempotencyKey(DomainError):
    """A POST that takes capacity or moves money came without its retry key."""

    code = "idempotency_key_missing"
