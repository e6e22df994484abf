# SPDX-License-Identifier: MPL-2.0
"""ACM: moto's certificates, with users, re-import and the default filter of lists as AWS has them."""

from collections.abc import Callable
from typing import Any

from moto.acm.models import AWS_ROOT_CA, CertBundle, acm_backends

from .. import upstream
from ..errors import NotPerformed
from ..models import fault
from ..objects import birth
from ..wire import Response
from ..world import Call, Shelf, World
from . import finds, operation

# Answers the ARNs of what uses the certificate (account, region, ARN).
User = Callable[[World, str, str, str], list[str]]
USERS: list[User] = []
LISTED_BY_DEFAULT = ("RSA_1024", "RSA_2048")


def certificate_of(account: str, region: str, arn: str) -> CertBundle | None:
    return _certificates(account, region).get(arn)


@operation("acm", "RequestCertificate")
def request_certificate(_world: World, call: Call) -> Response:
    """moto would make an RSA key whatever is asked for."""
    if call.params.get("KeyAlgorithm", "RSA_2048") != "RSA_2048":
        raise NotPerformed("acm", "RequestCertificate", f"with a key of {call.params['KeyAlgorithm']}")
    return upstream.forward(call)


@operation("acm", "ImportCertificate")
def import_certificate(_world: World, call: Call) -> Response:
    """Into an ARN: it keeps its tags and its users, and the key must stay of its type and size (user guide,
    "Reimporting a certificate")."""
    arn = call.params.get("CertificateArn")
    before = certificate_of(call.account, call.region, arn) if arn else None
    if before is not None and call.params.get("Tags"):
        raise fault("acm", "ValidationException", "Tags cannot be given when a certificate is imported again.")
    answer = upstream.forward(call)
    if before is not None and answer.status < 400:
        held = _certificates(call.account, call.region)
        after = held[arn]
        if _algorithm(before) != _algorithm(after):
            held[arn] = before
            raise fault(
                "acm", "ValidationException", "The key type and size of a reimported certificate cannot change."
            )
        after.tags, after.created_at = before.tags, before.created_at
        after._lab_birth = birth(before)
    return answer


@operation("acm", "DescribeCertificate")
def describe(world: World, call: Call) -> Response:
    _mark_users(world, call)
    return upstream.forward(call)


@operation("acm", "GetCertificate")
def get_certificate(_world: World, call: Call) -> dict[str, Any] | Response:
    """An imported one comes with the chain that was imported, if any; moto adds Amazon's root."""
    found = certificate_of(call.account, call.region, call.params["CertificateArn"])
    if found is None or found.type != "IMPORTED":
        return upstream.forward(call)
    chain = found.chain.removesuffix(AWS_ROOT_CA + b"\n").decode().strip()
    return {"Certificate": found.cert.decode(), "CertificateChain": chain or None}


@operation("acm", "ListCertificates")
def list_certificates(world: World, call: Call) -> dict[str, Any]:
    """Without `keyTypes` only RSA 1024 and 2048 are listed (API_Filters)."""
    _mark_users(world, call)
    p = call.params
    types = p.get("Includes", {}).get("keyTypes") or LISTED_BY_DEFAULT
    held = [c for c in _certificates(call.account, call.region).values() if _algorithm(c) in types]
    found = [c for c in held if c.status in p.get("CertificateStatuses", [c.status])]
    start, size = int(p.get("NextToken") or 0), p.get("MaxItems", 1000)
    answer: dict[str, Any] = {"CertificateSummaryList": [_summary(c) for c in found[start : start + size]]}
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return answer


@operation("acm", "DeleteCertificate")
def delete(world: World, call: Call) -> Response:
    arn = call.params["CertificateArn"]
    if certificate_of(call.account, call.region, arn) and _users(world, call, arn):
        text = f"Certificate {arn} in account {call.account} is in use."
        raise fault("acm", "ResourceInUseException", text)
    return upstream.forward(call)


@finds("acm", "ImportCertificate")
def imported(_world: World, call: Call, result: Response) -> Shelf:
    held = _certificates(call.account, call.region)
    arn = call.params.get("CertificateArn") or next(a for a in reversed(held) if a.encode() in result.body)
    return Shelf(held, arn)


def _certificates(account: str, region: str) -> dict[str, CertBundle]:
    return acm_backends[account][region]._certificates


def _users(world: World, call: Call, arn: str) -> list[str]:
    return sorted({user for find in USERS for user in find(world, call.account, call.region, arn)})


def _mark_users(world: World, call: Call) -> None:
    for arn, certificate in _certificates(call.account, call.region).items():
        certificate.in_use_by = _users(world, call, arn)


def _algorithm(certificate: CertBundle) -> str:
    return certificate.describe()["Certificate"]["KeyAlgorithm"]


def _summary(certificate: CertBundle) -> dict[str, Any]:
    full = certificate.describe()["Certificate"]
    kept = ("CertificateArn", "DomainName", "Status", "Type", "KeyAlgorithm", "NotBefore", "NotAfter")
    names = full["SubjectAlternativeNames"]
    return {k: full[k] for k in kept} | {
        "SubjectAlternativeNameSummaries": names,
        "HasAdditionalSubjectAlternativeNames": False,
        "InUse": bool(full["InUseBy"]),
        "CreatedAt": certificate.created_at,
        "ImportedAt": certificate.created_at if full["Type"] == "IMPORTED" else None,
    }
