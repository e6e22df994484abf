# SPDX-License-Identifier: MPL-2.0
"""ModifyDBInstance: at once, soon, in the window."""

import pytest

from .conftest import refusal, shown

COMBINATION = "InvalidParameterCombination"


@pytest.fixture
def change(lab, rds):
    """Modifies `main`, lets the time pass, answers the instance."""

    def apply(**given):
        rds.modify_db_instance(DBInstanceIdentifier="main", **given)
        lab.post("/pass", {"seconds": 3})
        return shown(rds)

    return apply


def test_a_class_change_waits_for_the_window(lab, rds, create):
    create()
    given = {"DBInstanceIdentifier": "main", "DBInstanceClass": "db.m6g.large"}
    answer = rds.modify_db_instance(**given)["DBInstance"]
    assert answer["DBInstanceClass"] == "db.t3.medium"
    assert answer["DBInstanceStatus"] == "available"
    assert answer["PendingModifiedValues"] == {"DBInstanceClass": "db.m6g.large"}
    lab.post("/pass", {"seconds": 3600})
    assert shown(rds)["DBInstanceClass"] == "db.t3.medium"
    lab.post("/rds/main/maintenance-window")
    lab.post("/pass", {"seconds": 3})
    done = shown(rds)
    assert (done["DBInstanceClass"], done["PendingModifiedValues"]) == ("db.m6g.large", {})


def test_a_pending_change_is_taken_back(rds, create, change):
    create()
    change(DBInstanceClass="db.m6g.large")
    assert change(DBInstanceClass="db.t3.medium")["PendingModifiedValues"] == {}


def test_applied_immediately_it_passes_through_modifying(lab, rds, create):
    create()
    lab.post("/timing", {"scale": 1000})
    given = {"DBInstanceClass": "db.m6g.large", "MultiAZ": True, "ApplyImmediately": True}
    answer = rds.modify_db_instance(DBInstanceIdentifier="main", **given)["DBInstance"]
    assert answer["DBInstanceStatus"] == "available", "the status turns a moment later"
    assert answer["PendingModifiedValues"] == {"DBInstanceClass": "db.m6g.large", "MultiAZ": True}
    lab.post("/pass", {"seconds": 101})
    assert shown(rds)["DBInstanceStatus"] == "modifying"
    assert shown(rds)["DBInstanceClass"] == "db.t3.medium"
    lab.post("/pass", {"seconds": 501})
    done = shown(rds)
    assert (done["DBInstanceStatus"], done["DBInstanceClass"], done["MultiAZ"]) == ("available", "db.m6g.large", True)
    assert done["PendingModifiedValues"] == {}
    assert done["SecondaryAvailabilityZone"]


def test_applying_immediately_takes_along_what_was_pending(create, change):
    create()
    change(DBInstanceClass="db.m6g.large")
    assert change(BackupRetentionPeriod=0, ApplyImmediately=True)["DBInstanceClass"] == "db.m6g.large"


def test_applying_immediately_alone_applies_what_waits(rds, create, change):
    create()
    apply = {"DBInstanceIdentifier": "main", "ApplyImmediately": True}
    assert refusal(rds.modify_db_instance, **apply) == (COMBINATION, "No modifications were requested")
    change(DBInstanceClass="db.m6g.large")
    assert change(ApplyImmediately=True)["DBInstanceClass"] == "db.m6g.large"


def test_two_changes_in_a_row_both_arrive(rds, create, change):
    create()
    rds.modify_db_instance(DBInstanceIdentifier="main", DBInstanceClass="db.m6g.large", ApplyImmediately=True)
    done = change(MultiAZ=True, ApplyImmediately=True)
    assert (done["DBInstanceClass"], done["MultiAZ"]) == ("db.m6g.large", True)


def test_settings_change_at_once(rds, create):
    create()
    given = {
        "DeletionProtection": True,
        "CopyTagsToSnapshot": True,
        "AutoMinorVersionUpgrade": False,
        "MaxAllocatedStorage": 100,
        "PreferredBackupWindow": "05:00-05:30",
        "PreferredMaintenanceWindow": "tue:06:00-tue:07:00",
    }
    answer = rds.modify_db_instance(DBInstanceIdentifier="main", **given)["DBInstance"]
    assert {member: answer[member] for member in given} == given
    assert answer["DBInstanceStatus"] == "available"


def test_a_window_is_checked_against_the_one_that_stays(rds, create):
    create(PreferredBackupWindow="02:00-02:30", PreferredMaintenanceWindow="sun:03:00-sun:04:00")
    window = {"PreferredBackupWindow": "03:30-04:00"}
    code, text = refusal(rds.modify_db_instance, DBInstanceIdentifier="main", **window)
    assert (code, text) == ("InvalidParameterValue", "The backup window and maintenance window must not overlap.")


def test_retention_between_two_numbers_needs_no_window(create, change):
    create(BackupRetentionPeriod=7)
    assert change(BackupRetentionPeriod=14)["BackupRetentionPeriod"] == 14


def test_switching_backups_off_and_on(rds, create, change):
    create(BackupRetentionPeriod=7)
    waiting = change(BackupRetentionPeriod=0)
    assert waiting["BackupRetentionPeriod"] == 7
    assert waiting["PendingModifiedValues"] == {"BackupRetentionPeriod": 0}
    assert change(BackupRetentionPeriod=0, ApplyImmediately=True)["BackupRetentionPeriod"] == 0
    assert rds.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"] == []
    assert change(BackupRetentionPeriod=5, ApplyImmediately=True)["BackupRetentionPeriod"] == 5
    assert len(rds.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]) == 1


def test_storage_grows_by_a_tenth_at_least_and_never_shrinks(lab, rds, create, change):
    create(AllocatedStorage=100)
    code, text = refusal(rds.modify_db_instance, DBInstanceIdentifier="main", AllocatedStorage=50)
    assert code == COMBINATION
    assert "only grow" in text
    assert change(AllocatedStorage=105, ApplyImmediately=True)["AllocatedStorage"] == 110
    again = {"AllocatedStorage": 200, "ApplyImmediately": True}
    code, text = refusal(rds.modify_db_instance, DBInstanceIdentifier="main", **again)
    assert code == COMBINATION
    assert "previous storage change is being optimized" in text
    lab.post("/pass", {"seconds": 60})
    assert change(**again)["AllocatedStorage"] == 200


def test_storage_optimization_follows_growth(lab, rds, create):
    create()
    lab.post("/timing", {"scale": 1000})
    rds.modify_db_instance(DBInstanceIdentifier="main", AllocatedStorage=40, ApplyImmediately=True)
    lab.post("/pass", {"seconds": 601})
    found = shown(rds)
    assert (found["DBInstanceStatus"], found["AllocatedStorage"]) == ("storage-optimization", 40)
    lab.post("/pass", {"seconds": 500})
    assert shown(rds)["DBInstanceStatus"] == "available"


def test_provisioned_storage_wants_size_and_iops_together(rds, create, change):
    create(AllocatedStorage=400)
    code, text = refusal(rds.modify_db_instance, DBInstanceIdentifier="main", AllocatedStorage=500)
    assert code == COMBINATION
    assert "both the storage size and iops" in text
    done = change(AllocatedStorage=500, Iops=12000, ApplyImmediately=True)
    assert (done["AllocatedStorage"], done["Iops"], done["StorageThroughput"]) == (500, 12000, 500)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"EngineVersion": "16.6"}, "Cannot upgrade postgres from 16.8 to 16.6"),
        ({"EngineVersion": "17"}, "AllowMajorVersionUpgrade"),
        ({"EngineVersion": "16.99"}, "Cannot find version 16.99 for postgres"),
        ({"DBParameterGroupName": "default.postgres17"}, "postgres16"),
        ({"MasterUserPassword": "longenough"}, "ManageMasterUserPassword"),
        ({"ManageMasterUserPassword": False}, "MasterUserPassword is required"),
        ({"RotateMasterUserPassword": True}, "apply the change immediately"),
        ({"MaxAllocatedStorage": 21}, "at least 10 percent"),
    ],
)
def test_refused_changes(rds, create, given, text):
    before = create(EngineVersion="16.8")
    code, got = refusal(rds.modify_db_instance, DBInstanceIdentifier="main", **given)
    assert code == COMBINATION
    assert text in got
    after = shown(rds)
    assert {k: v for k, v in after.items() if k != "LatestRestorableTime"} == {
        k: v for k, v in before.items() if k != "LatestRestorableTime"
    }


def test_a_minor_upgrade_and_a_major_prefix(create, change):
    create(EngineVersion="16.6")
    done = change(EngineVersion="16", ApplyImmediately=True)
    assert done["EngineVersion"] == "16.10"
    assert change(EngineVersion="16.11", ApplyImmediately=True)["EngineVersion"] == "16.11"
    same = change(EngineVersion="16", ApplyImmediately=True)
    assert same["EngineVersion"] == "16.11", "a prefix never takes a minor back"


def test_a_major_upgrade_with_a_custom_group_needs_a_new_one(rds, create, change):
    rds.create_db_parameter_group(DBParameterGroupName="p16", DBParameterGroupFamily="postgres16", Description="d")
    create(DBParameterGroupName="p16")
    given = {"EngineVersion": "17", "AllowMajorVersionUpgrade": True, "ApplyImmediately": True}
    code, text = refusal(rds.modify_db_instance, DBInstanceIdentifier="main", **given)
    assert code == COMBINATION
    assert "current DB instance parameter group p16 is custom" in text
    done = change(**given, DBParameterGroupName="default.postgres17")
    assert done["EngineVersion"] == "17.6"
    assert done["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres17"


def test_renaming(rds, create, change, lab):
    create()
    rds.modify_db_instance(DBInstanceIdentifier="main", NewDBInstanceIdentifier="Other", ApplyImmediately=True)
    lab.post("/pass", {"seconds": 3})
    assert shown(rds, "other")["Endpoint"]["Address"].startswith("other.")
    assert refusal(rds.describe_db_instances, DBInstanceIdentifier="main")[0] == "DBInstanceNotFound"


def test_security_groups_move_with_the_interface(lab, rds, ec2, vpc, create):
    first, second = (
        ec2.create_security_group(GroupName=n, Description="d", VpcId=vpc)["GroupId"] for n in ("one", "two")
    )
    create(VpcSecurityGroupIds=[first])
    assert refusal(ec2.delete_security_group, GroupId=first)[0] == "DependencyViolation"
    answer = rds.modify_db_instance(DBInstanceIdentifier="main", VpcSecurityGroupIds=[second])["DBInstance"]
    assert answer["VpcSecurityGroups"] == [{"VpcSecurityGroupId": second, "Status": "adding"}]
    lab.post("/pass", {"seconds": 3})
    assert shown(rds)["VpcSecurityGroups"] == [{"VpcSecurityGroupId": second, "Status": "active"}]
    ec2.delete_security_group(GroupId=first)
    assert refusal(ec2.delete_security_group, GroupId=second)[0] == "DependencyViolation"


def test_password_management_can_be_switched(lab, rds, create, change):
    create()
    done = change(ManageMasterUserPassword=False, MasterUserPassword="longenough")
    assert "MasterUserSecret" not in done
    assert lab.objects("secret") == []
    back = change(ManageMasterUserPassword=True)
    assert back["MasterUserSecret"]["SecretStatus"] == "active"


def test_what_the_cloud_does_by_itself(lab, rds, create):
    made = create(AllocatedStorage=100, MaxAllocatedStorage=200, MultiAZ=True, EngineVersion="16.6")
    for event in ("minor-version", "grow-storage", "failover"):
        lab.post(f"/rds/main/{event}")
        lab.post("/pass", {"seconds": 3})
    now = shown(rds)
    assert (now["EngineVersion"], now["AllocatedStorage"]) == ("16.11", 110)
    assert now["AvailabilityZone"] == made["SecondaryAvailabilityZone"]
    lab.post("/rds/main/offer-maintenance", {"action": "system-update"})
    (offer,) = rds.describe_pending_maintenance_actions()["PendingMaintenanceActions"]
    assert offer["ResourceIdentifier"] == made["DBInstanceArn"]
    assert offer["PendingMaintenanceActionDetails"][0]["Action"] == "system-update"
    lab.post("/rds/main/set", {"DeletionProtection": True})
    assert shown(rds)["DeletionProtection"] is True
    assert "may grow to 200" in lab.refused("/rds/main/grow-storage", {"gb": 500})


def test_reboot_with_failover_needs_a_second_zone(rds, create):
    create()
    code, _ = refusal(rds.reboot_db_instance, DBInstanceIdentifier="main", ForceFailover=True)
    assert code == COMBINATION
