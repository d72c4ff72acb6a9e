"""The import page and command: try, read the report, confirm."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from marketplace.core.db import db
from marketplace.resources.models import Site
from tests.clocks import TestClock
from tests.factories import place
from tests.factories.companies import Party, create_member, create_party, join
from tests.web.conftest import CHINESE, Browser, text_of

HEAD = ("company_credit_code,site_code,name,address,region_code,latitude,longitude,time_zone,"
        "shared_factory\n")


def table(party: Party, *codes: str, zone: str = "Asia/Shanghai") -> bytes:
    """A file of sites."""
    return (HEAD + "".join(
        f"{party.company.credit_code},{code},Plant {code},Road 1,370100,36.65,117.12,{zone},no\n"
        for code in codes)).encode()


def sites() -> int:
    """How many sites there are."""
    with place.context():
        return db.session.scalar(select(func.count()).select_from(Site)) or 0


def attempt(browser: Browser, body: bytes, noun: str = "sites", name: str = "sites.csv") -> Any:
    """Upload a file to be tried."""
    form = browser.form(browser.get("/imports", noun=noun), "/imports/try")
    return browser.send("/imports/try", form | {"file": (BytesIO(body), name)})


def test_a_file_is_tried_and_then_done(reader: Browser):
    """The good file is reported, nothing is written before it is confirmed, and then all is."""
    party = create_party()
    reader.log_in(party.member)

    report = attempt(reader, table(party, "S1", "S2"))
    assert report.status_code == 200 and sites() == 0
    done = reader.send("/imports/do", reader.form(report, "/imports/do"))

    assert done.status_code == 303 and sites() == 2
    again = reader.send("/imports/do", reader.form(report, "/imports/do"))
    assert again.status_code == 404 and sites() == 2


def test_the_report_names_lines_in_the_readers_language(reader: Browser):
    """A wrong file is answered with line, column and what is right, and without a way on."""
    party = create_party(name="Plain Ltd")
    reader.log_in(party.member)

    report = attempt(reader, table(party, "S1", zone="Asia/Nowhere"))

    assert report.status_code == 422
    assert "time_zone" in report.text and "zone_unknown" in report.text
    assert "/imports/do" not in report.text
    words = text_of(report).replace(party.member.name, "").replace(party.member.name[0], "")
    assert bool(CHINESE.search(words.replace("中文", ""))) == (reader.lang == "zh")


def test_a_file_that_is_no_table_is_told_on_the_form(browser: Browser):
    """A refused file leads back to the form with its reason."""
    browser.log_in(create_party().member)

    assert "不是完好的 XLSX" in attempt(browser, b"nonsense", name="a.xlsx").text
    assert "文件是空的" in attempt(browser, b"").text


def test_a_kept_file_is_its_members_and_for_an_hour(browser: Browser, clock: TestClock):
    """Nobody else can confirm it, and after an hour nobody can; odd tokens find nothing."""
    party = create_party()
    report = attempt(browser.log_in(party.member), table(party, "S1"))
    form = browser.form(report, "/imports/do")

    colleague = browser.log_in(join(party.company, "owner").member)
    assert colleague.send("/imports/do", form).status_code == 404
    assert browser.send("/imports/do", form | {"token": "../../secret"}).status_code == 404
    clock.move(minutes=61)
    assert browser.log_in(party.member).send("/imports/do", form).status_code == 404
    assert sites() == 0


def test_what_changed_meanwhile_is_reported(browser: Browser):
    """When a line can no longer be done at the confirmation, nothing is, and it is said."""
    party = create_party()
    browser.log_in(party.member)
    first, second = (attempt(browser, table(party, "S1", each)) for each in ("S2", "S3"))
    browser.send("/imports/do", browser.form(first, "/imports/do"))

    late = browser.send("/imports/do", browser.form(second, "/imports/do"))

    assert late.status_code == 409 and "code_taken" in late.text
    assert sites() == 2


def test_who_may_import_what(browser: Browser):
    """A visitor logs in first, a viewer may import nothing, only operators see companies."""
    party = create_party()

    assert browser.get("/imports").status_code in (302, 401)
    assert "companies" not in browser.log_in(party.member).get("/imports").text
    assert browser.log_in(join(party.company, "viewer").member).get(
        "/imports").status_code == 403
    page = browser.log_in(create_member()).get("/imports")
    assert browser.form(page, "/imports/try")["noun"] == "companies"


def test_an_empty_table_can_be_downloaded(browser: Browser):
    """The empty table has the columns, and an unknown noun is not found."""
    found = browser.get("/imports/sites.csv")

    assert found.data.decode("utf-8-sig") == HEAD.replace("\n", "\r\n")
    assert browser.get("/imports/secrets.csv").status_code == 404


def test_the_command_tries_and_imports(runner: FlaskCliRunner, tmp_path: Path):
    """`flask import` reports by line, writes nothing while trying, and says what it did."""
    party = create_party()
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(table(party, "S1", "S2"))
    bad.write_bytes(table(party, "S3", zone="Asia/Nowhere"))
    email = party.member.email

    tried = runner.invoke(args=["import", "sites", str(good), "--dry-run", "--as", email])
    assert tried.exit_code == 0 and sites() == 0, tried.output
    refused = runner.invoke(args=["import", "sites", str(bad), "--as", email])
    assert refused.exit_code == 1 and "time_zone" in refused.output
    done = runner.invoke(args=["import", "sites", str(good), "--as", email])
    assert done.exit_code == 0 and sites() == 2, done.output


@pytest.mark.parametrize("email", ["nobody@example.com", ""])
def test_the_command_needs_a_member(runner: FlaskCliRunner, tmp_path: Path, email: str):
    """Without an active member nothing is imported."""
    file = tmp_path / "a.csv"
    file.write_text(HEAD)

    assert runner.invoke(args=["import", "sites", str(file), "--as", email]).exit_code == 2
