//! Configurations of an app service that are refused, beyond single values.

use serde_json::json;

use crate::table::{Refused, beside, beside_in_another_region, beside_of_another_type, unfit, wrong};

fn certificate(region: &str) -> String {
    format!("arn:aws:acm:{region}:123456789012:certificate/12345678-1234-1234-1234-123456789012")
}

pub fn refused() -> Vec<Refused> {
    vec![
        wrong(
            "memory_between_sizes",
            [("size.cpu", json!(256)), ("size.memory", json!(1536))],
            "size.memory",
            &["512, 1024 or 2048"],
        ),
        wrong(
            "little_memory",
            [("size.cpu", json!(512)), ("size.memory", json!(512))],
            "size.memory",
            &["the nearest is 1024"],
        ),
        wrong("no_such_cpu", [("size.cpu", json!(300)), ("size.memory", json!(512))], "size.cpu", &["256, 512, 1024"]),
        wrong(
            "less_than_the_least",
            [("scaling.min", json!(3)), ("scaling.max", json!(2))],
            "scaling.max",
            &["less than scaling.min", "3 or more"],
        ),
        wrong(
            "long_answers",
            [("http.health.interval", json!("10s")), ("http.health.timeout", json!("10s"))],
            "http.health.timeout",
            &["not less than its interval", "shorter timeout"],
        ),
        unfit(
            "unknown_certificate",
            [("http.certificate_arn", json!(certificate("us-east-1")))],
            "http.certificate_arn",
            &["There is no such certificate"],
        ),
        unfit(
            "certificate_elsewhere",
            [("http.certificate_arn", json!(certificate("eu-north-1")))],
            "http.certificate_arn",
            &["another region"],
        ),
        unfit(
            "ref_of_another_type",
            [("database", beside_of_another_type())],
            "database",
            &["not the ref of a database", "drop_database.<name>.ref"],
        ),
        unfit(
            "database_of_another_region",
            [("database", beside_in_another_region())],
            "database",
            &["another region", "us-east-1"],
        ),
        unfit(
            "variable_of_the_database",
            [("database", beside()), ("env", json!({"DATABASE_PASSWORD": "mine"}))],
            "env",
            &["DATABASE_PASSWORD", "set by `database`"],
        ),
    ]
}
