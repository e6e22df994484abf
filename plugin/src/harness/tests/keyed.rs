//! Blocks that are identified by key attributes.

use super::*;
use crate::{Attr, Model};

/// A fence with gates in it, whose plan follows from its schema.
#[derive(Clone, Debug, Model)]
struct Fence {
    #[attr(required)]
    name: Attr<String>,
    #[block]
    gate: Attr<Vec<Gate>>,
}

#[derive(Clone, Debug, Model)]
struct Gate {
    #[attr(required, key)]
    host: Attr<String>,
    #[attr(default = "/*", key)]
    path: Attr<String>,
    #[attr(optional)]
    note: Attr<String>,
    #[attr(computed, use_state_for_unknown)]
    id: Attr<String>,
}

/// Keeps the last fence, and counts gates.
#[derive(Clone, Default)]
struct Fences(Arc<Mutex<(Value, u32)>>);

#[async_trait]
impl Resource for Fences {
    fn schema(&self) -> Schema {
        Schema::new(0, Fence::block())
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: self.0.lock().unwrap().0.clone(), private: request.private, ..ReadResponse::default() }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        let mut kept = self.0.lock().unwrap();
        let mut fence =
            if request.planned.is_null() { Attr::Null } else { Fence::read(&request.planned).unwrap().into() };
        for gate in fence.known_mut().and_then(|fence| fence.gate.known_mut()).into_iter().flatten() {
            if gate.id.is_unknown() {
                kept.1 += 1;
                gate.id = format!("gate-{}", kept.1).into();
            }
        }
        kept.0 = fence.known().map(Model::to_value).unwrap_or_default();
        ApplyResponse { state: kept.0.clone(), ..ApplyResponse::default() }
    }

    async fn import(&self, _: ImportRequest) -> ImportResponse {
        ImportResponse { state: self.0.lock().unwrap().0.clone(), ..ImportResponse::default() }
    }
}

fn fence(gates: &Json) -> Json {
    json!({ "name": "a", "gate": gates })
}

fn ids(state: &Value) -> Vec<(&str, &str)> {
    let gates = state.get("gate").as_elements().unwrap_or_default();
    gates.iter().filter_map(|gate| Some((gate.get("host").as_str()?, gate.get("id").as_str()?))).collect()
}

#[tokio::test]
async fn gates_keep_what_is_computed_of_them_in_any_order() {
    let mut fences = Harness::new("fence", Fences::default());
    let state = fences.apply(fence(&json!([{ "host": "a" }, { "host": "b" }]))).await.ok();
    assert_eq!(ids(&state), [("a", "gate-1"), ("b", "gate-2")]);

    let turned = fence(&json!([{ "host": "b" }, { "host": "a" }]));
    assert_eq!(fences.plan(turned).await.action, Action::NoOp);

    let more = fence(&json!([{ "host": "c" }, { "host": "b", "note": "new" }, { "host": "a" }]));
    let state = fences.apply(more).await.ok();
    assert_eq!(ids(&state), [("c", "gate-3"), ("b", "gate-2"), ("a", "gate-1")]);

    // Where the configuration has null and the prior order would not, core asks for the new order.
    let turned = fence(&json!([{ "host": "a" }, { "host": "b", "note": "new" }, { "host": "c" }]));
    assert_eq!(fences.plan(turned.clone()).await.action, Action::NoOp);
    let turned = fence(&json!([{ "host": "b", "note": "new" }, { "host": "a" }, { "host": "c" }]));
    let outcome = fences.apply(turned).await;
    assert_eq!(outcome.action, Some(Action::Update));
    assert_eq!(ids(&outcome.ok()), [("b", "gate-2"), ("a", "gate-1"), ("c", "gate-3")]);
}

#[tokio::test]
async fn what_is_imported_fits_a_configuration_in_any_order() {
    let mut fences = Harness::new("fence", Fences::default());
    fences.apply(fence(&json!([{ "host": "a" }, { "host": "b" }]))).await.ok();
    *fences.current() = None;
    fences.import("a").await.ok();
    assert_eq!(fences.plan(fence(&json!([{ "host": "b" }, { "host": "a", "path": "/*" }]))).await.action, Action::NoOp);
}

#[tokio::test]
async fn a_key_twice_is_refused_before_the_provider_sees_it() {
    let mut fences = Harness::new("fence", Fences::default());
    let twice = fence(&json!([{ "host": "a" }, { "host": "b" }, { "host": "a", "path": "/*" }]));
    let outcome = fences.apply(twice).await;
    let places: Vec<String> = outcome.diagnostics.errors().map(|error| error.path.to_string()).collect();
    assert_eq!((places, &outcome.state), (vec!["gate[0].host".to_owned(), "gate[2].host".to_owned()], &Value::Null));
    outcome.fails(r#"Duplicate gate: host = "a", path = "/*""#);
}

#[tokio::test]
async fn keys_may_be_unknown_until_they_are_applied() {
    let mut fences = Harness::new("fence", Fences::default());
    let later = |host: Json| fence(&json!([{ "host": "a" }, { "host": host }]));
    fences.apply_after(later(unknown()), later(json!("a"))).await.fails("Duplicate gate");
    assert!(fences.current().is_none());
    let state = fences.apply_after(later(unknown()), later(json!("b"))).await.ok();
    assert_eq!(ids(&state), [("a", "gate-1"), ("b", "gate-2")]);
    let state = fences.apply_after(fence(&unknown()), later(json!("c"))).await.ok();
    assert_eq!(ids(&state), [("a", "gate-1"), ("c", "gate-3")]);
}
