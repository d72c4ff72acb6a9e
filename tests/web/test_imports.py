"""Imports of every noun: tried, done, refused, and by whom."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace import verify
from marketplace.accounts.models import Company
from marketplace.accounts.permissions import NotAllowed
from marketplace.capacity.models import Lane
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.jobs.models import Job, Operation
from marketplace.resources.models import OpeningRule, Resource, Site
from marketplace.web.imports.report import Report
from marketplace.web.imports.services import import_file, import_rows
from tests.factories.companies import actor_for, create_member, create_party, credit_code, join
from tests.factories.resources import create_resource, create_site

pytestmark = pytest.mark.usefixtures("inside")


def site_row(code: str, **changes: str) -> dict[str, str]:
    """A site of a company by its credit code."""
    return {"company_credit_code": code, "site_code": "S1", "name": "一厂", "address": "路 1 号",
            "region_code": "370100", "latitude": "36.65", "longitude": "117.12",
            "time_zone": "Asia/Shanghai", "shared_factory": "no"} | changes


def resource_row(code: str, **changes: str) -> dict[str, str]:
    """A lathe of a company."""
    return {"owner_credit_code": code, "operating_credit_code": "", "site_code": "S1",
            "resource_code": "M1", "name": "车床", "kind": "machine", "model": "CK6140",
            "service_code": "3.2.1", "materials": "45 钢;铝合金", "envelope_x_mm": "400",
            "envelope_y_mm": "400", "envelope_z_mm": "750", "tolerance_um": "10", "lanes": "2",
            "buffer_before_minutes": "15", "buffer_after_minutes": "", "holidays": "yes"} | changes


def hours_row(code: str, **changes: str) -> dict[str, str]:
    """Open from Monday to Friday."""
    return {"company_credit_code": code, "resource_code": "M1", "weekdays": "1-5",
            "opens": "08:00", "closes": "17:00"} | changes


def job_row(code: str, **changes: str) -> dict[str, str]:
    """One operation of a job."""
    return {"company_credit_code": code, "job_code": "J1", "title": "轴 ×10", "operation": "1",
            "service_code": "3.2.1", "material": "45 钢", "quantity": "10", "minutes": "120",
            "may_pause": "yes", "release": "2026-03-03T08:00:00+08:00",
            "due": "2026-03-10T17:00:00+08:00", "deadline": "", "budget_yuan": "1880.00",
            "eligible_resources": ""} | changes


def company_row(number: int, **changes: str) -> dict[str, str]:
    """A company that is not registered yet."""
    return {"credit_code": credit_code(10**6 + number), "name": f"企业 {number}",
            "region_code": "370100", "industry_code": "3484", "contact_name": "王工",
            "contact_email": f"c{number}@example.com", "contact_phone": "0531-5550001"} | changes


def wrong(report: Report) -> list[tuple[int, str, str]]:
    """Line, column and code of everything wrong, in the order of the file."""
    return [(each.line, each.column, each.code) for each in report.shown()]


def count(model: type) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_sites_resources_and_hours_follow_each_other():
    """The three files of a company make sites, machines with lanes, and derived openings."""
    party = create_party()
    code = party.company.credit_code

    reports = [import_rows(party.actor, "sites", [site_row(code)]),
               import_rows(party.actor, "resources", [resource_row(code)]),
               import_rows(party.actor, "opening_hours", [
                   hours_row(code, closes="12:00"),
                   hours_row(code, opens="13:00"), hours_row(code, weekdays="6;7")])]

    assert [(each.clean, each.rows, each.made) for each in reports] == [
        (True, 1, 1), (True, 1, 1), (True, 3, 1)]
    assert (count(Lane), count(OpeningRule)) == (2, 12)
    assert verify.run().clean


def test_a_dry_run_writes_nothing_at_all():
    """Trying a good file reports what it would make, and leaves neither rows nor audit."""
    party = create_party()
    before = count(AuditEntry)

    report = import_rows(party.actor, "sites", [site_row(party.company.credit_code)],
                         dry_run=True)

    assert (report.clean, report.made) == (True, 1)
    assert (count(Site), count(AuditEntry)) == (0, before)


def test_one_wrong_line_undoes_all():
    """With one bad line among good ones nothing is imported, and every bad cell is named."""
    party = create_party()
    code = party.company.credit_code

    report = import_rows(party.actor, "sites", [
        site_row(code), site_row(code, site_code="S2", latitude="north", time_zone="Asia/Nowhere"),
        site_row(code, site_code="S3", time_zone="Asia/Nowhere", region_code="99"),
        site_row(code, site_code="S1"), site_row(code, site_code="", name="=cmd")])

    assert wrong(report) == [
        (3, "latitude", "plain_number"), (3, "time_zone", "zone_unknown"),
        (4, "region_code", "site_region"), (4, "time_zone", "zone_unknown"),
        (5, "site_code", "twice_in_file"),
        (6, "site_code", "required"), (6, "name", "formula")]
    assert count(Site) == 0


def test_every_reason_has_words_in_both_languages():
    """A report can be read in Chinese and in English."""
    party = create_party()
    report = import_rows(party.actor, "resources", [
        resource_row(party.company.credit_code, lanes="0", kind="robot", service_code="9"),
        resource_row(party.company.credit_code, resource_code="M2", lanes="x")])

    for lang in ("zh", "en"):
        assert all(each.words(lang) for each in report.shown())
    assert report.wrong_lines == 2


def test_columns_are_checked_first():
    """A missing and an unknown column are named on the header, and no row is read."""
    party = create_party()
    rows = [{"company_credit_code": "x", "site": "S1"}]

    report = import_rows(party.actor, "sites", rows)

    assert (1, "site", "column_unknown") in wrong(report)
    assert (1, "site_code", "column_missing") in wrong(report)
    assert {each.line for each in report.lines} == {1}


def test_a_member_imports_for_its_company_only():
    """Another company's credit code, known or not, is refused and tells nothing."""
    party, other = create_party(), create_party()
    create_resource(other.company, code="M1")

    sites = import_rows(party.actor, "sites", [
        site_row(other.company.credit_code), site_row("91370100XXXXXXXXXX", site_code="S2")])
    hours = import_rows(party.actor, "opening_hours", [
        hours_row(other.company.credit_code),
        hours_row(other.company.credit_code, resource_code="NONE")])

    assert wrong(sites) == [(2, "company_credit_code", "not_your_company"),
                            (3, "company_credit_code", "company_unknown")]
    assert {each[1:] for each in wrong(hours)} == {("company_credit_code", "not_your_company")}


def test_what_is_there_already_is_named():
    """A code that the company uses is refused on its line."""
    party = create_party()
    create_site(party.company, code="S1")

    report = import_rows(party.actor, "sites", [site_row(party.company.credit_code)])

    assert wrong(report) == [(2, "site_code", "code_taken")]


def test_a_wrong_span_is_named_on_its_own_line():
    """Of the lines of one resource the one that overlaps is named, and the old week stays."""
    party = create_party()
    code = party.company.credit_code
    resource = create_resource(party.company, code="M1")

    report = import_rows(party.actor, "opening_hours", [
        hours_row(code), hours_row(code, weekdays="6", opens="22:00", closes="06:00"),
        hours_row(code, weekdays="5-6", opens="16:00", closes="18:00")])

    assert wrong(report) == [(3, "closes", "closes_before_opens"), (4, "closes", "hours_overlap")]
    assert db.session.scalar(select(func.count()).select_from(OpeningRule).where(
        OpeningRule.resource_id == resource.id)) == 7


def test_a_shared_factory_imports_the_hours_of_what_it_runs():
    """The operating company sets hours of another's machine; its owner is told it cannot."""
    factory, owner = create_party(), create_party()
    site = create_site(factory.company, code="S1", shared_factory=True)
    create_resource(owner.company, (), site=site, code="M1",
                    operating_company_id=factory.company.id)
    row = hours_row(owner.company.credit_code)

    assert wrong(import_rows(owner.actor, "opening_hours", [row])) == [
        (2, "resource_code", "not_operated")]
    assert import_rows(factory.actor, "opening_hours", [row]).clean


def test_an_owner_imports_its_machine_into_a_shared_factory():
    """A resource names its owner and who runs it; the site is that of who runs it."""
    factory, owner = create_party(), create_party()
    create_site(factory.company, code="S1", shared_factory=True)

    report = import_rows(owner.actor, "resources", [resource_row(
        owner.company.credit_code, operating_credit_code=factory.company.credit_code)])

    assert report.clean, wrong(report)
    row = db.session.scalars(select(Resource)).one()
    assert (row.owner_company_id, row.operating_company_id) == (
        owner.company.id, factory.company.id)


def test_capabilities_are_judged_by_column():
    """Sizes of a laboratory, a foreign service code and half an envelope are named by column."""
    party = create_party()
    code = party.company.credit_code
    create_site(party.company, code="S1")

    report = import_rows(party.actor, "resources", [
        resource_row(code, kind="lab"), resource_row(code, resource_code="M2", envelope_y_mm=""),
        resource_row(code, resource_code="M3", site_code="S9")])

    assert set(wrong(report)) == {
        (2, "service_code", "service_code_kind"), (2, "envelope_x_mm", "only_manufacturing"),
        (2, "tolerance_um", "only_manufacturing"), (3, "envelope_y_mm", "three_lengths"),
        (4, "site_code", "site_unknown")}


def test_the_lines_of_a_job_are_its_route():
    """Two lines are one job of two operations, limited to the company's own machine."""
    party = create_party()
    code = party.company.credit_code
    create_resource(party.company, code="M1")

    report = import_rows(party.actor, "jobs", [
        job_row(code), job_row(code, operation="2", eligible_resources="M1")])

    assert report.clean, wrong(report)
    assert (count(Job), count(Operation)) == (1, 2)


def test_a_broken_route_is_named_by_line():
    """A gap in the numbers, facts that differ, an unknown machine and a wrong date are told."""
    party = create_party()
    code = party.company.credit_code

    report = import_rows(party.actor, "jobs", [
        job_row(code), job_row(code, operation="3", title="另一个"),
        job_row(code, job_code="J2", eligible_resources="NONE"),
        job_row(code, job_code="J3", due="2026-03-01T08:00:00+08:00"),
        job_row(code, job_code="J4"),
        job_row(code, job_code="J4", operation="2", service_code="9.9")])

    assert set(wrong(report)) == {
        (3, "operation", "operation_order"), (3, "title", "differs_in_job"),
        (4, "eligible_resources", "resource_code_unknown"), (5, "due", "not_after_release"),
        (7, "service_code", "service_code_unknown")}
    assert count(Job) == 0


def test_an_operator_imports_verified_companies():
    """Companies come in verified with both steps in the log; members may not do it."""
    operator = actor_for(create_member())

    report = import_rows(operator, "companies", [company_row(1), company_row(2)])

    assert report.clean, wrong(report)
    assert set(db.session.scalars(select(Company.state))) == {"verified"}
    assert db.session.scalar(select(func.count()).where(
        AuditEntry.action == "company.import")) == 2
    with pytest.raises(NotAllowed):
        import_rows(create_party().actor, "companies", [company_row(3)])


def test_wrong_companies_are_named():
    """A wrong check digit, e-mail and industry, and a company that is there, are told by line."""
    operator, there = actor_for(create_member()), create_party()
    good = credit_code(10**6 + 9)

    report = import_rows(operator, "companies", [
        company_row(1, credit_code=good[:-1] + ("1" if good[-1] != "1" else "2"),
                    contact_email="nobody"),
        company_row(2, credit_code=there.company.credit_code)])

    assert set(wrong(report)) == {
        (2, "credit_code", "credit_code_checksum"), (2, "contact_email", "email"),
        (3, "credit_code", "credit_code_taken")}


def test_an_operator_imports_for_any_company():
    """The operator's file for a company is made in the company's name, logged as the operator."""
    member, party = create_member(), create_party()

    report = import_rows(actor_for(member), "sites", [site_row(party.company.credit_code)])

    assert report.clean, wrong(report)
    assert db.session.scalars(select(Site.company_id)).one() == party.company.id
    assert db.session.scalar(select(AuditEntry.member_id).where(
        AuditEntry.action == "site.create")) == member.id


def test_a_viewer_imports_nothing():
    """A role that may not make sites by hand may not import them."""
    viewer = join(create_party().company, "viewer")

    with pytest.raises(NotAllowed):
        import_file(viewer.actor, "sites", "a.csv", b"site_code\n", dry_run=True)


def test_the_cost_of_an_import_is_linear(count_queries: Any):
    """The statements of an import grow with its lines and not faster."""
    party = create_party()
    code = party.company.credit_code
    create_site(party.company, code="S1")
    rows = [resource_row(code, resource_code=f"M{number}") for number in range(60)]

    with count_queries() as few:
        import_rows(party.actor, "resources", rows[:20], dry_run=True)
    with count_queries() as many:
        assert import_rows(party.actor, "resources", rows, dry_run=True).clean

    assert len(many) <= 3 * len(few)
    assert len(many) < 60 * 25


def test_a_repeated_line_does_not_hide_the_first():
    """Of two lines with one code both are judged: the first for itself, the second as repeated."""
    party = create_party()
    code = party.company.credit_code
    create_site(party.company, code="S1")

    report = import_rows(party.actor, "sites", [site_row(code), site_row(code, name="")])

    assert wrong(report) == [(2, "site_code", "code_taken"), (3, "name", "required"),
                             (3, "site_code", "twice_in_file")]
