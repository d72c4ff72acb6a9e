"""Several slots at once: all of them are booked, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.accounts.permissions import require
from marketplace.bookings import services, validator
from marketplace.bookings.batch_errors import TotalAbove
from marketplace.bookings.errors import NeedsApproval, PriceChanged
from marketplace.bookings.models import Booking
from marketplace.bookings.orders import Order, again_of, terms_as_quoted
from marketplace.bookings.validator import Wanted
from marketplace.capacity.errors import SlotTaken
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.errors import ListingNotFound, QuoteNotFound, RuleBroken
from marketplace.catalogue.models import Quote
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import DomainError, FieldError
from marketplace.core.money import Money
from marketplace.core.transaction import transactional

MOST = 50


@dataclass(frozen=True)
class Item:
    """A quote to book, and the buyer's work-order number."""

    quote_id: int
    reference: str = ""


@transactional
def book_together(actor: Actor, items: Sequence[Item],
                  max_total: Money | None = None) -> list[Booking]:
    """A firm books the slots of several quotes, or none of them.

    What refuses one refuses all and names it: `items.<n>` is in its errors. Raises TotalAbove when
    all together can cost more than the ceiling.
    """
    require(actor, "booking.create")
    orders = _orders(actor, items)
    refuse_total_above([order.quote for order in orders], max_total)
    try:
        return services.book_all(actor, orders)
    except RuleBroken:
        raise _rule_broken(actor, orders) from None
    except SlotTaken as refusal:
        wrong = [place for place, order in enumerate(orders) if _is_of(refusal, order.quote)]
        raise named(refusal, wrong[-1]) from None
    except (NeedsApproval, ListingNotFound) as refusal:
        listing_id = refusal.params.get("listing_id", refusal.params.get("id"))
        raise named(refusal, next(place for place, order in enumerate(orders)
                                  if order.quote.listing_id == listing_id)) from None


def _orders(actor: Actor, items: Sequence[Item]) -> list[Order]:
    """The quotes of the actor's company, in one query; each must be there and valid."""
    query = select(Quote).where(Quote.id.in_({item.quote_id for item in items}),
                                Quote.company_id == actor.company_id)
    quotes = {quote.id: quote for quote in db.session.scalars(query)}
    for place, item in enumerate(items):
        quote = quotes.get(item.quote_id)
        if quote is None:
            raise named(QuoteNotFound(id=item.quote_id), place)
        if quote.valid_until <= clock.now():
            raise named(PriceChanged(again_of(quote), reason="quote_expired",
                                     quote_id=quote.id), place)
    return [Order(quotes[item.quote_id], item.reference) for item in items]


def refuse_total_above(quotes: Sequence[Quote], max_total: Money | None) -> None:
    """Raise TotalAbove when the most that all of these can cost is above the ceiling."""
    if max_total is None:
        return
    most = Money(sum(price.minor for quote in quotes
                     if (price := quote.total or quote.total_max) is not None))
    if most > max_total:
        raise TotalAbove(total=most.amount, max_total=max_total.amount)


def named(refusal: DomainError, place: int) -> DomainError:
    """The refusal with the number of the item that it is about."""
    refusal.errors = [FieldError(f"items.{place}", "item_refused")]
    return refusal


def _is_of(refusal: SlotTaken, quote: Quote) -> bool:
    return (refusal.params["start"], refusal.params["end"]) == (quote.starts, quote.ends) and (
        refusal.params["resource_id"] == catalogue.offer(quote.listing_id).resource_id)


def _rule_broken(actor: Actor, orders: Sequence[Order]) -> RuleBroken:
    """The rules that the first order breaks which those before it do not."""
    offers = catalogue.offers([order.quote.listing_id for order in orders])
    wanted = [Wanted(terms_as_quoted(offers[order.quote.listing_id], order.quote), order.quote,
                     actor.company_id or 0, actor.member_id or 0) for order in orders]
    for place in range(len(wanted)):
        try:
            validator.check(wanted[:place + 1])
        except RuleBroken as refusal:
            refusal.errors = [FieldError(f"items.{place}.{each.field}", each.code, **each.params)
                              for each in refusal.errors]
            return refusal
    raise AssertionError("a rule that nothing breaks refused")
