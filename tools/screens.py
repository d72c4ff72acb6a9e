"""`make screens`: photograph every page of a running service into out/screens/.

It needs Chromium, a base URL and the demo's logins. It only opens pages: nothing is changed. Every
page is opened in both languages, at 1440 and at 390 pixels; some in the dark as well, a booking
also as it prints. Errors on a page's console (a broken content policy is one), failed requests and
pages wider than their window are told at the end, and make the exit code 1.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import time
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, StorageState, sync_playwright

from marketplace.seeding.people import PASSWORD

OUT = Path("out/screens")
WIDTHS = (1440, 390)
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
WAIT_MS = 15_000


@dataclass(frozen=True)
class Shot:
    """A page: its name, its address, or the pattern of a link there and what follows it."""

    name: str
    path: str
    link: str = ""
    add: str = ""
    dark: bool = False
    printed: bool = False


WORK = "/search?q=&pieces=120"
VISITOR = (
    Shot("home", "/", dark=True), Shot("search", WORK),
    Shot("listing", WORK, r"/listings/\d+"), Shot("login", "/login"),
    Shot("register", "/register"), Shot("forgot", "/forgot"), Shot("terms", "/terms"),
    Shot("privacy", "/privacy"), Shot("api", "/docs/api"), Shot("missing", "/nothing-here"))
FIRM = (
    Shot("search", WORK, dark=True), Shot("search-empty", "/search?q=zzzz"),
    Shot("listing", WORK, r"/listings/\d+", dark=True), Shot("jobs", "/jobs"),
    Shot("job-new", "/jobs/new"), Shot("job", "/jobs", r"/jobs/\d+$"), Shot("plans", "/plans"),
    Shot("bookings", "/bookings"), Shot("bookings-waiting", "/bookings?when=waiting"),
    Shot("booking", "/bookings", r"/bookings/\d+$", dark=True, printed=True),
    Shot("booking-cancel", "/bookings", r"/bookings/\d+$", "/cancel"),
    Shot("company", "/company"), Shot("members", "/members"), Shot("papers", "/papers"),
    Shot("account", "/account"), Shot("tokens", "/tokens"), Shot("imports", "/imports"))
PLANT = (
    Shot("jobs", "/jobs"), Shot("job", "/jobs", r"/jobs/\d+$"), Shot("plans", "/plans"),
    Shot("plan", "/plans", r"/plans/\d+$", dark=True), Shot("machines", "/machines"))
FACTORY = (
    Shot("machines", "/machines", dark=True),
    Shot("machine", "/machines", r"/machines/\d+$"),
    Shot("machine-hours", "/machines", r"/machines/\d+$", "/hours"),
    Shot("machine-offer", "/machines", r"/machines/\d+$", "/offer"),
    Shot("machine-edit", "/machines", r"/machines/\d+/edit"),
    Shot("machine-new", "/machines/new"), Shot("sites", "/sites"), Shot("imports", "/imports"),
    Shot("bookings", "/bookings"), Shot("booking", "/bookings", r"/bookings/\d+$"),
    Shot("jobs", "/jobs"))
OPERATOR = (
    Shot("utilisation", "/utilisation", dark=True), Shot("verification", "/verification"),
    Shot("disputes", "/disputes"),
    Shot("review", "/verification?state=verified", r"/verification/\d+"),
    Shot("account", "/account"))


@dataclass(frozen=True)
class Desk:
    """Who looks: a visitor has no address."""

    name: str
    email: str
    shots: tuple[Shot, ...]


DESKS = (
    Desk("visitor", "", VISITOR), Desk("firm", "contact@qd51.example", FIRM),
    Desk("plant", "plan@qilian.example", PLANT), Desk("factory", "contact@jn01.example", FACTORY),
    Desk("operator", "operator@gongfang.example", OPERATOR))


@dataclass
class Camera:
    """Takes the pictures and remembers what went wrong."""

    browser: Browser
    base: str
    lang: str
    ends: float
    only: str
    taken: int = 0
    wrong: list[str] = field(default_factory=list)

    def visit(self, desk: Desk) -> None:
        """Every page of one desk, in every width and theme."""
        state = self.signed_in(desk) if desk.email else None
        for width, theme in product(WIDTHS, ("light", "dark")):
            context = self.browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=theme,  # type: ignore[arg-type]
                storage_state=state, reduced_motion="reduce", has_touch=width < 760,
                locale=LANGUAGES[self.lang])
            context.set_default_timeout(WAIT_MS)
            for shot in desk.shots:
                if (theme == "light" or shot.dark) and re.search(self.only,
                                                                 f"{desk.name}-{shot.name}"):
                    self.photograph(context, shot, (desk.name, width, theme))
            context.close()

    def signed_in(self, desk: Desk) -> StorageState:
        """Log in by the form once; the session for every picture of this desk."""
        context = self.browser.new_context()
        page = context.new_page()
        page.goto(f"{self.base}/login")
        page.fill("main input[name=email]", desk.email)
        page.fill("main input[name=password]", PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/login"))
        state = context.storage_state()
        context.close()
        return state

    def photograph(self, context: BrowserContext, shot: Shot,
                   about: tuple[str, int, str]) -> None:
        """One page; what its console, its requests and its width say."""
        if time.monotonic() > self.ends:
            return
        desk, width, theme = about
        name = f"{desk}-{shot.name}-{self.lang}-{width}" + ("-dark" if theme == "dark" else "")
        page = context.new_page()
        page.on("console", lambda each: self.note(name, each.text, shot)
                if each.type == "error" else None)
        page.on("pageerror", lambda each: self.note(name, str(each), shot))
        try:
            if self.open(page, shot):
                self.keep(page, name, shot)
            else:
                self.note(name, f"no link to {shot.link} on {shot.path}", shot)
        except Error as trouble:
            self.note(name, str(trouble).splitlines()[0], shot)
        page.close()

    def open(self, page: Page, shot: Shot) -> bool:
        """Go to the page, over the page that links to it where its address has a number."""
        page.goto(self.address(shot.path))
        if shot.link:
            links = [str(each) for each in page.eval_on_selector_all(
                "main a[href]", "all => all.map(each => each.getAttribute('href'))")]
            found = next((each for each in links if re.search(shot.link, each)), "")
            if not found:
                return False
            page.goto(self.address(found + shot.add))
        page.wait_for_load_state("networkidle")
        return True

    def address(self, path: str) -> str:
        """The full address of a page in the language of the pictures."""
        return urljoin(self.base, path) + ("&" if "?" in path else "?") + f"lang={self.lang}"

    def keep(self, page: Page, name: str, shot: Shot) -> None:
        """The picture of the whole page, and of its print."""
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            self.note(name, f"{over} px wider than the window", shot)
        page.screenshot(path=OUT / f"{name}.png", full_page=True)
        self.taken += 1
        if shot.printed and name.endswith("1440"):
            page.emulate_media(media="print")
            page.set_viewport_size({"width": 794, "height": 1123})
            page.screenshot(path=OUT / f"{name}-print.png", full_page=True)

    def note(self, name: str, text: str, shot: Shot) -> None:
        """Something went wrong; the answer 404 of the missing page is not."""
        if not (shot.name == "missing" and "404" in text):
            self.wrong.append(f"{name}: {text}")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--seconds", type=int, default=600, help="no picture begins after this")
    parser.add_argument("--only", default="", help="pattern of desk-page, such as firm-search")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    return parser.parse_args()


def main() -> int:
    """Photograph, then tell what was wrong."""
    options = arguments()
    OUT.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + options.seconds
    cameras = [photographed(options, lang, ends) for lang in LANGUAGES]
    print(f"{sum(each.taken for each in cameras)} pictures in {OUT}/")  # noqa: T201
    wrong = [line for each in cameras for line in each.wrong]
    for line in wrong:
        print(f"  {line}")  # noqa: T201 - a terminal program speaks
    return 1 if wrong else 0


def photographed(options: argparse.Namespace, lang: str, ends: float) -> Camera:
    """Every desk in one language; date fields follow the browser where it has that language."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=options.chromium,
            args=["--no-sandbox", f"--lang={LANGUAGES[lang]}"])
        camera = Camera(browser, options.base, lang, ends, options.only)
        for desk in DESKS:
            camera.visit(desk)
        browser.close()
    return camera


if __name__ == "__main__":
    sys.exit(main())
