"""Two fictitious firms that have registered and wait for an operator to verify them."""

from __future__ import annotations

from io import BytesIO

from marketplace.accounts.rules import TERMS_VERSION
from marketplace.accounts.services import Facts, Person, register
from marketplace.accounts.tokens import actor_of_member
from marketplace.config import ROOT
from marketplace.files.services import upload_paper
from marketplace.seeding.people import PASSWORD
from seed_data.credit_code import fictitious_credit_code

LICENCE = ROOT / "seed_data" / "sample_licence.pdf"
FIRMS = (
    ("烟台启帆精密铸造有限公司（演示）", "370600", 9501, "3391", "林启帆", "0535-5559501", True),
    ("临沂沂光木工机械有限公司（演示）", "371300", 9502, "3524", "赵沂光", "0539-5559502", False),
)


def add_applicants() -> int:
    """Register the firms as their founders would; the first has handed in its licence."""
    for number, firm in enumerate(FIRMS, 1):
        name, region, organisation, industry, contact, phone, papers = firm
        email = f"contact@new{number:02d}.example"
        facts = Facts(name, fictitious_credit_code(region, organisation), region, industry,
                      contact, email, phone)
        member = register(facts, Person(contact, email, PASSWORD, "zh", TERMS_VERSION),
                          "127.0.0.1")
        actor = actor_of_member(member.id)
        if papers and actor is not None:
            upload_paper(actor, "营业执照（样本）.pdf", BytesIO(LICENCE.read_bytes()))
    return len(FIRMS)
