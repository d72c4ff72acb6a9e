"""Tables of sites, resources, capabilities and opening hours."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.db import Base
from marketplace.core.types import UtcDateTime


class Site(Base):
    """Where resources stand. Coordinates are WGS-84 degrees."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("company_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(String(6), index=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    unit_x: Mapped[float]   # the site on the unit sphere: distances are a dot product in SQL
    unit_y: Mapped[float]
    unit_z: Mapped[float]
    zone: Mapped[str] = mapped_column(String(40))
    shared_factory: Mapped[bool] = mapped_column(default=False)


class Resource(Base):
    """Anything bookable; `lanes` identical parallel units, buffers in minutes."""

    __tablename__ = "resource"
    __table_args__ = (
        UniqueConstraint("owner_company_id", "code"),
        CheckConstraint("lanes BETWEEN 1 AND 500", name="lanes"),
        CheckConstraint("buffer_before >= 0 AND buffer_after >= 0", name="buffers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    owner_company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    operating_company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12), index=True)
    top_type: Mapped[str] = mapped_column(String(14), index=True)
    model: Mapped[str] = mapped_column(String(80), default="")
    lanes: Mapped[int] = mapped_column(default=1)
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    holidays: Mapped[bool] = mapped_column(default=True)   # keeps them and make-up days
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    site: Mapped[Site] = relationship(lazy="raise")
    capabilities: Mapped[list[Capability]] = relationship(lazy="raise", order_by="Capability.id")


class Capability(Base):
    """What kind of work a resource does: a service code and, for manufacturing, its limits.

    Envelope in mm, tolerance in µm (the finest it holds); None: not stated.
    """

    __tablename__ = "capability"
    __table_args__ = (Index("ix_capability_service", "service_code", "resource_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    service_code: Mapped[str] = mapped_column(String(30))
    envelope_x: Mapped[int | None]
    envelope_y: Mapped[int | None]
    envelope_z: Mapped[int | None]
    tolerance_um: Mapped[int | None]

    materials: Mapped[list[CapabilityMaterial]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="CapabilityMaterial.material")


class CapabilityMaterial(Base):
    """A material that a capability works; `folded` is what searches compare."""

    __tablename__ = "capability_material"

    capability_id: Mapped[int] = mapped_column(ForeignKey("capability.id"), primary_key=True)
    folded: Mapped[str] = mapped_column(String(40), primary_key=True)
    material: Mapped[str] = mapped_column(String(40))


class OpeningRule(Base):
    """Open from minute to minute of an ISO weekday (1 = Monday), in the site's zone."""

    __tablename__ = "opening_rule"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("opens >= 0 AND opens < closes AND closes <= 1440", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]


class OpeningException(Base):
    """One day that differs: closed (no minutes) or open from minute to minute instead."""

    __tablename__ = "opening_exception"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    day: Mapped[date]
    opens: Mapped[int | None]
    closes: Mapped[int | None]


class Holiday(Base):
    """A public holiday, or a make-up working day that follows another weekday's hours.

    `provisional` is true past the last year with an official notice.
    """

    __tablename__ = "holiday"
    __table_args__ = (CheckConstraint("kind IN ('holiday','workday')", name="kind"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(40))
    provisional: Mapped[bool] = mapped_column(default=False)


class Certificate(Base):
    """A paper that a resource has up to and including a day by the clock of its site.

    `lapses_at` is derived: the end of that day as an instant, for SQL.
    """

    __tablename__ = "certificate"
    __table_args__ = (Index("ix_certificate_kind", "resource_id", "kind", "lapses_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    kind: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(60))
    issuer: Mapped[str] = mapped_column(String(120))
    valid_until: Mapped[date]
    lapses_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OpeningInterval(Base):
    """Derived: when a resource is open, merged and half-open; recounted by `flask verify`."""

    __tablename__ = "opening_interval"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    starts: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
