# SPDX-License-Identifier: MPL-2.0
"""Imported certificates."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .conftest import refusal
from .fargate import certificate

TAGS = [{"Key": "a", "Value": "b"}]


@pytest.fixture
def acm(lab):
    return lab.client("acm")


def test_import_and_import_again(lab, acm):
    arn = acm.import_certificate(**certificate(), Tags=TAGS)["CertificateArn"]
    (before,) = lab.objects()
    assert (before["kind"], before["id"], before["tags"]) == ("certificate", arn, {"a": "b"})
    first = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (first["Type"], first["Status"], first["DomainName"]) == ("IMPORTED", "ISSUED", "app.internal.test")
    assert acm.import_certificate(**certificate(), CertificateArn=arn)["CertificateArn"] == arn
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Serial"] != first["Serial"]
    assert acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == TAGS
    assert lab.objects() == [before]
    again = certificate() | {"CertificateArn": arn}
    assert refusal(acm.import_certificate, **again, Tags=TAGS)[0] == "ValidationException"
    other_key = certificate(key=rsa.generate_private_key(65537, 3072)) | {"CertificateArn": arn}
    assert refusal(acm.import_certificate, **other_key)[0] == "ValidationException"
    gone = certificate() | {"CertificateArn": arn[:-1] + "x"}
    assert refusal(acm.import_certificate, **gone)[0] == "ResourceNotFoundException"
    wrong = certificate() | {"PrivateKey": b"no key"}
    assert refusal(acm.import_certificate, **wrong)[0] == "ValidationException"


def test_the_chain_is_what_was_imported(acm):
    given = certificate()
    alone = acm.import_certificate(**given)["CertificateArn"]
    found = acm.get_certificate(CertificateArn=alone)
    assert found["Certificate"].encode() == given["Certificate"]
    assert "CertificateChain" not in found
    chained = acm.import_certificate(**given, CertificateChain=given["Certificate"])["CertificateArn"]
    assert acm.get_certificate(CertificateArn=chained)["CertificateChain"].encode() == given["Certificate"].strip()


def test_keys_are_not_journaled(lab, acm):
    acm.import_certificate(**certificate())
    (entry,) = lab.journal("ImportCertificate")
    assert entry["params"]["PrivateKey"] == "(removed)"


def test_lists_show_rsa_2048_unless_asked(acm):
    plain = acm.import_certificate(**certificate())["CertificateArn"]
    curve = acm.import_certificate(**certificate(key=ec.generate_private_key(ec.SECP256R1())))["CertificateArn"]
    assert [c["CertificateArn"] for c in acm.list_certificates()["CertificateSummaryList"]] == [plain]
    found = acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1", "RSA_2048"]})["CertificateSummaryList"]
    assert {c["CertificateArn"] for c in found} == {plain, curve}


def test_a_certificate_in_use(lab, acm, stage):
    lab.post("/timing", {"certificate_linger": 600})
    arn = stage.certificate
    shown = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert shown["InUseBy"] == [stage.balancer["LoadBalancerArn"]]
    code, text = refusal(acm.delete_certificate, CertificateArn=arn)
    assert (code, text) == ("ResourceInUseException", f"Certificate {arn} in account 123456789012 is in use.")
    stage.elb.delete_listener(ListenerArn=stage.listener)
    assert refusal(acm.delete_certificate, CertificateArn=arn)[0] == "ResourceInUseException"
    lab.post("/pass", {"seconds": 600})
    acm.delete_certificate(CertificateArn=arn)
    assert refusal(acm.describe_certificate, CertificateArn=arn)[0] == "ResourceNotFoundException"


def test_what_a_listener_takes(lab, acm, stage):
    given = {
        "LoadBalancerArn": stage.balancer["LoadBalancerArn"],
        "Port": 8443,
        "Protocol": "HTTPS",
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": stage.target_group["TargetGroupArn"]}],
    }
    assert refusal(stage.elb.create_listener, **given)[0] == "ValidationError"
    missing = [{"CertificateArn": stage.certificate[:-1] + "x"}]
    assert refusal(stage.elb.create_listener, **given, Certificates=missing)[0] == "CertificateNotFound"
    bare = acm.import_certificate(**certificate("localhost"))["CertificateArn"]
    code, text = refusal(stage.elb.create_listener, **given, Certificates=[{"CertificateArn": bare}])
    assert code == "UnsupportedCertificate"
    assert "must have a fully-qualified domain name" in text
    other = acm.import_certificate(**certificate())["CertificateArn"]
    stage.elb.modify_listener(ListenerArn=stage.listener, Certificates=[{"CertificateArn": other}])
    assert acm.describe_certificate(CertificateArn=other)["Certificate"]["InUseBy"]
    lab.post("/pass", {"seconds": 30})
    assert acm.describe_certificate(CertificateArn=stage.certificate)["Certificate"]["InUseBy"] == []
