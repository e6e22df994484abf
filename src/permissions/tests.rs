use super::*;
use crate::engine::run::context::Pace;

fn plan(changes: Json) -> String {
    json!({"format_version": "1.2", "planned_values": {}, "resource_changes": changes}).to_string()
}

fn created(kind: &str, after: Json, unknown: Json) -> Json {
    json!({"address": format!("{kind}.main"), "mode": "managed", "type": kind,
        "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}})
}

fn of(changes: Json) -> (Needs, Option<String>) {
    needs(&Runtime::new(Pace::default()), &plan(changes)).unwrap()
}

fn database(extra: Json) -> Json {
    let mut after = json!({"name": "orders", "region": "eu-north-1"});
    after.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    after
}

#[test]
fn snapshots_are_allowed_where_they_are_taken() {
    let needed = |extra: Json, unknown: Json| {
        let (needs, _) = of(json!([created("drop_database", database(extra), unknown)]));
        needs.writes.into_iter().filter(|name| name.contains("DBSnapshot")).collect::<Vec<_>>()
    };
    let (take, look) = ("rds:CreateDBSnapshot", "rds:DescribeDBSnapshots");
    assert_eq!(needed(json!({}), json!({})), [take]);
    assert!(needed(json!({"skip_final_snapshot": true}), json!({})).is_empty());
    let asked = json!({"skip_final_snapshot": true, "snapshot_trigger": "v2"});
    assert_eq!(needed(asked, json!({})), [take, look]);
    let unknown = json!({"snapshot_trigger": true});
    assert_eq!(needed(json!({"skip_final_snapshot": true}), unknown), [take, look], "it may turn out to be one");
}

#[test]
fn changes_name_the_objects_and_reads_do_not() {
    let (needs, account) = of(json!([created("drop_database", database(json!({})), json!({"id": true}))]));
    assert_eq!(account, None);
    let printed: Json = serde_json::from_str(&printed(&needs, Some("123456789012"), None)).unwrap();
    let statements = printed["iam_policy"]["Statement"].as_array().unwrap();
    let rds = statements.iter().find(|one| one["Action"].to_string().contains("rds:ModifyDBInstance")).unwrap();
    assert_eq!(
        rds["Resource"],
        json!([
            "arn:aws:rds:eu-north-1:123456789012:db:orders",
            "arn:aws:rds:eu-north-1:123456789012:og:default:*",
            "arn:aws:rds:eu-north-1:123456789012:pg:orders",
            "arn:aws:rds:eu-north-1:123456789012:snapshot:orders-*",
            "arn:aws:rds:eu-north-1:123456789012:subgrp:orders",
        ])
    );
    assert_eq!(statements[0]["Resource"], "*");
    let any = statements[0]["Action"].to_string();
    assert!(any.contains("rds:DescribeDBInstances") && !any.contains("rds:ModifyDBInstance"), "{any}");
    assert!(!printed.to_string().contains("GetAccountAuthorizationDetails"), "it reads the whole account");
    let reads = &printed["iam_policy_plan"]["Statement"][0]["Action"];
    assert!(reads.as_array().unwrap().iter().all(|action| {
        let name = action.as_str().unwrap().split(':').nth(1).unwrap();
        ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
    }));
    assert_eq!(printed["cloudflare_token"], json!([]));
}

#[test]
fn roles_are_passed_to_tasks_alone() {
    let service = json!({"name": "web", "region": "eu-north-1", "image": {"uri": "a/b:1"}, "http": {"port": 80}});
    let (needs, _) = of(json!([created("drop_app_service", service, json!({}))]));
    let policy: Json = serde_json::from_str(&printed(&needs, None, Some(Part::IamPolicy))).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let pass = statements.iter().find(|one| one["Action"] == "iam:PassRole").unwrap();
    assert_eq!(
        pass["Resource"],
        json!(["arn:aws:iam::*:role/web-execution-eu-north-1", "arn:aws:iam::*:role/web-task-eu-north-1"])
    );
    assert_eq!(pass["Condition"]["StringEquals"]["iam:PassedToService"], json!(["ecs-tasks.amazonaws.com"]));
    let text = policy.to_string();
    assert!(text.contains("arn:aws:ecs:eu-north-1:*:service/web/web"), "{text}");
}

#[test]
fn a_delete_needs_what_was_there_and_the_account_is_read_off_it() {
    let mut before = database(json!({"components": {"db_instance": "orders"}}));
    before["id"] = "arn:aws:rds:eu-north-1:123456789012:db:orders".into();
    let change = json!({"address": "drop_database.main", "mode": "managed", "type": "drop_database",
        "change": {"actions": ["delete"], "before": before, "after": null, "after_unknown": {}}});
    let (needs, account) = of(json!([change]));
    assert_eq!(account.as_deref(), Some("123456789012"));
    assert!(needs.writes.contains("rds:DeleteDBInstance"));
}

#[test]
fn an_edge_needs_a_token_and_no_policy() {
    let edge = json!({"name": "site", "zone": "shop.example", "route": [{"host": "shop.example", "path": "/*"}]});
    let (needs, _) = of(json!([created("drop_edge", edge, json!({"route": [{"origin_host": true}]}))]));
    let printed: Json = serde_json::from_str(&printed(&needs, None, None)).unwrap();
    assert_eq!((&printed["iam_policy"], &printed["iam_policy_plan"]), (&Json::Null, &Json::Null));
    let token = printed["cloudflare_token"].to_string();
    assert!(token.contains("DNS Write") && token.contains("Zone Read"), "{token}");
}

#[test]
fn what_is_no_plan_is_refused() {
    let runtime = Runtime::new(Pace::default());
    for (text, says) in [("PK…", "is not JSON"), ("{}", "is not a plan in JSON"), ("[]", "is not a plan in JSON")] {
        assert!(needs(&runtime, text).unwrap_err().contains(says), "{text}");
    }
    let other = json!([created("aws_s3_bucket", json!({}), json!({}))]);
    assert_eq!(of(other), (Needs::default(), None));
}
