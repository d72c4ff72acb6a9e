"""What the firms of the province need: open jobs, and bookings past and to come.

Distributions: 45 jobs of the buyers in turn, each a route of 1-3 operations from `ROUTES`
(uniform), 5-200 pieces (log-uniform), minutes = 30-60 of setup and pieces x the route's minutes
U(0.7, 1.3), at most 40 h. Release: the anchor week's Monday to Friday at 08:00; due 5-14 days
later; deadline 3-7 days after that; budget = minutes at 150 yuan an hour x U(1.3, 2.2) + 300.
History: 45 % of the listings have 1-4 past bookings and 40 % of those one to come.
"""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from math import ceil, exp, log
from random import Random

from seed_data.province import Company, Rows, stream
from seed_data.province_offers import Offer

ZONE = timezone(timedelta(hours=8))
ANCHOR = datetime(2026, 1, 5, tzinfo=ZONE)
"""The Monday on which the open jobs begin; `seed_data.shift` moves them to any other Monday."""
JOBS = 45

ROUTES: tuple[tuple[str, str, tuple[tuple[str, float], ...]], ...] = (
    ("传动轴", "合金钢", (("3.2.1", 6), ("3.3.1", 5))),
    ("阶梯轴", "碳钢", (("3.2.1", 5),)),
    ("泵体", "铸铁", (("3.2.3", 9), ("I.lab.metrology", 2))),
    ("铝合金壳体", "铝合金", (("3.2.3", 8),)),
    ("叶轮", "不锈钢", (("3.2.3", 18), ("I.lab.metrology", 4))),
    ("模仁", "模具钢", (("3.2.3", 20), ("6.2.2", 3), ("3.4.1.4", 15))),
    ("冲裁模刃口", "模具钢", (("3.4.1.4", 16),)),
    ("机柜钣金", "碳钢", (("3.4.1.5", 2), ("2.4.1", 2), ("5.4", 2))),
    ("支架", "不锈钢", (("3.4.1.5", 2), ("2.4.1", 1.5))),
    ("焊接机架", "碳钢", (("3.4.1.5", 4), ("4.6", 12))),
    ("减速箱体", "灰铸铁", (("1.1", 10),)),
    ("法兰毛坯", "合金钢", (("2.1.3", 1.5), ("3.2.1", 5))),
    ("外壳注塑件", "ABS", (("1.2", 0.8),)),
    ("功能样件", "不锈钢", (("M.am.metal", 90), ("3.2.3", 15))),
    ("外观样件", "光敏树脂", (("M.am.polymer", 50),)),
    ("轴承套圈", "合金钢", (("3.2.1", 3), ("6.2.2", 1), ("3.3.1", 3))),
)


def job_rows(firms: list[Company]) -> Rows:
    """The jobs file: one row an operation, the job's facts on each of its rows."""
    draw = stream("jobs")
    buyers = [firm for firm in firms if firm.role == "buyer"]
    rows: Rows = []
    for number in range(1, JOBS + 1):
        rows += _job(draw, buyers[number % len(buyers)], number)
    return rows


def _job(draw: Random, buyer: Company, number: int) -> Rows:
    part, material, route = draw.choice(ROUTES)
    pieces = round(exp(draw.uniform(log(5), log(200))))
    minutes = [_minutes(draw, pieces, each) for _, each in route]
    release = ANCHOR + timedelta(days=draw.randint(0, 4), hours=8)
    due = release + timedelta(days=draw.randint(5, 14), hours=9)
    budget = sum(minutes) / 60 * 150 * draw.uniform(1.3, 2.2) + 300
    facts = {
        "company_credit_code": buyer.credit_code,
        "job_code": f"JOB-{number:03d}",
        "title": f"{part} ×{pieces}",
        "quantity": pieces,
        "release": release.isoformat(),
        "due": due.isoformat(),
        "deadline": (due + timedelta(days=draw.randint(3, 7))).isoformat(),
        "budget_yuan": f"{round(budget / 10) * 10}.00",
        "eligible_resources": "",
    }
    return [
        {
            **facts,
            "operation": place,
            "service_code": code,
            "material": "" if code.startswith("I.") else material,
            "minutes": length,
            "may_pause": "yes" if length > 420 else "no",
        }
        for place, ((code, _), length) in enumerate(zip(route, minutes, strict=True), start=1)
    ]


def _minutes(draw: Random, pieces: int, each: float) -> int:
    exact = draw.choice((30, 45, 60)) + pieces * each * draw.uniform(0.7, 1.3)
    return min(2400, max(60, round(exact / 15) * 15))


def history_rows(firms: list[Company], offered: list[Offer]) -> Rows:
    """The history file: at least two days apart on one resource."""
    draw = stream("history")
    buyers = [firm for firm in firms if firm.role == "buyer"]
    rows: Rows = []
    for offer in offered:
        if draw.random() < 0.75:
            rows += _bookings(draw, offer, buyers)
    return rows


def _bookings(draw: Random, offer: Offer, buyers: list[Company]) -> Rows:
    days, day = [], 3
    for _ in range(draw.randint(2, 7)):
        day += draw.randint(2, 7)
        days.append(day)
    if draw.random() < 0.6:
        days.insert(0, -draw.randint(3, 20))
    return [_booking(draw, offer, draw.choice(buyers), day) for day in days]


def _booking(draw: Random, offer: Offer, buyer: Company, day: int) -> dict[str, object]:
    start, hours = _slot(draw, offer)
    mode = draw.choice([mode for mode in ("time_slice", "piece", "value") if getattr(offer, mode)])
    terms = getattr(offer, mode)
    pieces = "" if mode == "time_slice" else _pieces(terms, hours, offer.rules.least)
    return {
        "buyer_credit_code": buyer.credit_code,
        "owner_credit_code": offer.asset.owner.credit_code,
        "resource_code": offer.asset.code,
        "days_ago": day,
        "start_hour": start,
        "hours": hours if mode == "time_slice" else "",
        "pieces": pieces,
        "mode": mode,
    }


def _slot(draw: Random, offer: Offer) -> tuple[int, int]:
    """A whole hour of the first opening span and 3-8 hours (a store: 1-3 days) that fit in it."""
    least = max(2, -(-offer.rules.least // 60))
    if least >= 24:
        return 0, 24 * draw.randint(1, 3)
    _, opens, closes = offer.asset.hours[0]
    first, last = -(-_minute(opens) // 60), _minute(closes) // 60
    hours = min(draw.randint(least + 1, max(least + 1, 8)), last - first)
    return draw.randint(first, last - hours), hours


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _pieces(terms: dict[str, object], hours: int, least: int) -> int:
    """As many pieces as the hours hold, and no fewer than the shortest booking needs."""
    setup, each = int(str(terms["setup_minutes"])), Decimal(str(terms["minutes_per_piece"]))
    return max(1, ceil((least - setup) / each), int((hours * 60 - setup) / each))
