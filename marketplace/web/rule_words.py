"""The rules of a listing in plain sentences, shown before anybody books."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from babel.dates import get_day_names

from marketplace.bookings import qualifications, quota
from marketplace.catalogue.rules import ListingRules, Offer
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.timewindow import TimeWindow
from marketplace.resources.models import Resource
from marketplace.web import names
from marketplace.web.formats import LOCALES
from marketplace.web.reader import formats, words

GROUPS = ("time", "change", "work", "share", "operate")


def groups(terms: ListingRules, resource: Resource) -> dict[str, list[str]]:
    """Sentences by what they are about; a group without any is left out."""
    found = {"time": time(terms, resource), "change": change(terms), "work": work(terms),
             "share": share(terms), "operate": operate(terms)}
    return {name: found[name] for name in GROUPS if found[name]}


def flat(terms: ListingRules, resource: Resource) -> list[str]:
    """All sentences in order."""
    return [each for sentences in groups(terms, resource).values() for each in sentences]


def time(terms: ListingRules, resource: Resource) -> list[str]:
    """Lengths, notice, horizon, pauses, buffers, and who says yes."""
    sentences = [
        words("offer.rule.lengths", step=names.length(terms.step),
              least=names.length(terms.min_minutes), most=names.length(terms.max_minutes)),
        words("offer.rule.notice", notice=names.length(terms.notice_minutes))
        if terms.notice_minutes else words("offer.rule.no_notice"),
        words("offer.rule.horizon", count=terms.horizon_days),
        words("offer.rule.may_pause" if terms.may_pause else "offer.rule.in_one_go")]
    if resource.buffer_before or resource.buffer_after:
        sentences.append(words("offer.rule.buffers", before=names.length(resource.buffer_before),
                               after=names.length(resource.buffer_after)))
    return sentences + approval(terms)


def approval(terms: ListingRules) -> list[str]:
    """Who says yes, and whether it may recur."""
    yes = (words("listing_rule.approval", hours=_hours(terms.reply_hours)) if terms.approval
           else words("listing_rule.at_once"))
    return [yes] if terms.series else [yes, words("listing_rule.no_series")]


def change(terms: ListingRules) -> list[str]:
    """What a change costs, and what not coming costs."""
    free = not (terms.free_hours and terms.late_percent)
    sentences = [words("listing_rule.change_free") if free else words(
        "listing_rule.change_late", hours=_hours(terms.free_hours),
        percent=_percent(terms.late_percent)), words("listing_rule.other_side")]
    grace = names.length(terms.grace_minutes)
    sentences.append(words("listing_rule.check_in" if terms.check_in else "listing_rule.no_show",
                           grace=grace))
    return [*sentences, words("listing_rule.no_show_cost", percent=_percent(
        terms.no_show_percent)) if terms.no_show_percent else words("listing_rule.no_show_free")]


def work(terms: ListingRules) -> list[str]:
    """What holds after delivery."""
    return [words("listing_rule.accept", count=terms.accept_days)]


def share(terms: ListingRules) -> list[str]:
    """How much of it one company may take."""
    return quota_words(terms) + prime_words(terms)


def quota_words(terms: ListingRules) -> list[str]:
    """The hours of a week."""
    if not terms.quota_hours:
        return []
    sentences = [words("listing_rule.quota", hours=_hours(terms.quota_hours))]
    if terms.quota_group:
        sentences.append(words("listing_rule.quota_group", group=terms.quota_group))
    return [*sentences, words("listing_rule.last_day")] if terms.last_day_free else sentences


def prime_words(terms: ListingRules) -> list[str]:
    """The prime time of a day."""
    if not (terms.prime_days and terms.prime_minutes):
        return []
    return [words("listing_rule.prime", days=weekdays(terms.prime_days),
                  start=time_of(terms.prime_from), end=time_of(terms.prime_until),
                  length=names.length(terms.prime_minutes))]


def operate(terms: ListingRules) -> list[str]:
    """Who may operate, and which paper the resource has."""
    sentences = []
    if terms.qualification:
        sentences.append(words("listing_rule.qualification", name=terms.qualification))
    if terms.certificate:
        sentences.append(words("listing_rule.certificate", name=terms.certificate))
    return sentences


def weekdays(days: str) -> str:
    """ISO weekdays by name: a run of three or more as from and to."""
    known = day_names()
    numbers = [int(each) for each in days]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return words("listing_rule.day_range", first=known[numbers[0]], last=known[numbers[-1]])
    return words("offer.list_comma").join(known[each] for each in numbers)


def day_names() -> Mapping[int, str]:
    """Short names of the ISO weekdays in the reader's language."""
    found = get_day_names("abbreviated", locale=LOCALES[formats().lang])
    return {number + 1: str(found[number]) for number in range(7)}


def remainder(actor: Actor | None, offer: Offer) -> list[str]:
    """What is left of quota and prime time to the reader's company, and what the reader lacks."""
    if actor is None or actor.company_id is None or actor.member_id is None:
        return []
    left, f = quota.left(actor.company_id, offer), formats()
    sentences = _lacking(offer, actor.member_id)
    if left.weeks:
        now, then = (f.duration(timedelta(minutes=rest.left)) for rest in left.weeks)
        sentences.append(words("listing_rule.left", now=now, then=then,
                               quota=_hours(offer.rules.quota_hours)))
    short = [(day, minutes) for day, minutes in left.prime if minutes < offer.rules.prime_minutes]
    return [*sentences, *_prime_left(short)]


def _lacking(offer: Offer, member_id: int) -> list[str]:
    """That the reader may not operate the resource now."""
    code, now = offer.rules.qualification, clock.now()
    if not code or qualifications.holds(offer.company_id, member_id, code,
                                        TimeWindow(now, now + timedelta(minutes=1))):
        return []
    return [words("listing_rule.lacking", name=code)]


def _prime_left(days: Iterable[tuple[date, int]]) -> list[str]:
    """Days whose prime time the company has touched, with what is left."""
    f = formats()
    return [words("listing_rule.prime_left", day=f.short_date(day), length=f.duration(
        timedelta(minutes=minutes))) for day, minutes in days]


def time_of(minutes: int) -> str:
    """Minutes after midnight as `08:00`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _hours(number: int) -> str:
    return formats().quantity(number, "hour")


def _percent(number: int) -> str:
    return formats().percent(number / 100, 0)
