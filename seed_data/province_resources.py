"""What the firms of the province own: resources and their opening hours.

Distributions: a factory owns 4-6 machines of its trade's types (uniform), with 30 % an expert,
25 % a design desk, 20 % a pallet store; a laboratory firm 3-4 laboratories, 1-2 experts and a
design desk; a logistics firm 2-3 stores and 3-4 kinds of truck; a data firm 3 data desks, an
expert and a design desk. The shared factory has 12 machines owned by its operator and four
factories. Envelopes are the type's x U(0.8, 1.25), tolerances uniform in the type's range.
"""

from dataclasses import dataclass
from random import Random

from seed_data.province import Company, Rows, stream
from seed_data.province_words import DESKS, EXPERTS, LABS, LOGISTICS, MACHINES, Kind

Span = tuple[str, str, str]

MACHINE_HOURS: tuple[tuple[int, tuple[Span, ...]], ...] = (
    (3, (("1-5", "08:00", "17:00"),)),
    (4, (("1-6", "08:00", "20:00"),)),
    (3, (("1-6", "08:00", "24:00"),)),
    (2, (("1-5", "08:00", "12:00"), ("1-5", "13:00", "17:30"))),
    (1, (("1-7", "00:00", "24:00"),)),
)
HOURS: dict[str, tuple[Span, ...]] = {
    "lab": (("1-5", "08:30", "17:30"),),
    "expert": (("1-5", "09:00", "17:00"),),
    "design_desk": (("1-5", "09:00", "18:00"),),
    "data_desk": (("1-5", "09:00", "18:00"),),
    "warehouse": (("1-7", "00:00", "24:00"),),
    "truck": (("1-7", "06:00", "22:00"),),
}
BUFFERS: dict[str, tuple[tuple[int, int], ...]] = {
    "machine": ((0, 0), (15, 0), (15, 15), (30, 15)),
    "lab": ((0, 0), (15, 15)),
    "truck": ((30, 30), (15, 30)),
}
ROUND_THE_CLOCK = {"CA", "HT", "NI", "PV"}
SHARED_LETTERS = ("VM", "VM", "F5", "F5", "HM", "GM", "TC", "MT", "GR", "WE", "LC", "AP")
Recorded = tuple[str, str, str, str, tuple[int, int, int], tuple[int, int]]
RECORDED: tuple[Recorded, ...] = (
    ("Mazak01", "MT", "车铣复合中心（NIST 实录 Mazak01）", "3.2", (500, 500, 1000), (140, 220)),
    ("Mazak03", "VM", "加工中心（NIST 实录 Mazak03）", "3.2.3", (1000, 500, 500), (90, 150)),
    ("GFAgie01", "F5", "五轴铣削中心（NIST 实录 GFAgie01）", "3.2.3", (500, 450, 400), (180, 300)),
)
"""Three machines recorded by NIST stand at a fictitious host; the recording is shown beside."""


@dataclass(frozen=True)
class Asset:
    """One resource: its type, owner, operating company, site, drawn attributes and hours."""

    kind: Kind
    owner: Company
    operating: Company
    code: str
    name: str
    model: str
    lanes: int
    envelope: tuple[int, int, int] | None
    tolerance: int | None
    buffers: tuple[int, int]
    hours: tuple[Span, ...]
    holidays: bool


def assets(firms: list[Company]) -> list[Asset]:
    """Every resource of the province in the order of its owner, then of its code."""
    draw = stream("resources")
    owned: list[Asset] = []
    for firm in firms:
        kinds = _kinds(draw, firm)
        owned += [_asset(draw, kind, firm, firm, n) for n, kind in enumerate(kinds, start=1)]
        if firm.role == "host":
            owned += [_recorded(draw, firm, row) for row in RECORDED]
    return owned + _shared(draw, firms)


def _kinds(draw: Random, firm: Company) -> list[Kind]:
    if firm.role == "factory":
        return _factory_kinds(draw, firm)
    if firm.role == "lab":
        return [
            *_some(draw, LABS, draw.randint(3, 4)),
            *_some(draw, EXPERTS, draw.randint(1, 2)),
            *_some(draw, DESKS[:3], 1),
        ]
    if firm.role == "logistics":
        stores, trucks = LOGISTICS[:3], LOGISTICS[3:]
        return [
            *_some(draw, stores, draw.randint(2, 3)), *_some(draw, trucks, draw.randint(3, 4)),
        ]
    if firm.role == "data":
        return [*DESKS[3:], EXPERTS[2], *_some(draw, DESKS[:3], 1)]
    return []


def _factory_kinds(draw: Random, firm: Company) -> list[Kind]:
    letters = draw.choices(firm.letters, k=draw.randint(4, 6))
    kinds = [_machine(letter) for letter in letters]
    for share, choices in ((0.30, EXPERTS), (0.25, DESKS[:3]), (0.20, LOGISTICS[:1])):
        if draw.random() < share:
            kinds += _some(draw, choices, 1)
    return kinds


def _machine(letters: str) -> Kind:
    return next(kind for kind in MACHINES if kind.letters == letters)


def _some(draw: Random, kinds: tuple[Kind, ...], count: int) -> list[Kind]:
    """`count` different kinds, likelier with more weight."""
    pool = list(kinds)
    chosen = []
    for _ in range(count):
        kind = draw.choices(pool, [each.weight for each in pool])[0]
        pool.remove(kind)
        chosen.append(kind)
    return chosen


def _asset(draw: Random, kind: Kind, owner: Company, operating: Company, number: int) -> Asset:
    site = operating.code if operating is owner else f"{operating.code}{owner.code}"
    model = draw.choice(kind.models)
    return Asset(
        kind=kind,
        owner=owner,
        operating=operating,
        code=f"{site}-{kind.letters}{number:02d}",
        name=f"{kind.name} {model}",
        model=model,
        lanes=draw.randint(*kind.lanes),
        envelope=_envelope(draw, kind),
        tolerance=draw.randint(*kind.tolerance) if kind.tolerance else None,
        buffers=draw.choice(BUFFERS.get(kind.kind, ((0, 0),))),
        hours=_hours(draw, kind),
        holidays=draw.random() < 0.7 if kind.kind == "machine" else kind.kind in HOLIDAY_KINDS,
    )


HOLIDAY_KINDS = ("lab", "expert", "design_desk", "data_desk")


def _envelope(draw: Random, kind: Kind) -> tuple[int, int, int] | None:
    if not kind.envelope:
        return None
    scale = draw.uniform(0.8, 1.25)
    x, y, z = (max(1, round(size * scale / 10) * 10) for size in kind.envelope)
    return (x, y, z) if min(kind.envelope) >= 10 else (x, y, kind.envelope[2])


def _hours(draw: Random, kind: Kind) -> tuple[Span, ...]:
    if kind.letters in ROUND_THE_CLOCK:
        return MACHINE_HOURS[-1][1]
    if kind.kind == "machine":
        weights = [weight for weight, _ in MACHINE_HOURS]
        return draw.choices(MACHINE_HOURS, weights)[0][1]
    return HOURS[kind.kind]


def _shared(draw: Random, firms: list[Company]) -> list[Asset]:
    """The shared factory: machines of the operator and of four factories, run by the operator."""
    operating = next(firm for firm in firms if firm.role == "shared")
    owners = [operating, *[firm for firm in firms if firm.role == "factory"][:4]]
    return [
        _asset(draw, _machine(letters), owners[number % len(owners)], operating, number + 1)
        for number, letters in enumerate(SHARED_LETTERS)
    ]


def _recorded(draw: Random, host: Company, row: Recorded) -> Asset:
    machine, letters, name, service_code, envelope, rate = row
    like = _machine(letters)
    kind = Kind(
        letters, "machine", service_code, name, (machine,), rate, materials=like.materials,
        envelope=envelope, tolerance=like.tolerance, piece=like.piece,
    )
    return Asset(
        kind=kind, owner=host, operating=host, code=f"NIST-{machine}", name=name, model=machine,
        lanes=1, envelope=envelope, tolerance=draw.randint(*like.tolerance or (5, 5)),
        buffers=(15, 15),
        hours=(("1-5", "08:00", "18:00"),), holidays=True,
    )


def resource_rows(owned: list[Asset]) -> Rows:
    """The resources file."""
    return [
        {
            "owner_credit_code": asset.owner.credit_code,
            "operating_credit_code": _operating(asset),
            "site_code": asset.operating.site_code,
            "resource_code": asset.code,
            "name": asset.name,
            "kind": asset.kind.kind,
            "model": asset.model,
            "service_code": asset.kind.service_code,
            "materials": asset.kind.materials,
            **_size(asset),
            "lanes": asset.lanes,
            "buffer_before_minutes": asset.buffers[0],
            "buffer_after_minutes": asset.buffers[1],
            "holidays": "yes" if asset.holidays else "no",
        }
        for asset in owned
    ]


def _operating(asset: Asset) -> str:
    return "" if asset.operating is asset.owner else asset.operating.credit_code


def _size(asset: Asset) -> dict[str, object]:
    x, y, z = asset.envelope or ("", "", "")
    return {
        "envelope_x_mm": x,
        "envelope_y_mm": y,
        "envelope_z_mm": z,
        "tolerance_um": "" if asset.tolerance is None else asset.tolerance,
    }


def opening_rows(owned: list[Asset]) -> Rows:
    """The opening hours file; the company of a row is the resource's owner."""
    return [
        {
            "company_credit_code": asset.owner.credit_code,
            "resource_code": asset.code,
            "weekdays": weekdays,
            "opens": opens,
            "closes": closes,
        }
        for asset in owned
        for weekdays, opens, closes in asset.hours
    ]
