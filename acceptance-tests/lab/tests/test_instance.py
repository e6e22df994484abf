# SPDX-License-Identifier: MPL-2.0
"""A DB instance from its creation to its end."""

import json

import pytest

from .conftest import refusal, shown

LONG = {"scale": 1000}


def test_creation_takes_its_time(lab, rds, create):
    lab.post("/timing", LONG)
    made = create(wait=False, DBInstanceIdentifier="Main", BackupRetentionPeriod=7)
    assert made["DBInstanceIdentifier"] == "main"
    assert made["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in made
    assert made["MasterUserSecret"]["SecretStatus"] == "creating"
    lab.post("/pass", {"seconds": 900})
    assert shown(rds)["MasterUserSecret"]["SecretStatus"] == "active"
    assert shown(rds)["DBInstanceStatus"] == "creating"
    lab.post("/pass", {"seconds": 600})
    assert shown(rds)["DBInstanceStatus"] == "backing-up"
    assert "Endpoint" not in shown(rds)
    lab.post("/pass", {"seconds": 300})
    done = shown(rds)
    assert done["DBInstanceStatus"] == "available"
    assert done["Endpoint"]["Port"] == 5432
    assert done["Endpoint"]["Address"].startswith("main.")
    assert done["PendingModifiedValues"] == {}
    snapshots = rds.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    assert [s["DBInstanceIdentifier"] for s in snapshots] == ["main"]


def test_without_backups_there_is_no_backing_up(lab, rds, create):
    lab.post("/timing", LONG)
    create(wait=False, BackupRetentionPeriod=0)
    lab.post("/pass", {"seconds": 1501})
    assert shown(rds)["DBInstanceStatus"] == "available"
    assert rds.describe_db_snapshots()["DBSnapshots"] == []


def test_defaults(create):
    made = create(EngineVersion=None)
    expected = {
        "EngineVersion": "17.6",
        "AllocatedStorage": 20,
        "StorageType": "gp3",
        "Iops": 3000,
        "StorageThroughput": 125,
        "BackupRetentionPeriod": 1,
        "AutoMinorVersionUpgrade": True,
        "PubliclyAccessible": False,
        "MultiAZ": False,
        "DeletionProtection": False,
        "CopyTagsToSnapshot": False,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "LicenseModel": "postgresql-license",
    }
    assert {member: made[member] for member in expected} == expected
    groups = [{"DBParameterGroupName": "default.postgres17", "ParameterApplyStatus": "in-sync"}]
    assert made["DBParameterGroups"] == groups
    assert made["DBInstanceArn"] == "arn:aws:rds:us-east-1:123456789012:db:main"
    assert made["DbiResourceId"].startswith("db-")


def test_what_is_given_is_echoed(create, ec2, vpc):
    group = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)["GroupId"]
    given = {
        "EngineVersion": "16.6",
        "DBName": "app",
        "AllocatedStorage": 100,
        "MaxAllocatedStorage": 500,
        "MultiAZ": True,
        "StorageEncrypted": True,
        "CopyTagsToSnapshot": True,
        "AutoMinorVersionUpgrade": False,
        "BackupRetentionPeriod": 30,
        "PreferredBackupWindow": "02:00-02:30",
        "PreferredMaintenanceWindow": "sun:03:00-sun:04:00",
        "MonitoringInterval": 60,
        "MonitoringRoleArn": "arn:aws:iam::123456789012:role/monitoring",
        "PerformanceInsightsRetentionPeriod": 93,
        "CACertificateIdentifier": "rds-ca-ecc384-g1",
        "DeletionProtection": True,
    }
    more = {"VpcSecurityGroupIds": [group], "EnablePerformanceInsights": True, "Port": 5555}
    tags = [{"Key": "drop:resource", "Value": "drop_database/-/main"}]
    made = create(**given, **more, Tags=tags, EnableCloudwatchLogsExports=["postgresql"])
    assert {member: made[member] for member in given} == given
    assert made["VpcSecurityGroups"] == [{"VpcSecurityGroupId": group, "Status": "active"}]
    assert made["PerformanceInsightsEnabled"] is True
    assert made["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert made["Endpoint"]["Port"] == 5555
    assert made["TagList"] == tags
    assert made["SecondaryAvailabilityZone"] != made["AvailabilityZone"]
    assert made["KmsKeyId"].startswith("arn:aws:kms:us-east-1:")


def test_the_managed_secret_is_real_and_goes_with_the_instance(lab, rds, create):
    arn = create()["MasterUserSecret"]["SecretArn"]
    secrets = lab.client("secretsmanager")
    login = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    assert login["username"] == "app"
    assert len(login["password"]) >= 8
    assert secrets.describe_secret(SecretId=arn)["Name"].startswith("rds!db-")
    rds.delete_db_instance(DBInstanceIdentifier="main", SkipFinalSnapshot=True)
    lab.post("/pass", {"seconds": 5})
    assert refusal(secrets.describe_secret, SecretId=arn)[0] == "ResourceNotFoundException"


def test_deleting_takes_its_time_and_leaves_nothing(lab, rds, ec2, create):
    create()
    lab.post("/timing", LONG)
    answer = rds.delete_db_instance(DBInstanceIdentifier="MAIN", SkipFinalSnapshot=True)
    assert answer["DBInstance"]["DBInstanceStatus"] == "deleting"
    assert refusal(rds.delete_db_instance, DBInstanceIdentifier="main", SkipFinalSnapshot=True) == (
        "InvalidDBInstanceState",
        "Instance main is already being deleted.",
    )
    code, _ = refusal(
        rds.create_db_instance,
        DBInstanceIdentifier="main",
        Engine="postgres",
        DBInstanceClass="db.t3.micro",
    )
    assert code == "DBInstanceAlreadyExists"
    lab.post("/pass", {"seconds": 701})
    assert refusal(rds.describe_db_instances, DBInstanceIdentifier="main")[0] == "DBInstanceNotFound"
    assert [o["kind"] for o in lab.objects() if o["kind"] != "db_subnet_group"] == ["network_interface"]
    lab.post("/pass", {"seconds": 401})
    assert [o["kind"] for o in lab.objects()] == ["db_subnet_group"]


def test_deletion_protection(rds, create):
    create(DeletionProtection=True)
    assert refusal(rds.delete_db_instance, DBInstanceIdentifier="main", SkipFinalSnapshot=True) == (
        "InvalidParameterCombination",
        "Cannot delete protected DB Instance, please disable deletion protection and try again.",
    )
    rds.modify_db_instance(DBInstanceIdentifier="main", DeletionProtection=False)
    rds.delete_db_instance(DBInstanceIdentifier="main", SkipFinalSnapshot=True)


def test_final_snapshot_rules(lab, rds, create):
    create(CopyTagsToSnapshot=True, Tags=[{"Key": "a", "Value": "b"}])
    rds.create_db_snapshot(DBSnapshotIdentifier="taken", DBInstanceIdentifier="main")
    delete = rds.delete_db_instance
    assert refusal(delete, DBInstanceIdentifier="main")[0] == "InvalidParameterCombination"
    both = {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "x"}
    assert refusal(delete, DBInstanceIdentifier="main", **both)[0] == "InvalidParameterCombination"
    code, _ = refusal(delete, DBInstanceIdentifier="main", FinalDBSnapshotIdentifier="taken")
    assert code == "DBSnapshotAlreadyExists"
    delete(DBInstanceIdentifier="main", FinalDBSnapshotIdentifier="Final")
    lab.post("/pass", {"seconds": 5})
    (final,) = rds.describe_db_snapshots(DBSnapshotIdentifier="final")["DBSnapshots"]
    assert (final["Status"], final["SnapshotType"], final["AllocatedStorage"]) == ("available", "manual", 20)
    assert final["TagList"] == [{"Key": "a", "Value": "b"}]
    left = {o["id"] for o in lab.objects("db_snapshot")}
    assert left == {"final", "taken"}, "automated snapshots go with the instance"


@pytest.mark.parametrize("status", ["creating", "modifying", "rebooting"])
def test_only_an_available_instance_takes_orders(lab, rds, create, status):
    if status == "creating":
        lab.post("/timing", LONG)
        create(wait=False)
    else:
        create()
        lab.post("/timing", LONG)
        if status == "modifying":
            rds.modify_db_instance(DBInstanceIdentifier="main", DBInstanceClass="db.t3.large", ApplyImmediately=True)
            lab.post("/pass", {"seconds": 101})
        else:
            rds.reboot_db_instance(DBInstanceIdentifier="main")
    assert shown(rds)["DBInstanceStatus"] == status
    for call, more in [
        (rds.modify_db_instance, {"BackupRetentionPeriod": 3}),
        (rds.delete_db_instance, {"SkipFinalSnapshot": True}),
        (rds.reboot_db_instance, {}),
        (rds.create_db_snapshot, {"DBSnapshotIdentifier": "s"}),
    ]:
        assert refusal(call, DBInstanceIdentifier="main", **more)[0] == "InvalidDBInstanceState"


def test_snapshots(lab, rds, create):
    create()
    lab.post("/timing", LONG)
    made = rds.create_db_snapshot(DBSnapshotIdentifier="one", DBInstanceIdentifier="main")["DBSnapshot"]
    assert (made["Status"], made["SnapshotType"]) == ("creating", "manual")
    assert refusal(rds.delete_db_snapshot, DBSnapshotIdentifier="one")[0] == "InvalidDBSnapshotState"
    again = refusal(rds.create_db_snapshot, DBSnapshotIdentifier="One", DBInstanceIdentifier="main")
    assert again[0] == "DBSnapshotAlreadyExists"
    lab.post("/pass", {"seconds": 401})
    (done,) = rds.describe_db_snapshots(DBSnapshotIdentifier="one")["DBSnapshots"]
    assert (done["Status"], done["PercentProgress"]) == ("available", 100)
    rds.delete_db_snapshot(DBSnapshotIdentifier="one")
    assert refusal(rds.describe_db_snapshots, DBSnapshotIdentifier="one")[0] == "DBSnapshotNotFound"
    automated = rds.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"][0]["DBSnapshotIdentifier"]
    assert refusal(rds.delete_db_snapshot, DBSnapshotIdentifier=automated)[0] == "InvalidDBSnapshotState"


def test_events_tell_the_story(lab, rds, create):
    create()
    rds.reboot_db_instance(DBInstanceIdentifier="main")
    lab.post("/pass", {"seconds": 2})
    events = rds.describe_events(SourceType="db-instance", SourceIdentifier="main")["Events"]
    assert [e["Message"] for e in events] == ["DB instance created", "DB instance restarted"]
    assert refusal(rds.describe_events, SourceIdentifier="main")[0] == "InvalidParameterCombination"
    lab.post("/pass", {"seconds": 4000})
    assert rds.describe_events()["Events"] == []
    assert len(rds.describe_events(Duration=120)["Events"]) >= 2
