# SPDX-License-Identifier: MPL-2.0
"""When each member of ModifyDBInstance takes effect: the model's documentation of the member says so."""

AT_ONCE = {
    "AutoMinorVersionUpgrade", "CopyTagsToSnapshot", "DeletionProtection", "EngineLifecycleSupport",
    "MaxAllocatedStorage", "PreferredBackupWindow", "PreferredMaintenanceWindow",
}  # fmt: skip
SOON = {
    "CloudwatchLogsExportConfiguration", "DBParameterGroupName", "DBPortNumber", "DatabaseInsightsMode",
    "EnablePerformanceInsights", "ManageMasterUserPassword", "MasterUserPassword", "MasterUserSecretKmsKeyId",
    "MonitoringInterval", "MonitoringRoleArn", "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod",
    "PubliclyAccessible", "RotateMasterUserPassword", "VpcSecurityGroupIds",
}  # fmt: skip
IN_WINDOW = {
    "AllocatedStorage", "BackupRetentionPeriod", "CACertificateIdentifier", "DBInstanceClass",
    "EnableIAMDatabaseAuthentication", "EngineVersion", "Iops", "MultiAZ", "NewDBInstanceIdentifier",
    "StorageThroughput", "StorageType",
}  # fmt: skip
ABOUT_THE_CALL = {
    "AllowMajorVersionUpgrade", "ApplyImmediately", "CertificateRotationRestart", "DBInstanceIdentifier",
    "DBSubnetGroupName",
}  # fmt: skip
STORAGE = ("AllocatedStorage", "StorageType", "Iops", "StorageThroughput")
