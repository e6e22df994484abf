//! Every attribute of `drop_database`.

use serde_json::{Value as Json, json};

use crate::table::{Row, row};

const MODIFY: &[&str] = &["rds:ModifyDBInstance"];
const PARAMETERS: &[&str] = &["rds:ModifyDBParameterGroup"];
const SNAPSHOT: &[&str] = &["rds:CreateDBSnapshot", "rds:AddTagsToResource"];

const RDS_TAGS: (&str, &str) = ("rds:AddTagsToResource", "rds:RemoveTagsFromResource");
const EC2_TAGS: (&str, &str) = ("ec2:CreateTags", "ec2:DeleteTags");

pub fn rows() -> Vec<Row> {
    vec![
        row("name", "orders", "sales")
            .replaces()
            .bad("", &["must begin with a letter"])
            .bad("Orders", &["lower-case"])
            .bad("2orders", &["must begin with a letter"])
            .bad("or--ders", &["single hyphens"])
            .bad("orders-", &[])
            .bad("o".repeat(51), &["50 at most"]),
        row("region", "us-east-1", "eu-north-1").replaces().bad("Nowhere", &["must be the name of a region"]),
        row("engine", "postgres", Json::Null).bad("mysql", &["postgres"]),
        // The running version satisfies a shorter prefix.
        row("version", "17", "17.7")
            .by(MODIFY)
            .back_by(&[])
            .shows("instance.AutoMinorVersionUpgrade", [true, false, true])
            .follows(&["instance.EngineVersion", "instance.AutoMinorVersionUpgrade"])
            .denies("16", "major version cannot be changed")
            .denies("18", "major version cannot be changed")
            .bad("16.x", &["must be a major version"]),
        row("instance_class", "db.t4g.small", "db.t4g.medium")
            .by(MODIFY)
            .shown("instance.DBInstanceClass", "db.t4g.micro")
            .bad("t4g.micro", &["db."]),
        row("multi_az", false, true)
            .by(MODIFY)
            .back_by(&[])
            .shown("instance.MultiAZ", false)
            .follows(&["instance.SecondaryAvailabilityZone"]),
        row("parameters", json!({"log_min_duration_statement": "500"}), json!({"log_min_duration_statement": "900"}))
            .by(PARAMETERS)
            .removed_by(&["rds:ResetDBParameterGroup"])
            .shows("parameters.log_min_duration_statement", [json!("500"), json!("900"), Json::Null])
            .takes_all(),
        row("deletion_protection", false, true).by(MODIFY).removed_by(&[]).shown("instance.DeletionProtection", true),
        row("skip_final_snapshot", true, false),
        row("snapshot_trigger", "v1", "v2")
            .by(SNAPSHOT)
            .removed_by(&[])
            .shows("instance.TagList.drop:snapshot_trigger", ["v1", "v2", "v2"])
            .follows(&["tags.db_instance.1.drop:snapshot_trigger"])
            .bad("before it", &["letters, digits and _ ."])
            .bad("--", &["a letter or digit among them"]),
        row("apply_immediately", true, false),
        row("database_name", "postgres", "shop")
            .replaces()
            .bad("my-base", &["letters, digits and underscores"])
            .bad("db", &["keeps for itself"]),
        row("username", "postgres", "shop")
            .replaces()
            .bad("rdsadmin", &["keeps for itself"])
            .bad("Admin", &["keeps for itself"])
            .bad("PG_x", &["keeps for itself"])
            .bad("select", &["keeps for itself"])
            .bad("1boss", &[]),
        row("tags", json!({"team": "shop", "tier": "one"}), json!({"team": "till"}))
            .by_tagging(&[RDS_TAGS, EC2_TAGS, RDS_TAGS, RDS_TAGS])
            .shows("instance.TagList.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.db_subnet_group.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.security_group.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.db_parameter_group.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("instance.TagList.tier", [json!("one"), Json::Null, Json::Null])
            .follows(&["tags."])
            .bad(json!({"aws:cost": "1"}), &["aws:"]),
        // Names count when an object is created; an existing object keeps its name.
        row("names", json!({"db_instance": "orders"}), json!({"db_instance": "sales"}))
            .change_refused("exists and is called `orders`")
            .denies(json!({"db_instances": "orders"}), "has no component db_instances")
            .denies(json!({"db_parameter_group": "or--ders"}), "cannot be called so")
            .takes_all(),
        row("storage.gb", 20, 30)
            .by(MODIFY)
            .removal_refused("cannot shrink")
            .back_refused("cannot shrink")
            .shows("instance.AllocatedStorage", [20, 30, 30])
            // gp3's own numbers follow its size.
            .follows(&["instance.Iops", "instance.StorageThroughput"])
            .bad(19, &["20 to 65536"]),
        row("storage.max_gb", Json::Null, 100)
            .by(MODIFY)
            .shown("instance.MaxAllocatedStorage", Json::Null)
            .bad(21, &["at least a tenth more"]),
        row("storage.type", "gp3", "gp2")
            .by(MODIFY)
            .back_by(&[])
            .shown("instance.StorageType", "gp3")
            .follows(&["instance.Iops", "instance.StorageThroughput"])
            .bad("io9", &["gp3"]),
        row("backup.retention_days", 14, 21)
            .by(MODIFY)
            .shown("instance.BackupRetentionPeriod", 7)
            .bad(36, &["1 to 35"])
            .bad(-1, &["1 to 35"]),
        row("backup.window", "05:00-06:00", "06:00-07:00")
            .by(MODIFY)
            .shown("instance.PreferredBackupWindow", "02:00-03:00")
            .bad("2-3", &["hh:mm-hh:mm"])
            .bad("02:00-02:10", &["30 minutes"]),
        row("maintenance.window", "mon:00:00-mon:01:00", "tue:00:00-tue:01:00")
            .by(MODIFY)
            .shown("instance.PreferredMaintenanceWindow", "sun:04:00-sun:05:00")
            .bad("someday", &["ddd:hh:mm"])
            .bad("sun:01:00-tue:02:00", &["24 hours"]),
        row("timeouts.create", "40m", "50m").bad("soon", &["duration"]),
        row("timeouts.update", "40m", "50m").bad("soon", &["duration"]),
        row("timeouts.delete", "40m", "50m").bad("soon", &["duration"]),
    ]
}
