"""A province of fictitious firms: ``python -m seed_data.province [FOLDER]`` writes the CSV files.

Deterministic: every noun draws from its own stream, `random.Random("2026:<noun>")`.

Distributions (README.md has the same table in words):

- companies: one in each of the 16 cities, the rest by the city's weight; 34 factories over 13
  trades in turn, 5 laboratories, 5 logistics firms, 3 data firms, one operator of the shared
  factory, one host of the three recorded machines, 13 buyers;
- a site within about 2 km of a district point, uniform;
- resources: see `province_resources`; listings: `province_offers`; work and history:
  `province_demand`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

from seed_data.credit_code import fictitious_credit_code
from seed_data.province_words import (
    CITIES,
    FACTORY_TRADES,
    GIVEN,
    NAME_HEADS,
    OTHER_TRADES,
    SURNAMES,
    City,
)
from seed_data.tables import COLUMNS, HERE, write_table

SEED = 2026
ROLES: tuple[tuple[str, int], ...] = (
    ("shared", 1), ("host", 1), ("factory", 34), ("lab", 5), ("logistics", 5), ("data", 3),
    ("buyer", 13),
)
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Company:
    """A firm of the province: its number, role, city, trade and the point where its site is."""

    number: int
    role: str
    city: City
    name: str
    trade: str
    industry: str
    letters: tuple[str, ...]
    district: str
    latitude: float
    longitude: float
    contact: str

    @property
    def credit_code(self) -> str:
        """Its checksum-valid code from the fictitious range."""
        return fictitious_credit_code(self.city.region, self.number)

    @property
    def code(self) -> str:
        """Short code, unique in the province: city letters and number."""
        return f"{self.city.short}{self.number:02d}"

    @property
    def site_code(self) -> str:
        """Code of its one site."""
        return f"{self.code}-S1"


def stream(noun: str) -> Random:
    """The random stream of one noun, so that a change in one leaves the others alone."""
    return Random(f"{SEED}:{noun}")


def companies() -> list[Company]:
    """Every firm, in the order of its number."""
    draw = stream("companies")
    roles = [role for role, count in ROLES for _ in range(count)]
    cities = _cities(draw, len(roles))
    return [
        _company(draw, number, role, city)
        for number, (role, city) in enumerate(zip(roles, cities, strict=True), start=1)
    ]


def _cities(draw: Random, count: int) -> list[City]:
    """Jinan for the shared factory and the host, every other city once, the rest by weight."""
    weights = [city.weight for city in CITIES]
    rest = draw.choices(CITIES, weights, k=count - len(CITIES) - 1)
    return [CITIES[0], CITIES[0], *CITIES[1:], *rest]


def _company(draw: Random, number: int, role: str, city: City) -> Company:
    trade, industry, letters = _trade(draw, role, number)
    district, latitude, longitude = draw.choice(city.districts)
    return Company(
        number=number,
        role=role,
        city=city,
        name=f"{city.zh}{NAME_HEADS[number]}{trade}有限公司",
        trade=trade,
        industry=industry,
        letters=tuple(letters.split()),
        district=district,
        latitude=round(latitude + draw.uniform(-0.02, 0.02), 4),
        longitude=round(longitude + draw.uniform(-0.02, 0.02), 4),
        contact=draw.choice(SURNAMES) + draw.choice(GIVEN),
    )


def _trade(draw: Random, role: str, number: int) -> tuple[str, str, str]:
    if role == "factory":
        return FACTORY_TRADES[number % len(FACTORY_TRADES)]
    if role == "shared":
        return "共享智造", "3484", ""
    if role == "host":
        return "精工示范", "3484", ""
    return *draw.choice(OTHER_TRADES[role]), ""


def company_rows(firms: list[Company]) -> Rows:
    """The companies file."""
    return [
        {
            "credit_code": firm.credit_code,
            "name": firm.name,
            "region_code": firm.city.region,
            "industry_code": firm.industry,
            "contact_name": firm.contact,
            "contact_email": f"contact@{firm.code.lower()}.example",
            "contact_phone": f"{firm.city.area}-5550{firm.number:03d}",
        }
        for firm in firms
    ]


def site_rows(firms: list[Company]) -> Rows:
    """The sites file: one site a firm; buyers have none."""
    return [
        {
            "company_credit_code": firm.credit_code,
            "site_code": firm.site_code,
            "name": "共享工厂" if firm.role == "shared" else f"{firm.name[2:4]}{firm.district}厂区",
            "address": f"山东省{firm.city.zh}市{firm.district}示范园路{firm.number}号",
            "region_code": firm.city.region,
            "latitude": f"{firm.latitude:.4f}",
            "longitude": f"{firm.longitude:.4f}",
            "time_zone": "Asia/Shanghai",
            "shared_factory": "yes" if firm.role == "shared" else "no",
        }
        for firm in firms
        if firm.role != "buyer"
    ]


def province() -> dict[str, Rows]:
    """The rows of every file by noun."""
    from seed_data import province_demand, province_offers, province_resources

    firms = companies()
    assets = province_resources.assets(firms)
    offers = province_offers.offers(assets)
    return {
        "companies": company_rows(firms),
        "sites": site_rows(firms),
        "resources": province_resources.resource_rows(assets),
        "opening_hours": province_resources.opening_rows(assets),
        "listings": province_offers.listing_rows(offers),
        "jobs": province_demand.job_rows(firms),
        "history": province_demand.history_rows(firms, offers),
    }


def main(arguments: list[str]) -> int:
    """Command line: optionally the folder to write to."""
    folder = Path(arguments[0]) if arguments else HERE
    tables = province()
    for noun, rows in tables.items():
        write_table(folder / f"{noun}.csv", COLUMNS[noun], rows)
    print(", ".join(f"{noun}: {len(rows)}" for noun, rows in tables.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
