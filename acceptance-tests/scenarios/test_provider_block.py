# SPDX-License-Identifier: MPL-2.0
"""The provider's block: what would send calls elsewhere, or nowhere, is refused before any is made; what it names wins over
the environment; a change of its default tags is made by one apply."""

import pytest

from harness import DATABASE, Workspace, database, provider


@pytest.mark.parametrize(
    ("aws", "texts"),
    [
        ('endpoints = { elbv2 = "http://127.0.0.1:9" }', ('names "elbv2"', "elasticloadbalancing")),
        ('endpoints = { rds = "127.0.0.1:9" }', ("rds that must begin with https:// or http://",)),
        ('allowed_account_ids = ["123456789012", "shop"]', ('"shop", which is no account id', "12 digits")),
        ('region = "Virginia"', ("must be the name of a region",)),
        ('default_tags = { "drop:state" = "complete deadbeef" }', ("drop keeps keys that begin with `drop:`",)),
        ('default_tags = { "AWS:x" = "y", note = "a,b" }', ("AWS keeps keys", "at most 256 letters")),
    ],
    ids=["no such service", "no address", "no account", "no region", "drop's own tag", "tags that AWS refuses"],
)
def test_what_is_misspelt_is_refused(workspace: Workspace, aws: str, texts: tuple[str, ...]) -> None:
    workspace.write(database(), block=provider(f"    {aws}"))
    workspace.plan().must_fail(*texts)
    assert workspace.lab.journal() == []


OWNER = 'resource "terraform_data" "owner" {{\n  input = "{}"\n}}\n'
COMPUTED = provider("    default_tags = { owner = terraform_data.owner.output }")


@pytest.mark.matrix
def test_default_tags_that_another_resource_computes(workspace: Workspace) -> None:
    workspace.write(OWNER.format("a"), database(), block=COMPUTED)
    workspace.apply().must()
    workspace.must_be_empty()
    for refresh in ([], ["-refresh=false"]):
        owner = f"b{len(refresh)}"
        workspace.write(OWNER.format(owner), database(), block=COMPUTED)
        workspace.apply(*refresh).must()
        workspace.must_be_empty()
        ours = (thing for thing in workspace.lab.objects() if thing.kind in DATABASE.parts)
        assert {thing.tags.get("owner") for thing in ours if "drop:resource" in thing.tags} == {owner}
    assert workspace.resource["default_tags"] == {"owner": owner}


def _files(workspace: Workspace, profile: str, **keys: str) -> None:
    lines = [f"[{profile}]", *(f"{name} = {value}" for name, value in keys.items())]
    credentials = workspace.directory / "credentials"
    credentials.write_text("\n".join(lines) + "\n")
    workspace.variables["AWS_SHARED_CREDENTIALS_FILE"] = str(credentials)


def test_a_profile_wins_over_keys_of_the_environment(workspace: Workspace) -> None:
    sts = workspace.lab.client("sts")
    theirs = sts.assume_role(RoleArn="arn:aws:iam::210987654321:role/prod", RoleSessionName="test")["Credentials"]
    _files(
        workspace, "prod",
        aws_access_key_id=theirs["AccessKeyId"],
        aws_secret_access_key=theirs["SecretAccessKey"],
        aws_session_token=theirs["SessionToken"],
    )  # fmt: skip
    workspace.write(database(), block=provider('    profile = "prod"\n    allowed_account_ids = ["123456789012"]'))
    workspace.plan().must_fail("the credentials are of account 210987654321")


@pytest.mark.parametrize("keys", [True, False], ids=["keys in the environment", "no keys"])
def test_a_profile_that_does_not_exist_is_named(workspace: Workspace, keys: bool) -> None:
    _files(workspace, "prod", aws_access_key_id="testing", aws_secret_access_key="testing")
    if not keys:
        workspace.variables |= {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_REGION": None}
    workspace.write(database(), block=provider('    profile = "nope"'))
    workspace.plan().must_fail('there is no profile "nope"', "prod")
    assert workspace.lab.journal() == []


def test_a_profile_of_the_environment_that_does_not_exist_is_named(workspace: Workspace) -> None:
    workspace.variables |= {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_PROFILE": "nope"}
    workspace.write(database())
    workspace.plan().must_fail('there is no profile "nope"', "AWS_PROFILE")
    assert workspace.lab.journal() == []


def test_an_empty_region_hides_no_other(workspace: Workspace) -> None:
    workspace.variables |= {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}
    workspace.write(database())
    assert workspace.planned().change()["after"]["region"] == "eu-west-1"


@pytest.mark.parametrize(
    ("code", "message", "says"),
    [
        ("ExpiredToken", "The security token included in the request is expired", "The session has ended"),
        ("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than", "The clock of this machine"),
        ("InvalidClientTokenId", "The security token included in the request is invalid", "does not know these"),
    ],
)
def test_credentials_that_are_not_accepted_have_their_own_words(
    workspace: Workspace, code: str, message: str, says: str
) -> None:
    fault = {"action": "error", "operation": "GetCallerIdentity", "code": code, "message": message, "status": 403}
    workspace.lab.faults(fault | {"times": -1})
    workspace.write(database())
    told = workspace.plan().must_fail(code, says).text
    assert "do not allow" not in told
