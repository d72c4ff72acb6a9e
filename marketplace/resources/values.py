"""What services take to make a site or a resource, and the hours of a day: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SiteData:
    """A site to make: WGS-84 degrees, an IANA zone, a GB/T 2260 region (000000: abroad)."""

    code: str
    name: str
    address: str
    region_code: str
    latitude: float
    longitude: float
    zone: str = "Asia/Shanghai"
    shared_factory: bool = False


@dataclass(frozen=True)
class CapabilityData:
    """A kind of work; envelope in mm and tolerance in µm only for manufacturing."""

    service_code: str
    materials: tuple[str, ...] = ()
    envelope_mm: tuple[int, int, int] | None = None
    tolerance_um: int | None = None


@dataclass(frozen=True)
class ResourceData:
    """A resource to make. Without companies it is the asker's own; buffers in minutes."""

    site_id: int
    code: str
    name: str
    kind: str
    capabilities: tuple[CapabilityData, ...]
    model: str = ""
    lanes: int = 1
    buffer_before: int = 0
    buffer_after: int = 0
    holidays: bool = True
    owner_company_id: int | None = None
    operating_company_id: int | None = None


@dataclass(frozen=True)
class WeekRow:
    """Open on an ISO weekday from minute to minute; 1440 is midnight at its end."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True)
class SpecialDay:
    """A local day that differs: its hours as minutes, none of them for a closed day."""

    day: date
    hours: tuple[tuple[int, int], ...] = ()
