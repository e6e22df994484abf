//! `drop_database` in tables.

mod describe;
mod drift;
mod moved;
mod refused;
mod rows;

use serde_json::json;

use crate::groups;
use crate::subject::Subject;

pub fn subject() -> Subject {
    Subject {
        key: "database",
        resource: "drop_database",
        least: json!({
            "name": "orders",
            "skip_final_snapshot": true,
            "deletion_protection": false,
            "apply_immediately": true,
        }),
        beside: None,
        given: |_| json!({}),
        parts: &["db_subnet_group", "security_group", "db_parameter_group", "db_instance", "secret"],
        describe: describe::describe,
        results: &["pending_changes"],
        repeated: &[],
        found: &[],
        // The value of the last snapshot stays, so that the same value takes no second one.
        stays: &["instance.TagList.drop:snapshot_trigger", "tags.db_instance.1.drop:snapshot_trigger"],
        rows: rows::rows(),
        additions: vec![],
        drift: drift::drift(),
        moved: moved::moved_by_rds(),
        in_use: vec![groups::referred_to("group", "orders")],
        refused: refused::refused(),
    }
}
