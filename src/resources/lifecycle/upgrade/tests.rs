use serde_json::json;
use tf_plugin::{Cx, Resource, UpgradeRequest, Value};

use super::*;
use crate::clouds::Runtime;
use crate::engine::plan::drift::Deviation;
use crate::engine::run::context::Pace;
use crate::resources::app_service::AppServiceResource;
use crate::resources::database::DatabaseResource;
use crate::resources::edge::EdgeResource;

fn upgraded(upgrade: Upgrade, mut state: Json) -> Json {
    upgrade.apply(&mut state);
    state
}

#[test]
fn a_component_is_renamed_wherever_a_state_speaks_of_it() {
    let upgrade = Upgrade { components: &[("task_run", "command")], ..Upgrade::from(1) };
    let state = upgraded(
        upgrade,
        json!({
            "components": {"task_run": "web", "task_runner": "x"},
            "names": null,
            "drift": ["changed task_run.tags — changed elsewhere", "missing task_runner — task_run"],
            "steps": ["1.1 create task_run via ecs:RunTask — task_run"],
        }),
    );
    assert_eq!(
        state,
        json!({
            "components": {"command": "web", "task_runner": "x"},
            "names": null,
            "drift": ["changed command.tags — changed elsewhere", "missing task_runner — task_run"],
            "steps": ["1.1 create command via ecs:RunTask — task_run"],
        })
    );
}

#[test]
fn attributes_move_also_inside_blocks() {
    let attributes = &[("size", "instance_class"), ("route.*.host", "route.*.origin_host"), ("a.b", "a.c.d")];
    let state = upgraded(
        Upgrade { attributes, ..Upgrade::from(1) },
        json!({"size": "db.t4g.micro", "route": {"x": {"host": "h"}}, "a": {"b": 1}}),
    );
    let moved = json!({"instance_class": "db.t4g.micro", "route": {"x": {"origin_host": "h"}}, "a": {"c": {"d": 1}}});
    assert_eq!(state, moved);
}

#[test]
fn labelled_blocks_become_lists_with_a_key() {
    fn name(label: &str) -> Vec<(&'static str, String)> {
        vec![("name", label.to_owned())]
    }
    let keyed = &[Keyed { block: "firewall.rate_limit", key: name }];
    let state = upgraded(
        Upgrade { keyed, ..Upgrade::from(1) },
        json!({"firewall": {"rate_limit": {"login": {"requests": 5}}}}),
    );
    assert_eq!(state, json!({"firewall": {"rate_limit": [{"name": "login", "requests": 5}]}}));
}

#[tokio::test]
async fn a_state_of_the_first_cut_is_read_as_this_version_writes_it() {
    let database = json!({"type": "drop_database", "name": "orders", "id": "arn", "region": "eu-north-1",
        "hostname": "h", "port": 5432, "secret_arn": "arn:secret", "security_group_id": "sg-1", "certificate": null,
        "database": "shop", "deliver": null});
    let state = json!({
        "name": "web", "region": "eu-north-1", "database": database, "hostname": "web.elb.example",
        "components": {"task_security_group": "sg-2", "log_group": "web-log-group"},
        "drift": ["ecs_service/breaker: changed elsewhere; drop owns it, the next apply sets it back"],
        "ref": {"type": "drop_app_service", "name": "web", "hostname": "web.elb.example", "port": 443},
    });
    let run = Run::<AppServiceResource>::over(Runtime::new(Pace::default()));
    let json = state.to_string().into_bytes();
    let answer = run.upgrade(UpgradeRequest { version: 0, json, cx: Cx::default() }).await;
    assert!(!answer.diagnostics.has_errors(), "{}", answer.diagnostics);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    assert_eq!(text(answer.state.get("database").get("database").get("name")).as_deref(), Some("shop"));
    assert_eq!(text(answer.state.get("ref").get("http").get("hostname")).as_deref(), Some("web.elb.example"));
    assert_eq!(text(answer.state.get("components").get("log_group")).as_deref(), Some("web-log-group"));
    let drift = super::super::values::lines(answer.state.get("drift"));
    assert!(drift[0].starts_with("changed ecs_service.breaker — "), "{drift:?}");
}

/// A state that the first cut wrote, with a line of drift, before and after.
async fn kept<C: Composite>() -> (Json, Value) {
    let file = format!("{}/tests/states/v0/{}.json", env!("CARGO_MANIFEST_DIR"), C::TYPE);
    let state: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let json = state["attributes"].to_string().into_bytes();
    let request = UpgradeRequest { version: state["schema_version"].as_i64().unwrap(), json, cx: Cx::default() };
    let answer = Run::<C>::over(Runtime::new(Pace::default())).upgrade(request).await;
    assert!(!answer.diagnostics.has_errors(), "{}: {}", C::TYPE, answer.diagnostics);
    let drift = super::super::values::lines(answer.state.get("drift"));
    assert!(!drift.is_empty(), "{}: no drift", C::TYPE);
    for line in &drift {
        assert!(matches!(Deviation::parse(line), Some(Deviation::Changed { .. })), "{}: {line}", C::TYPE);
    }
    for (component, id) in state["attributes"]["components"].as_object().unwrap() {
        assert_eq!(answer.state.get("components").get(component).as_str(), id.as_str(), "{component}");
    }
    (state["attributes"].clone(), answer.state)
}

#[tokio::test]
async fn kept_states_of_the_first_cut_are_upgraded() {
    let (before, database) = kept::<DatabaseResource>().await;
    let reference = database.get("ref");
    assert_eq!(reference.get("database").get("hostname").as_str(), before["endpoint"].as_str());
    assert_eq!(reference.get("secret").get("arn").as_str(), before["secret_arn"].as_str());
    let (before, service) = kept::<AppServiceResource>().await;
    assert_eq!(service.get("database"), reference, "the ref of the same state");
    assert_eq!(service.get("ref").get("http").get("hostname").as_str(), before["hostname"].as_str());
    let (before, edge) = kept::<EdgeResource>().await;
    let routes = edge.get("route").as_elements().unwrap();
    assert_eq!(routes.len(), before["route"].as_object().unwrap().len());
    assert!(routes.iter().all(|route| route.get("host").as_str() == Some("site.getdrop.no")));
}
