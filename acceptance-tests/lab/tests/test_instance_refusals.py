# SPDX-License-Identifier: MPL-2.0
"""What CreateDBInstance refuses, with which code."""

import pytest

from .conftest import refusal

GOOD = {
    "DBInstanceIdentifier": "main",
    "Engine": "postgres",
    "EngineVersion": "16",
    "DBInstanceClass": "db.t3.medium",
    "AllocatedStorage": 20,
    "MasterUsername": "app",
    "ManageMasterUserPassword": True,
    "DBSubnetGroupName": "main",
}
VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"DBInstanceIdentifier": "1main"}, VALUE, "DBInstanceIdentifier"),
        ({"DBInstanceIdentifier": "ma--in"}, VALUE, "DBInstanceIdentifier"),
        ({"DBInstanceIdentifier": "main-"}, VALUE, "DBInstanceIdentifier"),
        ({"DBInstanceIdentifier": "m" * 64}, VALUE, "at most 63"),
        ({"Engine": "postgresql"}, VALUE, "Invalid DB engine"),
        ({"Engine": "mysql"}, "NotImplemented", "engine mysql"),
        ({"EngineVersion": "99"}, COMBINATION, "Cannot find version 99 for postgres"),
        ({"EngineVersion": "16.7"}, COMBINATION, "Cannot find version 16.7 for postgres"),
        ({"DBInstanceClass": "db.t9.micro"}, VALUE, "Invalid DB Instance class: db.t9.micro"),
        ({"DBInstanceClass": "db.t2.micro"}, COMBINATION, "DBInstanceClass=db.t2.micro"),
        ({"AllocatedStorage": 19}, VALUE, "Invalid storage size for engine name postgres and storage type gp3: 19"),
        ({"AllocatedStorage": 70000}, VALUE, "Invalid storage size"),
        ({"StorageType": "gp4"}, VALUE, "Invalid storage type"),
        ({"StorageType": "io1", "AllocatedStorage": 100}, COMBINATION, "IOPS"),
        ({"Iops": 4000, "StorageType": "gp3"}, COMBINATION, "less than 400"),
        ({"StorageThroughput": 500, "StorageType": "gp2"}, COMBINATION, "gp3"),
        ({"MaxAllocatedStorage": 20}, COMBINATION, "greater than storage size"),
        ({"AllocatedStorage": 100, "MaxAllocatedStorage": 105}, COMBINATION, "at least 10 percent"),
        ({"MasterUsername": "admin"}, VALUE, "MasterUsername admin cannot be used as it is a reserved word"),
        ({"MasterUsername": "1app"}, VALUE, "MasterUsername"),
        ({"MasterUsername": "a" * 64}, VALUE, "MasterUsername"),
        ({"MasterUsername": None}, VALUE, "MasterUsername must be provided"),
        ({"DBName": "my-app"}, VALUE, "DBName must begin with a letter"),
        ({"DBName": "template1"}, VALUE, "reserved"),
        ({"ManageMasterUserPassword": False}, VALUE, "MasterUserPassword must be provided"),
        ({"ManageMasterUserPassword": False, "MasterUserPassword": "short"}, VALUE, "shorter than 8"),
        ({"ManageMasterUserPassword": False, "MasterUserPassword": "with/slash"}, VALUE, "printable ASCII"),
        ({"MasterUserPassword": "longenough"}, COMBINATION, "ManageMasterUserPassword"),
        ({"BackupRetentionPeriod": 36}, VALUE, "retention"),
        ({"PreferredBackupWindow": "04:00-0430"}, VALUE, "backup window format"),
        ({"PreferredBackupWindow": "04:00-04:10"}, VALUE, "at least 30 minutes"),
        ({"PreferredMaintenanceWindow": "sunday:03:00-sunday:04:00"}, VALUE, "maintenance window format"),
        ({"PreferredMaintenanceWindow": "sun:03:00-mon:04:00"}, VALUE, "less than 24 hours"),
        (
            {"PreferredBackupWindow": "03:00-03:30", "PreferredMaintenanceWindow": "sun:03:15-sun:04:00"},
            VALUE,
            "The backup window and maintenance window must not overlap.",
        ),
        (
            {"PreferredBackupWindow": "23:45-00:30", "PreferredMaintenanceWindow": "mon:00:00-mon:01:00"},
            VALUE,
            "must not overlap",
        ),
        ({"Port": 80}, VALUE, "Invalid port"),
        ({"MonitoringInterval": 7}, VALUE, "monitoring interval"),
        ({"MonitoringInterval": 60}, COMBINATION, "A MonitoringRoleARN value is required"),
        ({"PerformanceInsightsRetentionPeriod": 7}, COMBINATION, "Performance Insights"),
        ({"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 94}, VALUE, "94"),
        ({"EnableCloudwatchLogsExports": ["slow"]}, COMBINATION, "log types"),
        ({"CACertificateIdentifier": "rds-ca-1999"}, "CertificateNotFound", "rds-ca-1999"),
        ({"DBSubnetGroupName": "other"}, "DBSubnetGroupNotFoundFault", "other"),
        ({"DBParameterGroupName": "other"}, "DBParameterGroupNotFound", "other"),
        ({"DBParameterGroupName": "default.postgres15"}, COMBINATION, "postgres16"),
        ({"VpcSecurityGroupIds": ["sg-0123456789abcdef0"]}, VALUE, "Invalid security group"),
        ({"MultiAZ": True, "AvailabilityZone": "us-east-1a"}, COMBINATION, "Multi-AZ"),
        ({"AvailabilityZone": "us-east-1f"}, VALUE, "us-east-1f"),
        ({"KmsKeyId": "alias/x"}, COMBINATION, "StorageEncrypted"),
        ({"Tags": [{"Key": "aws:x", "Value": "y"}]}, VALUE, "aws:"),
        ({"Tags": [{"Key": "a", "Value": "b!"}]}, VALUE, "letters, digits"),
        ({"CharacterSetName": "UTF8"}, "NotImplemented", "CharacterSetName"),
    ],
)
def test_refused(lab, rds, subnet_group, change, code, text):
    given = {k: v for k, v in (GOOD | change).items() if v is not None}
    got = refusal(rds.create_db_instance, **given)
    assert got[0] == code
    assert text in got[1]
    assert lab.objects("db_instance") == [], "a refused create leaves nothing"
    assert lab.objects("secret") == []


def test_a_taken_name(rds, create):
    create()
    assert refusal(rds.create_db_instance, **GOOD | {"DBInstanceIdentifier": "MAIN"}) == (
        "DBInstanceAlreadyExists",
        "DB instance already exists",
    )


def test_a_security_group_of_another_vpc(rds, ec2, subnet_group):
    other = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="x", Description="d", VpcId=other)["GroupId"]
    code, text = refusal(rds.create_db_instance, **GOOD, VpcSecurityGroupIds=[group])
    assert code == COMBINATION
    assert "different VPCs" in text


def test_quotas(lab, rds, create):
    create()
    lab.post("/quotas", {"DBInstances": 1})
    assert refusal(rds.create_db_instance, **GOOD | {"DBInstanceIdentifier": "two"})[0] == "InstanceQuotaExceeded"
    quotas = {q["AccountQuotaName"]: q for q in rds.describe_account_attributes()["AccountQuotas"]}
    assert (quotas["DBInstances"]["Used"], quotas["DBInstances"]["Max"]) == (1, 1)
    assert quotas["DBSubnetGroups"]["Max"] == 50


def test_without_a_subnet_group_the_default_vpc_is_used(lab, rds):
    given = {k: v for k, v in GOOD.items() if k != "DBSubnetGroupName"}
    made = rds.create_db_instance(**given)["DBInstance"]
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "default"
    assert made["PubliclyAccessible"] is True
    assert lab.objects("db_subnet_group") == [], "RDS makes `default` by itself"
