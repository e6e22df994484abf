# SPDX-License-Identifier: MPL-2.0
"""What is changed outside Terraform is named, and put back; what belongs to RDS is left alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness import Lab, Workspace, database, until

from . import aws

CONFIG: dict[str, Any] = {
    "apply_immediately": True,
    "parameters": {"log_min_duration_statement": "500"},
    "tags": {"team": "shop"},
}


@dataclass(frozen=True)
class Meddling:
    """What somebody does, and where it is named: an attribute, or the beginning of a line of `drift`."""

    act: Callable[[Lab, dict[str, str]], None]
    attribute: str | None = None
    line: str | None = None


def _class(lab: Lab, _ids: dict[str, str]) -> None:
    aws.modify(lab, DBInstanceClass="db.t4g.large")


def _parameter(lab: Lab, ids: dict[str, str]) -> None:
    aws.set_parameter(lab, ids["db_parameter_group"], "log_min_duration_statement", "1")


def _another_parameter(lab: Lab, ids: dict[str, str]) -> None:
    aws.set_parameter(lab, ids["db_parameter_group"], "work_mem", "9999")


def _ingress(lab: Lab, ids: dict[str, str]) -> None:
    open_ = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    lab.client("ec2").authorize_security_group_ingress(GroupId=ids["db_security_group"], IpPermissions=[open_])


def _instance_tag(lab: Lab, _ids: dict[str, str]) -> None:
    lab.client("rds").remove_tags_from_resource(ResourceName=aws.instance(lab)["DBInstanceArn"], TagKeys=["team"])


def _subnet_group_tag(lab: Lab, ids: dict[str, str]) -> None:
    arn = aws.subnet_group_arn(lab, ids["db_subnet_group"])
    lab.client("rds").add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "team", "Value": "nobody"}])


def _security_group_tag(lab: Lab, ids: dict[str, str]) -> None:
    lab.client("ec2").delete_tags(Resources=[ids["db_security_group"]], Tags=[{"Key": "team"}])


def _unprotect(lab: Lab, _ids: dict[str, str]) -> None:
    aws.modify(lab, DeletionProtection=False)


def _detach(lab: Lab, _ids: dict[str, str]) -> None:
    ec2 = lab.client("ec2")
    default = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])
    aws.modify(lab, VpcSecurityGroupIds=[default["SecurityGroups"][0]["GroupId"]])


MEDDLING = [
    Meddling(_class, attribute="size"),
    Meddling(_parameter, attribute="parameters"),
    Meddling(_another_parameter, attribute="parameters"),
    Meddling(_unprotect, attribute="deletion_protection"),
    Meddling(_ingress, line="db_security_group/ingress: "),
    Meddling(_detach, line="db_instance/security_group: "),
    Meddling(_instance_tag, line="db_instance/tags: "),
    Meddling(_subnet_group_tag, line="db_subnet_group/tags: "),
    Meddling(_security_group_tag, line="db_security_group/tags: "),
]


def test_meddling_is_named_and_put_back(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(database(**CONFIG))
    workspace.apply().must()
    ids = workspace.state.database()["components"]
    births, before = lab.births(), aws.facts(lab)
    for meddling in MEDDLING:
        what = meddling.act.__name__
        meddling.act(lab, ids)
        plan = workspace.planned()
        change = plan.change()
        assert change["actions"] == ["update"], what
        if meddling.attribute:
            assert change["before"][meddling.attribute] != change["after"][meddling.attribute], what
        if meddling.line:
            assert any(line.startswith(meddling.line) for line in change["before"]["drift"]), (what, change["before"])
            assert change["after"]["drift"] == [], what
        steps = plan.new_steps()
        since = lab.now()
        workspace.apply_saved().must()
        assert sorted(c.name for c in lab.mutations(since)) == sorted(s.call for s in steps), what
        workspace.must_be_empty()
        after = aws.facts(lab)
        after["VpcSecurityGroups"] = [g for g in after["VpcSecurityGroups"] if g["VpcSecurityGroupId"] in ids.values()]
        assert _sorted_tags(after) == _sorted_tags(before), what
    assert lab.births() == births


def _sorted_tags(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {"TagList": sorted(facts["TagList"], key=lambda tag: tag["Key"])}


def test_ignore_changes_leaves_an_attribute_as_others_set_it(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.write(database(blocks="lifecycle {\n  ignore_changes = [size]\n}", apply_immediately=True))
    workspace.apply().must()
    aws.modify(workspace.lab, DBInstanceClass="db.t4g.large")
    workspace.must_be_empty()
    assert aws.instance(workspace.lab)["DBInstanceClass"] == "db.t4g.large"


def test_what_is_gone_is_made_again(one_workspace: Workspace) -> None:
    """A group that was deleted; the database itself is not touched."""
    workspace, lab = one_workspace, one_workspace.lab
    workspace.write(database(**CONFIG))
    workspace.apply().must()
    ids = workspace.state.database()["components"]
    births = lab.births()
    _detach(lab, ids)
    lab.client("ec2").delete_security_group(GroupId=ids["db_security_group"])
    plan = workspace.planned()
    assert any(line.startswith("db_security_group: missing") for line in plan.change()["before"]["drift"])
    assert plan.actions() == ["update"]
    workspace.apply_saved().must()
    workspace.must_be_empty()
    assert lab.births()["db_instance orders-db-instance"] == births["db_instance orders-db-instance"]
    assert lab.kinds()["security_group"] == 1


def test_minor_versions_are_rds_own(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.write(database(version="16"))
    workspace.apply().must()
    moved = workspace.lab.happen(aws.DATABASE, "minor-version")
    until("the minor version to move", lambda: aws.instance(workspace.lab)["EngineVersion"] == moved["to"])
    aws.settled(workspace.lab)
    workspace.must_be_empty()
    assert workspace.state.database()["version"] == "16"


def test_growth_is_rds_own(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.write(database(storage={"gb": 20, "max_gb": 100}))
    workspace.apply().must()
    workspace.lab.happen(aws.DATABASE, "grow-storage", gb=26)
    until("the storage to grow", lambda: aws.instance(workspace.lab)["AllocatedStorage"] == 26)
    aws.settled(workspace.lab)
    workspace.must_be_empty()


def test_tags_of_others_are_left_alone(one_workspace: Workspace) -> None:
    workspace, lab = one_workspace, one_workspace.lab
    workspace.write(database(tags={"team": "shop"}))
    workspace.apply().must()
    arn = aws.instance(lab)["DBInstanceArn"]
    lab.client("rds").add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "cost", "Value": "42"}])
    workspace.must_be_empty()
    workspace.write(database(tags={"team": "till"}))
    workspace.apply().must()
    assert (aws.tags(lab, arn)["cost"], aws.tags(lab, arn)["team"]) == ("42", "till")
