"""Certificates of resources over HTTP."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.permissions import require
from marketplace.http.api import MarketBlueprint
from marketplace.http.auth import actor, scope
from marketplace.http.idempotency import repeatable
from marketplace.resources import certificates
from marketplace.resources.certificate_schemas import (
    CertificateList,
    CertificateRequest,
    CertificateSchema,
)
from marketplace.resources.certificates import Paper

blueprint = MarketBlueprint("certificates", __name__, url_prefix="/api/v1",
                            description="Certificates of resources")


@scope("market:read")
@blueprint.response(200, CertificateList)
@blueprint.problems(401, 403, 404)
def list_certificates(resource_id: int) -> Any:
    """Certificates of a resource you own or operate, expired ones too."""
    require(actor(), "resource.read")
    return {"items": certificates.certificates_of(actor(), resource_id)}


@scope("market:write")
@repeatable
@blueprint.arguments(CertificateRequest, as_kwargs=True)
@blueprint.response(201, CertificateSchema)
@blueprint.problems(400, 401, 403, 404, 422)
def add_certificate(paper: Paper, resource_id: int) -> Any:
    """Note a certificate of a resource that you operate."""
    return certificates.add(actor(), resource_id, paper)


@scope("market:write")
@blueprint.response(204)
@blueprint.problems(401, 403, 404)
def remove_certificate(certificate_id: int) -> None:
    """Take a certificate away; bookings already made stay."""
    certificates.remove(actor(), certificate_id)


PATH = "/resources/<int:resource_id>/certificates"
blueprint.route(PATH, endpoint="list_certificates")(list_certificates)
blueprint.route(PATH, methods=["POST"], endpoint="add_certificate")(add_certificate)
blueprint.route("/certificates/<int:certificate_id>", methods=["DELETE"])(remove_certificate)
