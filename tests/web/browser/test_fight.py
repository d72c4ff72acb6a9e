"""Two people at two browsers fight for one slot: one has it, the other is offered what is free."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from marketplace.bookings.models import Booking
from marketplace.core.db import db
from marketplace.web.work import local
from tests.factories.companies import create_party
from tests.factories.listings import create_listing
from tests.factories.resources import create_capability, create_resource
from tests.web.browser.conftest import Watch, signed_in

pytestmark = pytest.mark.one_database
HOLD = 'form[action$="/holds"] button.pri'


@dataclass(frozen=True)
class Fighter:
    """Somebody at a browser of their own."""

    watch: Watch

    @property
    def page(self) -> Page:
        """What they see."""
        return self.watch.page

    def reads(self, address: str) -> None:
        """Open the work and wait until it is there."""
        self.page.goto(address)
        self.watch.settled()

    def holds(self) -> None:
        """Hold by the hour what the page shows."""
        self.page.click('input[name="mode"][value="time_slice"]')
        self.page.click(HOLD)
        self.page.wait_for_load_state("networkidle")

    def books(self) -> None:
        """Confirm what is held."""
        self.page.click('#book button.pri')
        self.page.wait_for_url("**/bookings/*")


def browser_of(chrome, app, live, member) -> Page:
    """A browser that a member has logged in to."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    signed_in(context, app, live, member)
    return context.new_page()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_loser_is_offered_what_is_free_and_books_it(app, market, live, chrome, lang):
    """Both read the same slot; the quicker holds it, the other takes another machine at once."""
    other = create_resource(market.seller.company)
    create_capability(other)
    create_listing(other)
    rival = create_party()
    names = [party.company.name for party in (market.seller, market.buyer, rival)]
    names += [party.member.name for party in (market.buyer, rival)]
    names += [market.resource.name, other.name, "厂区", "工业路 1 号", "王工", "VMC850", "45 钢",
              market.buyer.member.name[0]]
    work = (f"{live}/listings/{market.listing.id}?start={local(market.start, 'Asia/Shanghai')}"
            f"&end={local(market.end, 'Asia/Shanghai')}&lang={lang}")
    fighters = []
    for party in (market.buyer, rival):
        page = browser_of(chrome, app, live, party.member)
        fighters.append(Fighter(Watch(page, live, lang, tuple(names)).start()))
    winner, loser = fighters
    for each in fighters:
        each.reads(work)

    winner.holds()
    winner.books()
    loser.holds()

    offered = loser.page.locator(".refusal ol a")
    assert offered.count() == 3
    loser.watch.errors = [each for each in loser.watch.errors if "409" not in each]
    texts = offered.all_inner_texts()
    assert any(other.name in text for text in texts) and all("¥240.00" in text for text in texts)
    offered.filter(has_text=other.name).click()
    loser.page.wait_for_url("**#work")
    loser.holds()
    loser.books()
    with app.app_context():
        rows = db.session.query(Booking.resource_id, Booking.company_id, Booking.starts).all()
    assert sorted(rows) == sorted([
        (market.resource.id, market.buyer.company.id, market.start),
        (other.id, rival.company.id, market.start)])
    for each in fighters:
        each.page.context.close()
