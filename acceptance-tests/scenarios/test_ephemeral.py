# SPDX-License-Identifier: MPL-2.0
"""Logins and secrets for the time of a run: they reach those who need them, and nothing else ever holds them."""

import base64
import hashlib
import json
from typing import Any

import pytest

from harness import EDGE, Lab, Workspace, database, edge, provider, raw, render

from . import leaks, toys
from .database import rds

ACCOUNT, REGION = "123456789012", "us-east-1"
KEPT = 'a<b>&c "quoted" \\ and æøå'
# Something that is no secret and goes the way of one: the search must find it everywhere.
MARKER = "marker-4711"
NO_SECRET = f"In {REGION} of account {ACCOUNT} there is no such secret"
FAR = f"arn:aws:secretsmanager:eu-north-1:{ACCOUNT}:secret:x"


def _ephemeral(type: str, label: str = "it", holds: str = "", **given: Any) -> str:
    """An ephemeral resource; `holds` is a condition on `self`, held by the CLI whenever it is opened."""
    lines = "".join(f"  {name} = {render(value)}\n" for name, value in given.items())
    text = f'postcondition {{\n      condition     = {holds}\n      error_message = "not as expected"\n    }}'
    held = f"  lifecycle {{\n    {text}\n  }}\n" if holds else ""
    return f'ephemeral "{type}" "{label}" {{\n{lines}{held}}}\n'


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _keep(lab: Lab, value: str | bytes, name: str = "shop/token") -> str:
    """Makes a secret, and answers its ARN."""
    kind = "SecretString" if isinstance(value, str) else "SecretBinary"
    return lab.client("secretsmanager").create_secret(Name=name, **{kind: value})["ARN"]


def _password(lab: Lab) -> str:
    """That of the database, as RDS keeps it."""
    arn = rds.instance(lab)["MasterUserSecret"]["SecretArn"]
    kept = lab.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return json.loads(kept)["password"]


@pytest.mark.matrix
def test_a_secret_reaches_a_write_only_argument_and_nothing_else(workspace: Workspace) -> None:
    lab = workspace.lab
    toys.install(workspace)
    leaks.trace(workspace)
    _keep(lab, json.dumps({"token": KEPT, "port": 5432}))
    parts = [
        database(deletion_protection=False),
        _ephemeral("drop_database_login", "main", database=raw("drop_database.main.ref")),
        _ephemeral("drop_registry_login", holds='self.username == "AWS"'),
        _ephemeral("drop_secret", holds=f'sha256(self.value) == "{_hash(KEPT)}"', name="shop/token", key="token"),
        toys.thing("password", "ephemeral.drop_database_login.main.password"),
        toys.thing("address", "ephemeral.drop_database_login.main.url"),
        toys.thing("registry", "ephemeral.drop_registry_login.it.password"),
        toys.thing(MARKER, "ephemeral.drop_secret.it.value"),
    ]
    toys.write(workspace, *parts)
    # The database is not there yet: its login waits for the apply.
    planned = workspace.save()
    applied = workspace.apply_saved().must()
    password = _password(lab)
    host, port = rds.instance(lab)["Endpoint"]["Address"], rds.instance(lab)["Endpoint"]["Port"]
    (once, *_) = registry = lab.logins()
    lengths = {len(password), len(once), len(KEPT.encode())}
    assert lengths < set(toys.told(workspace)), toys.told(workspace)

    # Now that the database is there, it is logged in to while planning too: also by IAM.
    rds.modify(lab, EnableIAMDatabaseAuthentication=True)
    held = f'sha256(self.password) == "{_hash(password)}" && self.host == "{host}" && self.port == {port}'
    parts += [
        _ephemeral("drop_database_login", "name", f"{held} && self.expires_at == null", name="orders"),
        _ephemeral("drop_database_login", "iam", "startswith(self.password, self.host)", name="orders", method="iam"),
        toys.thing("iam", "ephemeral.drop_database_login.iam.password"),
    ]
    toys.write(workspace, *parts)
    again = [workspace.save(), workspace.apply_saved().must()]
    workspace.must_be_empty()

    outcomes = [planned, applied, *again]
    secrets = {password, *registry, *lab.logins(), KEPT, "X-Amz-Signature", "X-Amz-Credential", "Action=connect"}
    for secret in secrets:
        assert leaks.places(secret, workspace, *outcomes) == [], f"{secret[:8]}…"
    # The same search finds what is no secret: in the state, in the plan file, in the log and in what was said.
    found = leaks.places(MARKER, workspace, *outcomes)
    assert {"terraform.tfstate", "saved.plan/tfplan", leaks.LOG, "plan said it", "apply said it"} <= set(found)
    assert "drop_database_login" in (workspace.directory / leaks.LOG).read_text()


@pytest.mark.parametrize("dress", sorted(leaks.dresses(KEPT)))
def test_the_search_sees_through_every_dress(dress: bytes) -> None:
    assert leaks.told(KEPT, b'{"x":"' + dress + b'"}')
    assert not leaks.told(KEPT, b'{"x":"' + dress[:-2] + b'"}')


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"AWS:"])
def test_the_search_looks_into_base64(before: bytes) -> None:
    assert leaks.told(KEPT, base64.b64encode(before + KEPT.encode() + b":5432"))


@pytest.mark.matrix
def test_a_secret_configures_a_provider(workspace: Workspace) -> None:
    """The Cloudflare token comes out of Secrets Manager, and from nowhere else."""
    lab = workspace.lab
    leaks.trace(workspace)
    token = lab.cloudflare_token
    workspace.variables["CLOUDFLARE_API_TOKEN"] = None
    _keep(lab, token)
    workspace.address = EDGE.address
    block = "cloudflare {\n    api_token = ephemeral.drop_secret.it.value\n  }"
    login = f'provider "drop" {{\n  alias = "cloudflare"\n  {block}\n}}\n'
    workspace.write(login, _ephemeral("drop_secret", name="shop/token"), edge(blocks="provider = drop.cloudflare"))
    planned = workspace.save()
    applied = workspace.apply_saved().must()
    empty = workspace.must_be_empty()
    assert leaks.places(token, workspace, planned, applied, empty) == []
    assert {"terraform.tfstate", "saved.plan/tfplan", leaks.LOG} <= set(leaks.places("drop_edge", workspace))
    workspace.destroy().must()


def test_a_version_and_a_region_of_a_secret(workspace: Workspace) -> None:
    far = workspace.lab.client("secretsmanager", "eu-north-1")
    arn = far.create_secret(Name="shop/key", SecretString="first")["ARN"]
    first = far.get_secret_value(SecretId=arn)["VersionId"]
    far.put_secret_value(SecretId=arn, SecretString="second")

    def holds(value: str, rest: str = "true") -> str:
        return f'sha256(self.value) == "{_hash(value)}" && self.arn == "{arn}" && {rest}'

    workspace.write(
        _ephemeral("drop_secret", "current", holds("second", 'self.region == "eu-north-1"'), name=arn),
        _ephemeral("drop_secret", "previous", holds("first"), name=arn, version_stage="AWSPREVIOUS"),
        _ephemeral("drop_secret", "first", holds("first"), name="shop/key", region="eu-north-1", version_id=first),
    )
    workspace.apply().must()


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"name": "none"}, ('Secret "none" was not found', "GetSecretValue", "ResourceNotFoundException", NO_SECRET)),
        ({"name": "shop/token", "version_stage": "NEXT"}, ("was not found", "no version with that staging label")),
        ({"name": "shop/token", "key": "none"}, ('has no key "none"', "2 keys, and this is none of them")),
        ({"name": "shop/text", "key": "token"}, ('has no key "token"', "The secret is not JSON.")),
        ({"name": "shop/bytes"}, ("holds bytes, not text",)),
        ({"name": ""}, ("must not be empty",)),
        ({"name": FAR, "region": REGION}, ("another region", "eu-north-1")),
    ],
    ids=["no secret", "no version", "no key", "no JSON", "bytes", "no name", "two regions"],
)
def test_a_secret_that_cannot_be_had(workspace: Workspace, given: dict[str, str], texts: tuple[str, ...]) -> None:
    lab = workspace.lab
    _keep(lab, json.dumps({"token": "hunter2", "port": 5432}))
    _keep(lab, "hunter2", "shop/text")
    _keep(lab, b"hunter2", "shop/bytes")
    workspace.write(_ephemeral("drop_secret", **given))
    refused = workspace.plan().must_fail(*texts)
    assert "hunter2" not in refused.text


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"name": "sales"}, ('Database "sales" was not found', f"{REGION} of account {ACCOUNT}")),
        ({"name": "bare"}, ('RDS does not manage the password of database "bare"', "drop_secret")),
        ({"name": "bare", "method": "iam"}, ("does not take logins by IAM", "--enable-iam-database-authentication")),
        ({}, ("No database is given",)),
        ({"name": "bare", "username": "shop"}, ("The secret has its own user",)),
        ({"name": "bare", "method": "kerberos"}, ("secret", "iam")),
    ],
    ids=["no database", "own password", "no IAM", "nothing", "another user", "no method"],
)
def test_a_login_that_cannot_be_had(workspace: Workspace, given: dict[str, str], texts: tuple[str, ...]) -> None:
    """Of an instance whose password its owner keeps."""
    workspace.lab.client("rds").create_db_instance(
        DBInstanceIdentifier="bare", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="postgres", MasterUserPassword="hunter2hunter2",
    )  # fmt: skip
    rds.settled(workspace.lab, "bare")
    workspace.write(_ephemeral("drop_database_login", **given))
    refused = workspace.plan().must_fail(*texts)
    assert "hunter2" not in refused.text


def test_what_a_cloud_refuses_is_told(workspace: Workspace) -> None:
    denied = {"action": "error", "code": "AccessDeniedException", "message": "You may not.", "status": 400, "times": -1}
    workspace.lab.faults(denied | {"operation": "GetAuthorizationToken"})
    workspace.write(_ephemeral("drop_registry_login"))
    texts = ("A login to the registries could not be read", "ecr:GetAuthorizationToken", "AccessDeniedException")
    workspace.plan().must_fail(*texts, "You may not.")


def test_an_unknown_configuration_of_the_provider_is_told(workspace: Workspace) -> None:
    unknown = 'resource "terraform_data" "region" {\n  input = "us-east-1"\n}\n'
    block = provider("region = terraform_data.region.output")
    workspace.write(unknown, _ephemeral("drop_secret", name="shop/token"), block=block)
    workspace.plan().must_fail("The provider's configuration is not known yet")
