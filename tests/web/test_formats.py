"""Writing numbers, money and times in zh and en."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.core import clock
from marketplace.core.money import Money, UnitPrice
from marketplace.core.timewindow import TimeWindow
from marketplace.web.formats import Formats

ZH, EN = Formats("zh"), Formats("en")
START = datetime(2026, 9, 9, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai


@pytest.fixture(autouse=True)
def in_september_2026():
    """Today is 7 September 2026."""
    with clock.moved_to(datetime(2026, 9, 7, 2, 24, tzinfo=UTC)):
        yield


@pytest.mark.parametrize(
    ("minor", "cents", "written"),
    [
        (892387, True, "¥8,923.87"),
        (892387, False, "¥8,924"),
        (-12000, True, "−¥120.00"),
        (0, True, "¥0.00"),
    ],
)
def test_money_is_the_same_in_both_languages(minor, cents, written):
    """Money has its sign before ¥, a true minus and two decimals unless asked for none."""
    assert ZH.money(Money(minor), cents) == EN.money(Money(minor), cents) == written


def test_unknown_money_is_a_dash_and_not_a_zero():
    """An amount nobody knows must not read as nothing to pay."""
    assert ZH.money(None) == "—"


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [
        (23_840_000, "2,384.0 万元", "¥23.84 M"),
        (120_000_000, "1.2 亿元", "¥120.00 M"),
        (12_600, "1.3 万元", "¥12.6 k"),
        (-12_600, "−1.3 万元", "−¥12.6 k"),
        (9_999, "¥9,999", "¥9,999"),
    ],
)
def test_big_money_counts_in_the_units_of_its_language(yuan, zh, en):
    """From 10,000 zh counts in 万 and 亿, en in k and M."""
    amount = Money(yuan * 100)
    assert (ZH.big_money(amount), EN.big_money(amount)) == (zh, en)


@pytest.mark.parametrize(
    ("price", "per", "zh", "en"),
    [
        ("168", "hour", "¥168.00/小时", "¥168.00/h"),
        ("3.5000", "piece", "¥3.50/件", "¥3.50/piece"),
        ("0.0035", "piece", "¥0.0035/件", "¥0.0035/piece"),
    ],
)
def test_a_unit_price_keeps_every_digit(price, per, zh, en):
    """A unit price shows at least two decimals and is never rounded."""
    value = UnitPrice(Decimal(price))
    assert (ZH.unit_price(value, per), EN.unit_price(value, per)) == (zh, en)


def test_numbers_shares_and_points():
    """Thousands are grouped, shares have one decimal, quantities a space before the unit."""
    assert ZH.number(131740) == "131,740"
    assert EN.number(Decimal("-2.50")) == "−2.5"
    assert EN.number(Decimal("2.5"), 2) == "2.50"
    assert ZH.number(2.5, 0) == "3"
    assert ZH.percent(Decimal("0.1234")) == "12.3%"
    assert ZH.points(Decimal("0.032")) == "3.2 个百分点"
    assert EN.points(Decimal("0.032")) == "3.2 points"
    assert (ZH.quantity(1200, "piece"), EN.quantity(1200, "piece")) == ("1,200 件", "1,200 pcs")


def test_a_date_has_its_year_only_when_it_differs():
    """This year goes without saying; any other year is written."""
    assert (ZH.date(START), EN.date(START)) == ("9月9日 周三", "Wed 9 Sep")
    later = date(2027, 9, 9)
    assert (ZH.date(later), EN.date(later)) == ("2027年9月9日 周四", "Thu 9 Sep 2027")


def test_times_are_told_in_the_zone_of_the_place():
    """One moment reads 08:00 in Shandong and 00:00 in London's winter, on that place's date."""
    assert (ZH.datetime(START), EN.datetime(START)) == ("9月9日 周三 08:00", "Wed 9 Sep, 08:00")
    evening = datetime(2026, 9, 9, 18, 30, tzinfo=UTC)
    assert ZH.datetime(evening) == "9月10日 周四 02:30"
    assert ZH.at("UTC").datetime(evening) == "9月9日 周三 18:30"
    assert ZH.iso(START) == "2026-09-09T08:00:00+08:00"


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        (10, "9月9日 周三 08:00–18:00", "Wed 9 Sep, 08:00–18:00"),
        (16, "9月9日 周三 08:00–24:00", "Wed 9 Sep, 08:00–24:00"),
        (58, "9月9日 周三 08:00 – 9月11日 周五 18:00", "Wed 9 Sep, 08:00 – Fri 11 Sep, 18:00"),
    ],
)
def test_a_window_that_ends_at_midnight_ends_at_24(hours, zh, en):
    """A window within a day names the day once; its half-open end at midnight is 24:00."""
    span = TimeWindow(START, START + timedelta(hours=hours))
    assert (ZH.window(span), EN.window(span)) == (zh, en)


def test_spans_of_days():
    """The month is written once when it is the same."""
    assert ZH.days(date(2026, 9, 7), date(2026, 9, 13)) == "9月7日–13日"
    assert EN.days(date(2026, 9, 7), date(2026, 9, 13)) == "7–13 Sep"
    assert ZH.days(date(2026, 9, 28), date(2026, 10, 4)) == "9月28日–10月4日"
    assert EN.days(date(2026, 9, 28), date(2026, 10, 4)) == "28 Sep – 4 Oct"
    assert (ZH.month(date(2026, 8, 1)), EN.month(date(2026, 8, 1))) == ("2026年8月", "August 2026")
    assert (ZH.short_date(START), EN.short_date(START)) == ("9日 周三", "Wed 9")


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (48, "48 分钟", "48 min"),
        (46 * 60, "46 小时", "46 h"),
        (90, "1 小时 30 分", "1 h 30 min"),
        (0.5, "1 分钟", "1 min"),
    ],
)
def test_a_duration_is_rounded_up(minutes, zh, en):
    """What is needed is never told shorter than it is."""
    length = timedelta(minutes=minutes)
    assert (ZH.duration(length), EN.duration(length)) == (zh, en)


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (48.9, "剩 48 分", "48 min left"),
        (5 * 60 + 59, "剩 5 小时", "5 h left"),
        (50 * 60, "剩 2 天", "2 d left"),
        (-3, "剩 0 分", "0 min left"),
    ],
)
def test_time_left_is_rounded_down(minutes, zh, en):
    """What is left is never told longer than it is, and never below zero."""
    length = timedelta(minutes=minutes)
    assert (ZH.left(length), EN.left(length)) == (zh, en)


def test_clock_and_hours_of_quote_lines():
    """A running clock is mm:ss; a quote line counts hours with one decimal."""
    assert ZH.clock(timedelta(minutes=9, seconds=42)) == "09:42"
    assert ZH.clock(timedelta(seconds=-1)) == "00:00"
    assert ZH.hours(timedelta(hours=2)) == "2.0 h"
