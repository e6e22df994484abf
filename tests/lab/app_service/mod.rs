//! `drop_app_service` in tables.

mod describe;
mod drift;
mod given;
pub mod rates;
mod refused;
mod rows;

use serde_json::json;

use crate::groups;
use crate::subject::Subject;

pub fn subject() -> Subject {
    Subject {
        key: "app_service",
        resource: "drop_app_service",
        least: json!({
            "name": "web",
            "image": {"uri": "registry.example/shop:ok"},
            "http": {"port": 8080},
        }),
        beside: Some((
            "drop_database",
            json!({
                "name": "orders", "skip_final_snapshot": true, "deletion_protection": false,
            }),
        )),
        given: given::given,
        parts: &[
            "log_group",
            "role",
            "security_group",
            "certificate",
            "load_balancer",
            "listener",
            "target_group",
            "cluster",
            "ecs_service",
            "scalable_target",
            "scaling_policy",
            "scheduled_action",
        ],
        describe: describe::describe,
        results: &["deployment", "components"],
        repeated: &[],
        found: &[],
        // The value of the last run stays, so that the same value does not run the command again.
        stays: &[
            "tags.ecs_service.1.drop:post_deploy",
            "service.tags.drop:post_deploy",
            // A bucket that no logs are sent to.
            "load_balancer_attributes.access_logs.s3.bucket",
        ],
        rows: rows::rows(),
        additions: vec![],
        drift: drift::drift(),
        moved: vec![],
        in_use: vec![groups::referred_to("task_group", "web-task"), groups::referred_to("alb_group", "web-alb")],
        refused: refused::refused(),
    }
}
