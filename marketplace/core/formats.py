"""How numbers, money and times are written, in zh and en, in the zone of a site or a reader.

Pages get one `Formats(lang, zone)` as `f`. Rules are those of the design language: the year
only where it differs from today's, 24 hours, a half-open window that ends at midnight ends at
24:00, a minus sign that is a minus sign, in zh a space between figures and the words that follow.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from marketplace.core import clock
from marketplace.core.i18n import translate
from marketplace.core.money import Money, UnitPrice
from marketplace.core.timewindow import TimeWindow

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
ZONE = ZoneInfo("Asia/Shanghai")
MINUS = "\u2212"
DASH = "\u2013"
SIGNS = {"CNY": "¥"}
BIG = {  # message, divisor in yuan, decimals
    "zh": (("large", 10**8, 1), ("middle", 10**4, 1)),
    "en": (("large", 10**6, 2), ("middle", 10**3, 1)),
}

DAY = {"zh": "M月d日 EEE", "en": "EEE d MMM"}
DAY_IN_YEAR = {"zh": "y年M月d日 EEE", "en": "EEE d MMM y"}
SHORT_DAY = {"zh": "d日 EEE", "en": "EEE d"}
MONTH = {"zh": "y年M月", "en": "MMMM y"}


@dataclass(frozen=True)
class Formats:
    """Writes values for one reader: `lang` is zh or en, `zone` the place's or the reader's."""

    lang: str = "zh"
    zone: ZoneInfo = field(default=ZONE)

    def at(self, zone: str | ZoneInfo) -> "Formats":
        """The same language in another zone, say that of a site."""
        return Formats(self.lang, zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone))

    def _word(self, key: str) -> str:
        """A word of this module's own catalogue area."""
        return translate(self.lang, f"format.{key}")

    # -- numbers

    def number(self, value: Decimal | int | float, places: int | None = None) -> str:
        """`131,740`; `places` fixes the decimals, None keeps at most three and drops zeros."""
        pattern = "#,##0.###" if places is None else "#,##0" + ("." + "0" * places) * (places > 0)
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
        rounded = exact.quantize(Decimal(1).scaleb(-(3 if places is None else places)),
                                 rounding=ROUND_HALF_UP)
        text = format_decimal(abs(rounded), format=pattern, locale=LOCALES[self.lang])
        return (MINUS if rounded < 0 else "") + text

    def percent(self, share: Decimal | float, places: int = 1) -> str:
        """A share of one as `12.3%`."""
        return f"{self.number(Decimal(str(share)) * 100, places)}%"

    def points(self, share: Decimal | float) -> str:
        """A difference of shares as `3.2 个百分点`, `3.2 points`."""
        return f"{self.number(Decimal(str(share)) * 100, 1)} {self._word('unit.point')}"

    def quantity(self, value: Decimal | int | float, unit: str, places: int | None = None) -> str:
        """A number with one of our units: `120 件`, `46 h`."""
        return f"{self.number(value, places)} {self._word('unit.' + unit)}"

    # -- money

    def money(self, amount: Money | None, cents: bool = True) -> str:
        """`¥8,923.87`, `−¥120.00`; without cents rounded half up; nothing known is a dash."""
        if amount is None:
            return "\u2014"
        value = Decimal(amount.minor) / 100
        digits = self.number(abs(value), 2 if cents else 0)
        sign = MINUS if amount.minor < 0 else ""
        return f"{sign}{SIGNS.get(amount.currency, amount.currency + ' ')}{digits}"

    def big_money(self, amount: Money) -> str:
        """From 10,000: `2,384.0 万元`, `1.2 亿元`; `¥23.84 M`, `¥12.6 k`."""
        yuan = Decimal(amount.minor) / 100
        for step, by, places in BIG[self.lang]:
            if abs(yuan) >= max(by, 10**4):
                digits = self.number(abs(yuan) / by, places)
                sign = MINUS if yuan < 0 else ""
                return sign + translate(self.lang, f"format.big_money.{step}", amount=digits)
        return self.money(amount, cents=False)

    def unit_price(self, price: UnitPrice | Decimal, per: str) -> str:
        """`¥168.00/小时`, `¥0.0035/piece`: at least two decimals, never rounded."""
        value = price.value if isinstance(price, UnitPrice) else price
        exponent = value.normalize().as_tuple().exponent
        places = max(2, -exponent if isinstance(exponent, int) else 2)
        return f"¥{self.number(value, places)}/{self._word('per.' + per)}"

    # -- days and times

    def local(self, moment: dt.datetime) -> dt.datetime:
        """An aware moment on the wall clock of the zone."""
        return moment.astimezone(self.zone)

    def date(self, day: dt.date | dt.datetime) -> str:
        """`9月9日 周三`, `Wed 9 Sep`; with the year where it is not this one."""
        local = self.local(day).date() if isinstance(day, dt.datetime) else day
        same = local.year == self.local(clock.now()).year
        pattern = (DAY if same else DAY_IN_YEAR)[self.lang]
        return format_date(local, pattern, locale=LOCALES[self.lang])

    def short_date(self, day: dt.date | dt.datetime) -> str:
        """The head of a column: `9日 周三`, `Wed 9`."""
        local = self.local(day).date() if isinstance(day, dt.datetime) else day
        return format_date(local, SHORT_DAY[self.lang], locale=LOCALES[self.lang])

    def day_head(self, day: dt.date) -> str:
        """The head of a day's column, which says so when it is today."""
        name = self.short_date(day)
        today = self.local(clock.now()).date()
        return translate(self.lang, "format.today", day=name) if day == today else name

    def month(self, day: dt.date) -> str:
        """`2026年8月`, `August 2026`."""
        return format_date(day, MONTH[self.lang], locale=LOCALES[self.lang])

    def time(self, moment: dt.datetime) -> str:
        """`08:00` in the zone."""
        return self.local(moment).strftime("%H:%M")

    def datetime(self, moment: dt.datetime) -> str:
        """`9月9日 周三 08:00`, `Wed 9 Sep, 08:00`."""
        comma = "" if self.lang == "zh" else ","
        return f"{self.date(moment)}{comma} {self.time(moment)}"

    def iso(self, moment: dt.datetime) -> str:
        """For `<time datetime>` and inputs: RFC 3339 with the zone's offset, to the second."""
        return self.local(moment).isoformat(timespec="seconds")

    def window(self, span: TimeWindow) -> str:
        """`9月9日 周三 08:00–18:00`; over several days both ends are written out."""
        start, end = self.local(span.start), self.local(span.end)
        if end.date() == start.date():
            return f"{self.datetime(span.start)}{DASH}{self.time(span.end)}"
        midnight = dt.datetime.combine(start.date() + dt.timedelta(days=1), dt.time())
        if end.replace(tzinfo=None) == midnight:
            return f"{self.datetime(span.start)}{DASH}24:00"
        return f"{self.datetime(span.start)} {DASH} {self.datetime(span.end)}"

    def days(self, first: dt.date, last: dt.date) -> str:
        """A span of whole days, both ends in: `9月7日–13日`, `7–13 Sep`."""
        locale = LOCALES[self.lang]
        if self.lang == "zh":
            tail = "d日" if (first.year, first.month) == (last.year, last.month) else "M月d日"
            return f"{format_date(first, 'M月d日', locale)}{DASH}{format_date(last, tail, locale)}"
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}{DASH}{format_date(last, 'd MMM', locale)}"
        return f"{format_date(first, 'd MMM', locale)} {DASH} {format_date(last, 'd MMM', locale)}"

    # -- lengths of time

    def duration(self, length: dt.timedelta) -> str:
        """`48 分钟`, `46 小时`, `1 小时 30 分`; `48 min`, `46 h`, `1 h 30 min`; rounded up."""
        minutes = -(-int(length.total_seconds()) // 60)
        hours, rest = divmod(minutes, 60)
        if hours == 0:
            return self.quantity(rest, "minutes")
        whole = self.quantity(hours, "hour")
        return f"{whole} {self.quantity(rest, 'minute')}" if rest else whole

    def hours(self, length: dt.timedelta) -> str:
        """For quote lines and tables: `2.0 h` in both languages."""
        return f"{self.number(Decimal(int(length.total_seconds())) / 3600, 1)} h"

    def left(self, length: dt.timedelta) -> str:
        """Time that is left: `剩 48 分`, `剩 5 小时`; `48 min left`, `5 h left`; rounded down."""
        minutes = max(0, int(length.total_seconds())) // 60
        if minutes < 60:
            words = self.quantity(minutes, "minute")
        elif minutes < 48 * 60:
            words = self.quantity(minutes // 60, "hour")
        else:
            words = self.quantity(minutes // 1440, "day")
        return translate(self.lang, "format.left", length=words)

    def clock(self, length: dt.timedelta) -> str:
        """A running clock as `09:42`, minutes and seconds; never below zero."""
        seconds = max(0, int(length.total_seconds()))
        return f"{seconds // 60:02d}:{seconds % 60:02d}"
