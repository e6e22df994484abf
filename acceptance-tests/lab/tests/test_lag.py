# SPDX-License-Identifier: MPL-2.0
"""Eventual consistency that is switched on: what is not seen yet, still seen, or new to the client."""

import pytest
from cloudflare import PermissionDeniedError

from .cloudflare_client import BLOCK, codes, connect, zone_id
from .conftest import refusal, shown
from .test_other_services import TRUST

LONG = 300
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}'


def later(lab):
    lab.post("/pass", {"seconds": LONG + 1})


def test_everything_is_off_after_a_reset(lab):
    before = lab.get("/lag")
    assert not any(before.values())
    lab.post("/lag", {"index": 1, "unknown": True})
    lab.post("/reset")
    assert lab.get("/lag") == before


@pytest.mark.parametrize("wrong", [{"index": -1}, {"colour": 1}, {"unknown": 1}, {"stale": True}])
def test_a_wrong_lag_is_explained(lab, wrong):
    assert next(iter(wrong)) in lab.refused("/lag", wrong)
    assert not any(lab.get("/lag").values())


def test_a_new_security_group_is_unknown_elsewhere(lab, rds, ec2, vpc, create):
    lab.faults({"action": "unseen_elsewhere_for", "seconds": LONG, "operation": "CreateSecurityGroup"})
    group = ec2.create_security_group(GroupName="new", Description="d", VpcId=vpc)["GroupId"]
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["GroupName"] == "new"
    code, text = refusal(create, VpcSecurityGroupIds=[group])
    assert (code, text) == ("InvalidParameterValue", f"Invalid security group , groupId= {group}, groupName=.")
    elb = lab.client("elbv2")
    subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]][:2]
    told = refusal(elb.create_load_balancer, Name="web", Subnets=subnets, SecurityGroups=[group])
    assert told[0] == "InvalidSecurityGroup" and "does not exist" in told[1]
    later(lab)
    create_now = {"DBInstanceIdentifier": "main", "Engine": "postgres", "DBInstanceClass": "db.t3.medium"}
    login = {"AllocatedStorage": 20, "MasterUsername": "app", "ManageMasterUserPassword": True}
    rds.create_db_instance(**create_now, **login, DBSubnetGroupName="main", VpcSecurityGroupIds=[group])


def test_new_groups_of_rds_are_unknown_to_its_instances(lab, rds, create, subnets):
    lab.post("/lag", {"unseen_elsewhere": LONG})
    rds.create_db_subnet_group(DBSubnetGroupName="late", DBSubnetGroupDescription="d", SubnetIds=subnets[:2])
    assert len(rds.describe_db_subnet_groups(DBSubnetGroupName="late")["DBSubnetGroups"]) == 1
    assert refusal(create, DBSubnetGroupName="late")[0] == "DBSubnetGroupNotFoundFault"
    later(lab)
    create(DBSubnetGroupName="late")


def test_a_new_cluster_and_its_surroundings_are_unknown_to_ecs(lab, stage, ec2, vpc):
    lab.post("/lag", {"unseen_elsewhere": LONG})
    ecs = lab.client("ecs")
    ecs.create_cluster(clusterName="fresh")
    assert ecs.describe_clusters(clusters=["fresh"])["clusters"][0]["status"] == "ACTIVE"
    told = refusal(ecs.create_service, cluster="fresh", serviceName="x", taskDefinition="t", desiredCount=1)
    assert told == ("ClusterNotFoundException", "Cluster not found.")
    later(lab)
    told = refusal(ecs.create_service, cluster="fresh", serviceName="x", taskDefinition="t", desiredCount=1)
    assert told[0] == "ClientException"


def test_a_new_role_cannot_be_assumed(lab, stage):
    lab.post("/lag", {"unseen_elsewhere": LONG})
    stage.execution_role = stage.role("fresh", ["logs:CreateLogStream", "logs:PutLogEvents"])
    stage.create(wait=False, deploymentConfiguration=None)
    lab.post("/pass", {"seconds": 2})
    assert "unable to assume the role" in stage.events()
    later(lab)
    stage.after(stage.tasks)


def tags_of(lab):
    found = lab.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    return {m["ResourceARN"].rpartition(":")[2]: {t["Key"]: t["Value"] for t in m["Tags"]} for m in found}


def test_the_tag_index_is_late_and_remembers(lab):
    lab.post("/lag", {"index": 60, "tombstones": LONG})
    logs = lab.client("logs")
    logs.create_log_group(logGroupName="one", tags={"a": "1"})
    assert tags_of(lab) == {}
    lab.post("/pass", {"seconds": 61})
    assert tags_of(lab) == {"one": {"a": "1"}}
    arn = logs.describe_log_groups()["logGroups"][0]["arn"].removesuffix(":*")
    logs.tag_resource(resourceArn=arn, tags={"a": "2"})
    assert tags_of(lab) == {"one": {"a": "1"}}
    lab.post("/pass", {"seconds": 61})
    assert tags_of(lab) == {"one": {"a": "2"}}
    logs.delete_log_group(logGroupName="one")
    assert tags_of(lab) == {"one": {"a": "2"}}
    later(lab)
    assert tags_of(lab) == {}


def test_what_is_made_again_is_told_as_new_before_it_is_told_as_gone(lab):
    lab.post("/lag", {"index": 1, "tombstones": LONG})
    logs = lab.client("logs")
    logs.create_log_group(logGroupName="one", tags={"a": "1"})
    logs.delete_log_group(logGroupName="one")
    logs.create_log_group(logGroupName="one", tags={"a": "2"})
    lab.post("/pass", {"seconds": 2})
    assert tags_of(lab) == {"one": {"a": "2"}}


def test_a_changed_instance_is_read_as_it_was(lab, rds, create):
    create()
    lab.faults({"action": "stale_for", "seconds": LONG, "operation": "ModifyDBInstance"})
    answered = rds.modify_db_instance(DBInstanceIdentifier="main", DeletionProtection=True)["DBInstance"]
    assert answered["DeletionProtection"] is True
    assert shown(rds)["DeletionProtection"] is False
    assert refusal(rds.delete_db_instance, DBInstanceIdentifier="main", SkipFinalSnapshot=True)[0] != "NotFound"
    later(lab)
    assert shown(rds)["DeletionProtection"] is True


def test_a_changed_role_is_read_as_it_was(lab):
    iam = lab.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    lab.post("/lag", {"stale": LONG})
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=POLICY)
    assert iam.list_role_policies(RoleName="r")["PolicyNames"] == []
    later(lab)
    assert iam.list_role_policies(RoleName="r")["PolicyNames"] == ["p"]


def test_a_changed_service_is_read_as_it_was(lab, stage):
    stage.create()
    lab.post("/lag", {"stale": LONG})
    answered = stage.update(desiredCount=2)
    assert answered["desiredCount"] == 2
    assert stage.service()["desiredCount"] == 1
    later(lab)
    assert stage.service()["desiredCount"] == 2


def test_an_instance_leaves_available_once_more(lab, rds, create):
    lab.post("/lag", {"detour": 40})
    create()
    assert shown(rds)["DBInstanceStatus"] == "available"
    seen = []
    for _ in range(2):
        lab.post("/pass", {"seconds": 11})
        seen.append(shown(rds)["DBInstanceStatus"])
        code, _ = refusal(rds.modify_db_instance, DBInstanceIdentifier="main", DeletionProtection=True)
        assert code == "InvalidDBInstanceState"
        lab.post("/pass", {"seconds": 41})
        assert shown(rds)["DBInstanceStatus"] == "available"
        rds.reboot_db_instance(DBInstanceIdentifier="main")
        lab.post("/pass", {"seconds": 1})
    assert seen == ["configuring-enhanced-monitoring", "backing-up"]


def test_a_stopped_instance_is_not_changed(lab, rds, create):
    create()
    lab.post("/rds/main/stop", {})
    assert shown(rds)["DBInstanceStatus"] == "stopping"
    lab.post("/pass", {"seconds": 5})
    assert shown(rds)["DBInstanceStatus"] == "stopped"
    changed = {"DBInstanceIdentifier": "main", "DeletionProtection": True}
    assert refusal(rds.modify_db_instance, **changed)[0] == "InvalidDBInstanceState"
    rds.start_db_instance(DBInstanceIdentifier="main")
    lab.post("/pass", {"seconds": 5})
    rds.modify_db_instance(**changed)
    assert refusal(rds.start_db_instance, DBInstanceIdentifier="main")[0] == "InvalidDBInstanceState"


def test_a_stopped_instance_can_be_deleted(lab, rds, create):
    create()
    rds.stop_db_instance(DBInstanceIdentifier="main")
    lab.post("/pass", {"seconds": 5})
    rds.delete_db_instance(DBInstanceIdentifier="main", SkipFinalSnapshot=True)


def test_answers_of_a_newer_service_are_understood(lab, rds, ec2, stage, create):
    lab.post("/lag", {"unknown": True})
    create()
    assert ec2.describe_vpcs()["Vpcs"]
    assert lab.client("iam").list_roles()["Roles"]
    made = stage.ecs.describe_task_definition(taskDefinition=stage.define())
    assert made["taskDefinition"]["compatibilities"][-1] == "LAB_UNKNOWN"


def test_a_list_of_records_is_late(lab):
    api = connect(lab)
    zone = zone_id(api, "skafu.dev")
    lab.post("/lag", {"lists": LONG})
    made = api.dns.records.create(zone_id=zone, type="A", name="x", content="192.0.2.1", ttl=1)
    assert api.dns.records.get(made.id, zone_id=zone) == made
    assert [r.name for r in api.dns.records.list(zone_id=zone, name={"exact": "x.skafu.dev"})] == []
    later(lab)
    assert len(api.dns.records.list(zone_id=zone, name={"exact": "x.skafu.dev"}).result) == 1


def test_a_token_that_lacks_a_permission(lab):
    api = connect(lab)
    zone = zone_id(api, "skafu.dev")
    lab.post("/cloudflare/token", {"lacks": ["DNS Write", "Zone WAF Read", "Zone WAF Write", "Zone Settings Write"]})
    record = {"zone_id": zone, "type": "A", "name": "x", "content": "192.0.2.1", "ttl": 1}

    def denied(call, *args, **given):
        with pytest.raises(PermissionDeniedError) as error:
            call(*args, **given)
        assert codes(error) == [10000]
        return error.value.body["errors"][0]["message"]

    assert denied(api.dns.records.create, **record) == "Authentication error"
    assert list(api.dns.records.list(zone_id=zone, per_page=1))
    assert api.zones.settings.get("ssl", zone_id=zone).value == "full"
    assert denied(api.zones.settings.edit, "ssl", zone_id=zone, value="strict") == "Authentication error"
    phases = api.rulesets.phases
    assert denied(phases.get, "http_request_firewall_custom", zone_id=zone) == "request is not authorized"
    denied(phases.update, "http_request_firewall_custom", zone_id=zone, rules=[BLOCK])
    assert phases.get("http_request_cache_settings", zone_id=zone).rules
    assert "no permission is named" in lab.refused("/cloudflare/token", {"lacks": ["Everything"]})
    lab.post("/cloudflare/token", {"lacks": []})
    api.dns.records.create(**record)


def test_a_role_keeps_a_policy_for_a_while_that_was_taken_away(lab):
    iam = lab.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=POLICY)
    lab.post("/lag", {"stale": LONG})
    iam.delete_role_policy(RoleName="r", PolicyName="p")
    assert refusal(iam.delete_role, RoleName="r")[0] == "DeleteConflict"
    later(lab)
    iam.delete_role(RoleName="r")
