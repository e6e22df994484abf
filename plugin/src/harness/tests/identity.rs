//! Identities, generated configuration, and states that come from elsewhere.

use super::*;
use crate::{IdentitySchema, MoveRequest, MoveResponse, StateUpgrader, Type};

/// A shelf's place.
#[derive(Clone, Model)]
struct Place {
    #[attr(required)]
    row: Attr<String>,
    #[attr(optional)]
    house: Attr<String>,
}

#[derive(Clone, Model)]
struct Shelf {
    #[attr(required, requires_replace)]
    row: Attr<String>,
    #[attr(default = 1)]
    boards: Attr<u32>,
    #[attr(optional)]
    label: Attr<String>,
    #[attr(computed, use_state_for_unknown)]
    id: Attr<String>,
    #[attr(computed)]
    revision: Attr<u32>,
}

/// A shelf of version 0.
#[derive(Clone, Model)]
struct OldShelf {
    #[attr(required)]
    line: Attr<String>,
}

/// Keeps shelves nowhere: what it is given is what there is.
#[derive(Clone)]
struct Shelves {
    house: &'static str,
    mutable: bool,
    /// What reading says of the row.
    moved_to: Option<&'static str>,
}

const SHELVES: Shelves = Shelves { house: "north", mutable: false, moved_to: None };

#[async_trait]
impl Resource for Shelves {
    fn schema(&self) -> Schema {
        Schema::new(1, Shelf::block())
    }

    fn identity(&self) -> Option<IdentitySchema> {
        let schema = IdentitySchema::of::<Place>(0);
        Some(if self.mutable { schema.mutable() } else { schema })
    }

    fn identify(&self, state: &Value) -> Value {
        Value::object([("row", state.get("row").clone()), ("house", self.house.into())])
    }

    fn upgraders(&self) -> Vec<StateUpgrader> {
        let moved = |old: OldShelf| Shelf {
            row: old.line,
            boards: 1.into(),
            label: Attr::Null,
            id: "id".into(),
            revision: 1.into(),
        };
        vec![StateUpgrader::between(0, moved)]
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        let mut state = request.state;
        let members = state.as_members_mut().unwrap();
        if let Some(row) = self.moved_to {
            members.insert("row".into(), row.into());
        }
        for (name, value) in [("id", "id".into()), ("boards", 1.into()), ("revision", Value::from(1))] {
            let member = members.get_mut(name).unwrap();
            if member.is_null() {
                *member = value;
            }
        }
        ReadResponse { state, ..Default::default() }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        let mut state = request.planned;
        if let Some(members) = state.as_members_mut() {
            let before = request.prior.get("revision").as_number().and_then(|n| n.as_i64()).unwrap_or_default();
            members.insert("id".into(), "id".into());
            if !members["revision"].is_known() {
                members.insert("revision".into(), (before + 1).into());
            }
        }
        ApplyResponse { state, ..Default::default() }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        ImportResponse::pass_through(&self.schema(), "row", &request)
    }

    async fn move_state(&self, request: MoveRequest) -> MoveResponse {
        if !request.is_from("acme/shop", "shop_rack") {
            return Diagnostics::failure("Not a rack", "").into();
        }
        match request.source(&Type::object([("name", Type::String)])) {
            Ok(rack) => MoveResponse::partial(&self.schema(), [("row", rack.get("name").clone())]),
            Err(diagnostics) => diagnostics.into(),
        }
    }
}

fn place(row: &str, house: &str) -> Value {
    Value::object([("row", row.into()), ("house", house.into())])
}

#[tokio::test]
async fn a_plan_by_schema_keeps_what_stays_and_forgets_what_may_change() {
    let mut shelf = Harness::new("shelf", SHELVES);
    let made = shelf.apply(json!({ "row": "a" })).await.ok();
    assert_eq!((made.get("boards"), made.get("revision")), (&1.into(), &1.into()));
    let plan = shelf.plan(json!({ "row": "a", "label": "x" })).await;
    assert_eq!((plan.get("id"), plan.get("revision")), (&"id".into(), &Value::UNKNOWN));
    assert_eq!(shelf.plan(json!({ "row": "a" })).await.action, Action::NoOp);
    let replaced = shelf.plan(json!({ "row": "b" })).await;
    assert_eq!((replaced.action, replaced.get("id")), (Action::Replace, &Value::UNKNOWN));
    shelf.apply(json!({ "row": "b" })).await.ok();
    assert_eq!(shelf.identity(), &place("b", "north"));
    shelf.destroy().await.ok();
}

#[tokio::test]
async fn an_identity_is_planned_where_it_is_known_and_answered_with_every_state() {
    let mut shelf = Harness::new("shelf", SHELVES);
    assert_eq!(shelf.plan(json!({ "row": "a" })).await.identity, place("a", "north"));
    assert_eq!(shelf.plan(json!({ "row": unknown() })).await.identity, Value::Null);
    shelf.apply_after(json!({ "row": unknown() }), json!({ "row": "a" })).await.ok();
    assert_eq!(shelf.identity(), &place("a", "north"));
}

#[tokio::test]
async fn an_object_is_imported_by_its_identity() {
    let mut shelf = Harness::new("shelf", SHELVES);
    shelf.import_by_identity(json!({ "row": "a", "house": null })).await.ok();
    assert_eq!(shelf.identity(), &place("a", "north"));
    assert_eq!(shelf.plan(json!({ "row": "a" })).await.action, Action::NoOp);
    let mut elsewhere = Harness::new("shelf", SHELVES);
    let outcome = elsewhere.import_by_identity(json!({ "row": "a", "house": "south" })).await;
    outcome.fails(r#"an object keeps its identity, and this was "south" and is "north""#);
    elsewhere.import_by_identity(json!({ "row": null, "house": "north" })).await.fails("lacks row");
}

#[tokio::test]
async fn an_object_that_is_another_one_all_of_a_sudden_is_told_unless_that_may_be() {
    for (mutable, told) in [(false, true), (true, false)] {
        let mut shelf = Harness::new("shelf", Shelves { moved_to: Some("b"), mutable, ..SHELVES });
        let imported = shelf.import_by_identity(json!({ "row": "a", "house": null })).await;
        assert_eq!(imported.diagnostics.to_string().contains("keeps its identity"), told, "{}", imported.diagnostics);
    }
}

#[tokio::test]
async fn a_configuration_is_what_a_user_would_write() {
    let mut shelf = Harness::new("shelf", SHELVES);
    shelf.apply(json!({ "row": "a", "label": "x" })).await.ok();
    assert_eq!(shelf.generated_config().await, shelf.value(&json!({ "row": "a", "label": "x" })));
}

#[tokio::test]
async fn states_of_other_types_and_older_versions_are_taken_over() {
    let mut moved = Harness::new("shelf", SHELVES);
    let state = json!({ "name": "a", "password": "hush" });
    moved.move_from("registry.example.org/acme/shop", "shop_rack", state.clone()).await.ok();
    assert_eq!(moved.identity(), &place("a", "north"));
    assert_eq!(moved.plan(json!({ "row": "a" })).await.action, Action::NoOp);
    let mut other = Harness::new("shelf", SHELVES);
    other.move_from("registry.example.org/acme/other", "shop_rack", state).await.fails("Not a rack");
    other.move_from("x/acme/shop", "shop_rack", json!({ "name": [] })).await.fails("shop_rack cannot be read");

    let mut old = Harness::new("shelf", SHELVES);
    assert_eq!(old.upgrade_from(0, json!({ "line": "a" })).await.ok().get("row"), &"a".into());
    let mut newer = Harness::new("shelf", SHELVES);
    newer.upgrade_from(2, json!({})).await.fails("written by a newer version");
}
