"""Use cases of sites and resources."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts.permissions import NotAllowed
from marketplace.capacity.errors import LanesInUse
from marketplace.capacity.models import Lane
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.errors import NotFound, Stale
from marketplace.resources import services
from marketplace.resources.errors import CodeTaken, ResourceInvalid, SiteNotFound
from marketplace.resources.models import Resource, Site
from marketplace.resources.queries import resource_of, resources_of, sites_of
from marketplace.resources.values import CapabilityData, ResourceData, SiteData
from tests.clocks import TestClock, shanghai
from tests.factories.companies import Party, create_party, join
from tests.factories.market import create_claim
from tests.factories.resources import create_resource, create_site

pytestmark = pytest.mark.usefixtures("inside")
SITE = SiteData("S1", " 一厂 ", "工业路 1 号", "370100", 36.65, 117.12)
TURNING = CapabilityData("3.2.1", ("45 钢", "铝合金"), (300, 200, 100), 10)


def data(site: Site, **changes: Any) -> ResourceData:
    """A lathe on a site."""
    return replace(ResourceData(site.id, "M1", "数控车床", "machine", (TURNING,)), **changes)


def lanes_of(resource: Resource) -> list[int]:
    """The numbers of a resource's lanes."""
    return list(db.session.scalars(select(Lane.number).where(Lane.resource_id == resource.id)
                                   .order_by(Lane.number)))


def test_a_site_is_placed_on_the_sphere_and_in_the_log():
    """A new site belongs to the asker, is trimmed, located for distances and audited."""
    party = create_party()

    site = services.create_site(party.actor, SITE)

    assert (site.company_id, site.name) == (party.company.id, "一厂")
    assert site.unit_x ** 2 + site.unit_y ** 2 + site.unit_z ** 2 == pytest.approx(1)
    assert db.session.scalar(select(AuditEntry.object_id).where(
        AuditEntry.action == "site.create")) == site.id


def test_a_code_is_taken_once_a_company():
    """The same site code is refused to one company and free to another."""
    one, other = create_party(), create_party()
    services.create_site(one.actor, SITE)

    with pytest.raises(CodeTaken):
        services.create_site(one.actor, SITE)
    assert services.create_site(other.actor, SITE).company_id == other.company.id


def test_a_viewer_makes_nothing():
    """Only owners and planners make sites."""
    viewer = join(create_party().company, "viewer")

    with pytest.raises(NotAllowed):
        services.create_site(viewer.actor, SITE)


def test_a_resource_gets_its_lanes_and_capabilities():
    """Lanes are made by capacity in the same transaction; materials are kept as typed."""
    party = create_party()
    site = create_site(party.company)

    made = services.create_resource(party.actor, data(site, lanes=3))

    row = resource_of(party.actor, made.id)
    assert lanes_of(row) == [1, 2, 3]
    assert (row.top_type, row.version) == ("manufacturing", 1)
    assert [each.material for each in row.capabilities[0].materials] == ["45 钢", "铝合金"]
    assert row.capabilities[0].envelope_z == 100


def test_a_refused_resource_leaves_nothing():
    """A resource with wrong fields names all of them and is not half saved."""
    party = create_party()
    wrong = data(create_site(party.company), lanes=0, name="",
                 capabilities=(CapabilityData("nope"),))

    with pytest.raises(ResourceInvalid) as refusal:
        services.create_resource(party.actor, wrong)

    assert {error.field for error in refusal.value.errors} == {
        "lanes", "name", "capabilities.0.service_code"}
    assert db.session.scalar(select(func.count()).select_from(Resource)) == 0


def test_a_strangers_site_does_not_exist():
    """A resource cannot be put on another company's ordinary site."""
    stranger = create_site(create_party().company)

    with pytest.raises(SiteNotFound):
        services.create_resource(create_party().actor, data(stranger))


def shared() -> tuple[Party, Party, Site]:
    """A factory that runs a shared site, a firm that owns a machine there, and the site."""
    factory, firm = create_party(), create_party()
    return factory, firm, create_site(factory.company, shared_factory=True)


def test_a_shared_factory_runs_machines_of_others():
    """The owner sees its machine and the shared site; the operating company changes it."""
    factory, firm, site = shared()

    made = services.create_resource(firm.actor, data(
        site, owner_company_id=firm.company.id, operating_company_id=factory.company.id))

    assert [row.id for row in db.session.scalars(resources_of(firm.actor))] == [made.id]
    assert [row.id for row in db.session.scalars(sites_of(firm.actor))] == [site.id]
    assert services.edit_resource(factory.actor, made.id, 1, {"name": "共享车床"}).version == 2
    with pytest.raises(NotFound):
        services.edit_resource(firm.actor, made.id, 2, {"name": "我的"})


def test_only_a_shared_factory_takes_machines_of_others():
    """On an ordinary site another company's machine is refused by field."""
    factory, firm = create_party(), create_party()
    site = create_site(factory.company)

    with pytest.raises(ResourceInvalid) as refusal:
        services.create_resource(factory.actor, data(
            site, owner_company_id=firm.company.id, operating_company_id=factory.company.id))

    assert [error.code for error in refusal.value.errors] == ["not_shared_factory"]


def test_nobody_registers_machines_for_strangers():
    """Who neither owns nor operates a machine cannot make it."""
    factory, firm, site = shared()

    with pytest.raises(NotFound):
        services.create_resource(create_party().actor, data(
            site, owner_company_id=firm.company.id, operating_company_id=factory.company.id))


def test_a_shared_factory_stays_one_while_it_is():
    """A site with a machine of another company cannot stop being shared."""
    factory, firm, site = shared()
    services.create_resource(factory.actor, data(
        site, owner_company_id=firm.company.id, operating_company_id=factory.company.id))

    with pytest.raises(ResourceInvalid) as refusal:
        services.edit_site(factory.actor, site.id, {"shared_factory": False})

    assert refusal.value.errors[0].code == "still_shared"


def test_an_old_version_is_stale():
    """A change on a version that is not the newest is refused and changes nothing."""
    party = create_party()
    resource = create_resource(party.company)
    services.edit_resource(party.actor, resource.id, 1, {"name": "甲"})

    with pytest.raises(Stale):
        services.edit_resource(party.actor, resource.id, 1, {"name": "乙"})

    assert resource_of(party.actor, resource.id).name == "甲"


def test_capabilities_are_replaced_at_once():
    """New capabilities stand in place of the old ones, materials too."""
    party = create_party()
    made = services.create_resource(party.actor, data(create_site(party.company)))

    services.edit_resource(party.actor, made.id, None, {
        "capabilities": (CapabilityData("3.2.3", ("钛合金",)),)})

    row = resource_of(party.actor, made.id)
    assert [(each.service_code, [m.material for m in each.materials])
            for each in row.capabilities] == [("3.2.3", ["钛合金"])]


def test_lanes_grow_and_shrink():
    """More lanes are added; unused ones go, with what is expired or released on them."""
    party = create_party()
    resource = create_resource(party.company, lanes=2)

    services.edit_resource(party.actor, resource.id, None, {"lanes": 4})
    assert lanes_of(resource) == [1, 2, 3, 4]
    services.edit_resource(party.actor, resource.id, None, {"lanes": 1})
    assert lanes_of(resource) == [1]


def test_a_lane_with_work_stays():
    """A booked surplus lane, also in the past, refuses to go and the change is undone."""
    party = create_party()
    resource = create_resource(party.company, lanes=2)
    create_claim(resource, shanghai(1, 10), lanes=2)

    with pytest.raises(LanesInUse) as refusal:
        services.edit_resource(party.actor, resource.id, None, {"lanes": 1, "name": "新名"})

    assert refusal.value.params["lanes"] == "2"
    assert lanes_of(resource) == [1, 2]
    assert resource_of(party.actor, resource.id).name == resource.name


def test_an_expired_hold_does_not_keep_a_lane(clock: TestClock):
    """What never came to be goes with its lane."""
    party = create_party()
    resource = create_resource(party.company, lanes=2)
    create_claim(resource, shanghai(1, 10), lanes=2, kind="hold",
                 expires_at=shanghai(0, 9))
    clock.to(shanghai(0, 10))

    services.edit_resource(party.actor, resource.id, None, {"lanes": 1})

    assert lanes_of(resource) == [1]


