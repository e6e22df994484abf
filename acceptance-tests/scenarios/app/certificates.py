# SPDX-License-Identifier: MPL-2.0
"""Certificates that somebody else brings."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness import Lab


@cache
def _made(name: str, days: int) -> dict[str, bytes]:
    """One that vouches for itself, and ends in so many days."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"Certificate": certificate.public_bytes(serialization.Encoding.PEM), "PrivateKey": private}


def brought(lab: Lab, name: str = "shop.example", days: int = 90, region: str = "us-east-1", **more: Any) -> str:
    """Imported into ACM; its ARN."""
    return lab.client("acm", region).import_certificate(**_made(name, days), **more)["CertificateArn"]


def days_left(lab: Lab, arn: str) -> int:
    ends = lab.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]["NotAfter"]
    return (ends - datetime.now(UTC)).days
