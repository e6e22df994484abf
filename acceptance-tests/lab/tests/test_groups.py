# SPDX-License-Identifier: MPL-2.0
"""Subnet groups, parameter groups, tags, and what can be ordered."""

import pytest

from .conftest import refusal, shown

TAGS = [{"Key": "drop:resource", "Value": "drop_database/-/main"}, {"Key": "drop:state", "Value": "incomplete -"}]


def test_a_subnet_group_is_made_once(rds, subnets):
    given = {"DBSubnetGroupName": "Main", "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
    made = rds.create_db_subnet_group(**given, Tags=TAGS)["DBSubnetGroup"]
    assert made["DBSubnetGroupName"] == "main"
    assert made["SubnetGroupStatus"] == "Complete"
    assert [s["SubnetIdentifier"] for s in made["Subnets"]] == sorted(subnets[:2])
    code, text = refusal(rds.create_db_subnet_group, **given)
    assert (code, text) == ("DBSubnetGroupAlreadyExists", "The DB subnet group 'main' already exists.")
    arn = made["DBSubnetGroupArn"]
    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == TAGS


def test_a_modified_subnet_group_stays(rds, subnets, subnet_group):
    rds.modify_db_subnet_group(DBSubnetGroupName="main", SubnetIds=subnets[1:4], DBSubnetGroupDescription="new")
    (found,) = rds.describe_db_subnet_groups(DBSubnetGroupName="MAIN")["DBSubnetGroups"]
    assert [s["SubnetIdentifier"] for s in found["Subnets"]] == sorted(subnets[1:4])
    assert found["DBSubnetGroupDescription"] == "new"


@pytest.mark.parametrize(
    ("name", "take", "code"),
    [
        ("one", lambda s: s[:1], "DBSubnetGroupDoesNotCoverEnoughAZs"),
        ("two", lambda s: [*s[:1], "subnet-0123456789abcdef0"], "InvalidSubnet"),
        ("default", lambda s: s[:2], "InvalidParameterValue"),
        ("1st", lambda s: s[:2], "InvalidParameterValue"),
        ("a/b", lambda s: s[:2], "InvalidParameterValue"),
        ("x" * 256, lambda s: s[:2], "InvalidParameterValue"),
    ],
)
def test_refused_subnet_groups(rds, subnets, name, take, code):
    given = {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "d", "SubnetIds": take(subnets)}
    assert refusal(rds.create_db_subnet_group, **given)[0] == code


def test_a_subnet_group_in_use(lab, rds, subnets, create):
    create()
    code, text = refusal(rds.delete_db_subnet_group, DBSubnetGroupName="main")
    assert code == "InvalidDBSubnetGroupStateFault"
    assert "at least one database instance: main is still using it" in text
    rest = subnets[3:6]
    assert refusal(rds.modify_db_subnet_group, DBSubnetGroupName="main", SubnetIds=rest)[0] == "SubnetAlreadyInUse"
    rds.delete_db_instance(DBInstanceIdentifier="main", SkipFinalSnapshot=True)
    lab.post("/pass", {"seconds": 3})
    rds.delete_db_subnet_group(DBSubnetGroupName="main")
    missing = refusal(rds.describe_db_subnet_groups, DBSubnetGroupName="main")
    assert missing[0] == "DBSubnetGroupNotFoundFault"
    assert lab.objects() == []


def parameter(name, value, method="immediate"):
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


@pytest.fixture
def group(rds):
    given = {"DBParameterGroupFamily": "postgres16", "Description": "d"}
    rds.create_db_parameter_group(DBParameterGroupName="main", **given)

    def modify(*parameters):
        return rds.modify_db_parameter_group(DBParameterGroupName="main", Parameters=list(parameters))

    return modify


def user_values(rds, name="main"):
    found = rds.describe_db_parameters(DBParameterGroupName=name, Source="user")["Parameters"]
    return {p["ParameterName"]: (p["ParameterValue"], p["ApplyMethod"]) for p in found}


def test_parameters_are_set_and_reset(rds, group):
    group(parameter("work_mem", "8192"), parameter("max_connections", "200", "pending-reboot"))
    group(parameter("shared_buffers", "{DBInstanceClassMemory/16384}", "pending-reboot"))
    assert user_values(rds) == {
        "work_mem": ("8192", "immediate"),
        "max_connections": ("200", "pending-reboot"),
        "shared_buffers": ("{DBInstanceClassMemory/16384}", "pending-reboot"),
    }
    one = [{"ParameterName": "work_mem", "ApplyMethod": "immediate"}]
    rds.reset_db_parameter_group(DBParameterGroupName="main", Parameters=one)
    assert set(user_values(rds)) == {"max_connections", "shared_buffers"}
    rds.reset_db_parameter_group(DBParameterGroupName="main", ResetAllParameters=True)
    assert user_values(rds) == {}


def test_parameters_tell_their_type_and_come_in_pages(rds, group):
    first = rds.describe_db_parameters(DBParameterGroupName="main")
    assert len(first["Parameters"]) == 100
    rest = rds.describe_db_parameters(DBParameterGroupName="main", Marker=first["Marker"])["Parameters"]
    by_name = {p["ParameterName"]: p for p in [*first["Parameters"], *rest]}
    assert len(by_name) == 100 + len(rest)
    for name, apply, kind in [
        ("max_connections", "static", "integer"),
        ("rds.logical_replication", "static", "boolean"),
        ("rds.force_ssl", "dynamic", "boolean"),
        ("log_min_duration_statement", "dynamic", "integer"),
        ("autovacuum_vacuum_scale_factor", "dynamic", "float"),
    ]:
        assert (by_name[name]["ApplyType"], by_name[name]["DataType"]) == (apply, kind)
    assert by_name["rds.force_ssl"]["AllowedValues"] == "0,1"
    assert by_name["ssl"]["IsModifiable"] is False


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        (parameter("no_such", "1"), "InvalidParameterValue", "Could not find parameter with name: no_such"),
        (parameter("work_mem", "many"), "InvalidParameterValue", "Invalid parameter value: many for: work_mem"),
        (parameter("work_mem", "1"), "InvalidParameterValue", "allowed values are: 64-2147483647"),
        (parameter("rds.force_ssl", "2"), "InvalidParameterValue", "allowed values are: 0,1"),
        (parameter("log_statement", "some"), "InvalidParameterValue", "none,ddl,mod,all"),
        (parameter("max_connections", "200"), "InvalidParameterCombination", "static parameter"),
        (parameter("ssl", "1"), "InvalidParameterValue", "cannot be modified"),
    ],
)
def test_refused_parameters_change_nothing(rds, group, given, code, text):
    with pytest.raises(rds.exceptions.ClientError) as error:
        group(parameter("lock_timeout", "5"), given)
    got = error.value.response["Error"]
    assert got["Code"] == code
    assert text in got["Message"]
    assert user_values(rds) == {}


def test_twenty_parameters_a_call(rds, group):
    names = [p["ParameterName"] for p in rds.describe_db_parameters(DBParameterGroupName="main")["Parameters"]]
    many = [parameter(name, "1", "pending-reboot") for name in names[:21]]
    with pytest.raises(rds.exceptions.ClientError, match="maximum of 20"):
        group(*many)


def test_refused_parameter_groups(rds, group):
    make = rds.create_db_parameter_group
    again = {"DBParameterGroupFamily": "postgres16", "Description": "d"}
    assert refusal(make, DBParameterGroupName="Main", **again)[0] == "DBParameterGroupAlreadyExists"
    assert refusal(make, DBParameterGroupName="a--b", **again)[0] == "InvalidParameterValue"
    other = {"DBParameterGroupFamily": "postgres99", "Description": "d"}
    assert refusal(make, DBParameterGroupName="other", **other)[0] == "InvalidParameterValue"
    default = refusal(rds.delete_db_parameter_group, DBParameterGroupName="default.postgres16")
    assert default[0] == "InvalidDBParameterGroupState"
    missing = refusal(rds.describe_db_parameter_groups, DBParameterGroupName="other")
    assert missing[0] == "DBParameterGroupNotFound"


def status_of(rds):
    return shown(rds)["DBParameterGroups"][0]["ParameterApplyStatus"]


def test_apply_status(lab, rds, group, create):
    create(DBParameterGroupName="main")
    assert status_of(rds) == "in-sync"
    lab.post("/timing", {"scale": 1000})
    group(parameter("work_mem", "8192"))
    assert status_of(rds) == "applying"
    lab.post("/pass", {"seconds": 201})
    assert status_of(rds) == "in-sync"
    group(parameter("max_connections", "100", "pending-reboot"))
    assert status_of(rds) == "pending-reboot"
    group(parameter("max_connections", "100", "pending-reboot"))
    lab.post("/timing", {"scale": 1})
    rds.reboot_db_instance(DBInstanceIdentifier="main")
    lab.post("/pass", {"seconds": 3})
    assert status_of(rds) == "in-sync"
    in_use = refusal(rds.delete_db_parameter_group, DBParameterGroupName="main")
    assert in_use[0] == "InvalidDBParameterGroupState"


def test_a_new_group_on_a_live_instance_waits_for_a_reboot(lab, rds, group, create):
    create()
    answer = rds.modify_db_instance(DBInstanceIdentifier="main", DBParameterGroupName="main")["DBInstance"]
    assert answer["DBParameterGroups"] == [{"DBParameterGroupName": "main", "ParameterApplyStatus": "applying"}]
    lab.post("/pass", {"seconds": 3})
    assert status_of(rds) == "pending-reboot"


def test_tags_of_every_kind(lab, rds, group, create):
    create()
    rds.create_db_snapshot(DBSnapshotIdentifier="snap", DBInstanceIdentifier="main")
    base = "arn:aws:rds:us-east-1:123456789012"
    arns = [f"{base}:{kind}" for kind in ("db:main", "subgrp:main", "pg:main", "snapshot:snap")]
    for arn in arns:
        rds.add_tags_to_resource(ResourceName=arn, Tags=[*TAGS, {"Key": "gone", "Value": ""}])
        rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["gone", "never"])
        assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == TAGS
    assert shown(rds)["TagList"] == TAGS
    tagging = lab.client("resourcegroupstaggingapi")
    found = tagging.get_resources(TagFilters=[{"Key": "drop:resource"}])["ResourceTagMappingList"]
    assert [f["ResourceARN"] for f in found] == sorted(arns)
    only = tagging.get_resources(ResourceTypeFilters=["rds:subgrp"])["ResourceTagMappingList"]
    assert [f["ResourceARN"] for f in only] == [f"{base}:subgrp:main"]
    assert refusal(rds.list_tags_for_resource, ResourceName=f"{base}:db:x")[0] == "DBInstanceNotFound"
    assert refusal(rds.list_tags_for_resource, ResourceName="main")[0] == "InvalidParameterValue"


def test_tag_pages_and_security_groups(lab, rds, ec2, vpc, subnets):
    for i in range(5):
        given = {"DBSubnetGroupName": f"g{i}", "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
        rds.create_db_subnet_group(**given, Tags=[{"Key": "k", "Value": str(i)}])
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "k", "Value": "sg"}]}]
    ec2.create_security_group(GroupName="x", Description="d", VpcId=vpc, TagSpecifications=tags)
    pages = lab.client("resourcegroupstaggingapi").get_paginator("get_resources")
    found = [
        m["ResourceARN"]
        for page in pages.paginate(TagFilters=[{"Key": "k"}], ResourcesPerPage=2)
        for m in page["ResourceTagMappingList"]
    ]
    assert len(found) == len(set(found)) == 6


def test_versions_and_options(rds):
    versions = rds.describe_db_engine_versions(Engine="postgres")["DBEngineVersions"]
    assert {v["EngineVersion"].partition(".")[0] for v in versions} == {"13", "14", "15", "16", "17"}
    (default,) = rds.describe_db_engine_versions(Engine="postgres", EngineVersion="16", DefaultOnly=True)[
        "DBEngineVersions"
    ]
    assert (default["EngineVersion"], default["DBParameterGroupFamily"]) == ("16.10", "postgres16")
    assert "16.11" in [t["EngineVersion"] for t in default["ValidUpgradeTarget"]]
    asked = {"Engine": "postgres", "EngineVersion": "16.10", "DBInstanceClass": "db.t4g.micro"}
    options = rds.describe_orderable_db_instance_options(**asked)["OrderableDBInstanceOptions"]
    assert {o["StorageType"] for o in options} == {"gp2", "gp3", "io1", "io2", "standard"}
    none = rds.describe_orderable_db_instance_options(Engine="postgres", DBInstanceClass="db.x.y")
    assert none["OrderableDBInstanceOptions"] == []
    pages = rds.get_paginator("describe_orderable_db_instance_options")
    every = [
        (o["DBInstanceClass"], o["EngineVersion"], o["StorageType"])
        for page in pages.paginate(Engine="postgres")
        for o in page["OrderableDBInstanceOptions"]
    ]
    assert len(every) == len(set(every)) > 1000


def test_instances_come_in_pages(lab, rds, create):
    for i in range(25):
        create(wait=False, DBInstanceIdentifier=f"db-{i:02}")
    first = rds.describe_db_instances(MaxRecords=20)
    assert len(first["DBInstances"]) == 20
    rest = rds.describe_db_instances(MaxRecords=20, Marker=first["Marker"])
    assert [i["DBInstanceIdentifier"] for i in rest["DBInstances"]] == [f"db-{i}" for i in range(20, 25)]
    assert "Marker" not in rest
    assert refusal(rds.describe_db_instances, MaxRecords=10)[0] == "InvalidParameterValue"
    filtered = rds.describe_db_instances(Filters=[{"Name": "db-instance-id", "Values": ["db-03", "db-07"]}])
    assert [i["DBInstanceIdentifier"] for i in filtered["DBInstances"]] == ["db-03", "db-07"]
