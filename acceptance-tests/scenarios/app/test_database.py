# SPDX-License-Identifier: MPL-2.0
"""A service that is given a database reaches that one, with that secret, and no state holds a password."""

import json
from typing import Any

import pytest

from harness import CallId, Lab, Workspace, app_service, database, raw

from . import fargate

BASE = database(deletion_protection=False)
GIVEN = app_service(database=raw("drop_database.main.ref"))


def _secrets(lab: Lab) -> dict[str, str]:
    container = fargate.definition(lab)["containerDefinitions"][0]
    return {secret["name"]: secret["valueFrom"] for secret in container.get("secrets", [])}


def _path(workspace: Workspace, lab: Lab) -> set[tuple[str, ...]]:
    group = workspace.state.one("drop_database.main")["components"]["db_security_group"]
    return {rule for rule in fargate.facts(lab)["rules"] if rule[0] == group}


def _granted(lab: Lab) -> list[Any]:
    """What the roles may read of secrets."""
    statements = [s for policy in fargate.facts(lab)["policies"].values() for s in policy["Statement"]]
    reading = [s["Resource"] for s in statements if "secretsmanager" in json.dumps(s["Action"])]
    return [secret for resource in reading for secret in ([resource] if isinstance(resource, str) else resource)]


def test_path_grant_and_variables(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(BASE, GIVEN)
    workspace.apply().must()
    main, web = workspace.state.one("drop_database.main"), workspace.resource
    tasks, group = web["components"]["task_security_group"], main["components"]["db_security_group"]
    assert _path(workspace, lab) == {(group, "5432-5432", tasks)}
    (secret,) = [thing.id for thing in lab.objects() if thing.kind == "secret"]
    arn = lab.client("secretsmanager").describe_secret(SecretId=secret)["ARN"]
    assert _granted(lab) == [arn]
    assert _secrets(lab) == {
        "DATABASE_USERNAME": f"{arn}:username::", "DATABASE_PASSWORD": f"{arn}:password::",
    }  # fmt: skip
    assert fargate.environment(lab) == {
        "DATABASE_HOST": main["endpoint"],
        "DATABASE_NAME": main["database_name"],
        "DATABASE_PORT": str(main["port"]),
    }
    value = json.loads(lab.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    assert value["password"] not in (workspace.directory / "terraform.tfstate").read_text()
    workspace.must_be_empty()


def test_it_can_be_given_and_taken_away(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(BASE, app_service())
    workspace.apply().must()
    for config, paths in ((GIVEN, 1), (app_service(), 0)):
        workspace.write(BASE, config)
        workspace.apply().must()
        assert (len(_path(workspace, lab)), len(_granted(lab)), len(_secrets(lab))) == (paths, paths, 2 * paths)
        assert fargate.image(lab, workspace.resource["hostname"])
        workspace.must_be_empty()


def test_a_rolled_back_change_of_database_leaves_the_former_one_open(workspace: Workspace) -> None:
    lab = workspace.lab
    other = database(label="other", name="other", deletion_protection=False)

    def given(label: str, tag: str) -> str:
        return app_service(database=raw(f"drop_database.{label}.ref"), image={"uri": f"registry.example/shop:{tag}"})

    workspace.write(BASE, other, given("main", "ok"))
    workspace.apply().must()
    (before,), (secret,) = _path(workspace, lab), _granted(lab)

    workspace.write(BASE, other, given("other", "crash"))
    workspace.apply().must_fail("rolled back")
    # What serves is the former revision, and it still reaches its own database.
    assert before in _path(workspace, lab)
    assert secret in _granted(lab)
    assert set(_secrets(lab).values()) == {f"{secret}:username::", f"{secret}:password::"}

    workspace.write(BASE, other, given("other", "ok"))
    workspace.apply().must()
    assert _path(workspace, lab) == set()
    assert len(_granted(lab)) == 1 and secret not in _granted(lab)
    workspace.must_be_empty()


@pytest.mark.parametrize("how", ["destroyed_first", "created_first", "asked_for"])
def test_one_that_is_replaced_is_followed_by_the_same_apply(workspace: Workspace, how: str) -> None:
    lab = workspace.lab
    blocks = "lifecycle {\n  create_before_destroy = true\n}" if how == "created_first" else ""
    workspace.write(database(deletion_protection=False, blocks=blocks), GIVEN)
    workspace.apply().must()
    (before,), (secret,) = _path(workspace, lab), _granted(lab)
    if how == "asked_for":
        workspace.apply("-replace=drop_database.main").must()
    else:
        workspace.write(database(name="sales", deletion_protection=False, blocks=blocks), GIVEN)
        workspace.apply().must()
    (path,), (granted,) = _path(workspace, lab), _granted(lab)
    assert path[0] != before[0] and path[1:] == before[1:]
    assert granted != secret
    assert fargate.environment(lab)["DATABASE_HOST"] == workspace.state.one("drop_database.main")["endpoint"]
    workspace.must_be_empty()


def test_what_an_interrupted_change_left_open_is_told_and_closed(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(BASE, app_service())
    workspace.apply().must()
    workspace.write(BASE, GIVEN)
    lab.faults(CallId("iam", "PutRolePolicy", 1).rule("kill_after"))
    workspace.apply().must_fail()
    lab.clear_faults()
    assert len(_granted(lab)) == 1

    workspace.write(BASE, app_service())
    plan = workspace.planned()
    assert any(line.startswith("leftover database_grant — ") for line in plan.change()["before"]["drift"])
    workspace.apply_saved().must()
    assert (_path(workspace, lab), _granted(lab)) == (set(), [])
    workspace.must_be_empty()


def test_both_are_destroyed_together(workspace: Workspace) -> None:
    workspace.write(BASE, GIVEN)
    workspace.apply().must()
    workspace.destroy().must()
    assert workspace.lab.objects() == []


def test_the_path_is_opened_again(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(BASE, GIVEN)
    workspace.apply().must()
    (path,) = _path(workspace, lab)
    (rule,) = [
        rule["SecurityGroupRuleId"]
        for rule in lab.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
        if rule["GroupId"] == path[0] and not rule["IsEgress"]
    ]
    lab.client("ec2").revoke_security_group_ingress(GroupId=path[0], SecurityGroupRuleIds=[rule])
    plan = workspace.planned()
    assert any(line.startswith("missing database_path — ") for line in plan.change()["before"]["drift"])
    workspace.apply_saved().must()
    assert _path(workspace, lab) == {path}
    workspace.must_be_empty()


def test_an_import_finds_the_database_again(workspace: Workspace) -> None:
    lab = workspace.lab
    given = app_service(database=raw("drop_database.main.ref"), env={"COLOUR": "red"})
    workspace.write(BASE, given)
    workspace.apply().must()
    before, since = workspace.resource, lab.now()
    workspace.state_rm().must()
    workspace.import_("web").must()
    assert workspace.resource["database"] == before["database"]
    assert workspace.resource["env"] == {"COLOUR": "red"}
    workspace.must_be_empty()
    assert lab.mutations(since) == []
