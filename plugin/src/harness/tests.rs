mod identity;
mod keyed;

use std::sync::{Mutex, MutexGuard};

use super::*;
use crate::{
    ApplyRequest, ApplyResponse, Attr, ImportRequest, ImportResponse, Model, PlanRequest, PlanResponse, ReadRequest,
    ReadResponse,
};

/// A box on a shelf.
#[derive(Clone, Debug, Model)]
struct Crate {
    #[attr(required, requires_replace)]
    name: Attr<String>,
    #[attr(default = 1)]
    size: Attr<u32>,
    #[attr(optional)]
    note: Attr<String>,
    #[attr(computed)]
    id: Attr<String>,
    #[block]
    label: Attr<BTreeMap<String, Label>>,
}

#[derive(Clone, Debug, Model)]
struct Label {
    #[attr(default = "plain")]
    text: Attr<String>,
}

/// The cloud: boxes by id, what is to go wrong next, and what deletions were told.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Stock>>);

#[derive(Default)]
struct Stock {
    boxes: BTreeMap<String, Value>,
    made: u32,
    fail_next: bool,
    forgetful: bool,
    deletions: Vec<String>,
}

impl Shelf {
    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.0.lock().unwrap()
    }

    fn ids(&self) -> Vec<String> {
        self.stock().boxes.keys().cloned().collect()
    }
}

fn id(value: &Value) -> String {
    value.get("id").as_str().unwrap_or_default().to_owned()
}

fn wrapped(word: &str, inner: &[u8]) -> Vec<u8> {
    format!("{word}({})", String::from_utf8_lossy(inner)).into_bytes()
}

#[async_trait]
impl Resource for Shelf {
    fn schema(&self) -> Schema {
        Schema::new(0, Crate::block())
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        let state = self.stock().boxes.get(&id(&request.state)).cloned().unwrap_or_default();
        ReadResponse { state, private: request.private, diagnostics: Diagnostics::new() }
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        let word = match (request.prior.is_null(), request.proposed.is_null()) {
            (_, true) => "DESTROY",
            (true, false) => "CREATE",
            (false, false) => "UPDATE",
        };
        let private = wrapped(word, &request.prior_private);
        if request.proposed.is_null() {
            return PlanResponse { private, ..PlanResponse::default() };
        }
        let mut thing = Crate::read(&request.config).unwrap();
        thing.apply_defaults();
        thing.id = request.prior.get("id").as_str().map_or(Attr::Unknown, Attr::from);
        if self.stock().forgetful {
            thing.note = Attr::Null;
        }
        PlanResponse { planned: thing.to_value(), private, ..PlanResponse::default() }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        let mut stock = self.stock();
        let mut diagnostics = Diagnostics::new();
        if request.planned.is_null() {
            stock.deletions.push(String::from_utf8(request.planned_private).unwrap());
            stock.boxes.remove(&id(&request.prior));
            return ApplyResponse::default();
        }
        let mut state = request.planned;
        let failing = std::mem::take(&mut stock.fail_next);
        if request.prior.is_null() {
            stock.made += 1;
            let new = format!("box-{}", stock.made);
            state.as_members_mut().unwrap().insert("id".into(), new.into());
        }
        stock.boxes.insert(id(&state), state.clone());
        if failing {
            diagnostics.error("the shelf wobbled", "");
        }
        let private = if failing { b"INCOMPLETE".to_vec() } else { b"DONE".to_vec() };
        ApplyResponse { state, private, diagnostics }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        let state = self.stock().boxes.get(&request.id).cloned().unwrap_or_default();
        ImportResponse { state, ..ImportResponse::default() }
    }
}

fn shelf() -> (Shelf, Harness) {
    let shelf = Shelf::default();
    (shelf.clone(), Harness::new("crate", shelf))
}

#[tokio::test]
async fn a_box_is_made_changed_and_taken_away() {
    let (shelf, mut crates) = shelf();
    let state = crates.apply(json!({ "name": "a", "label": { "x": {} } })).await.ok();
    assert_eq!((state.get("size"), state.get("id")), (&1.into(), &"box-1".into()));
    assert_eq!(state.get("label").get("x").get("text"), &"plain".into());

    let plan = crates.plan(json!({ "name": "a", "size": 2 })).await;
    assert_eq!((plan.action, plan.get("id")), (Action::Update, &"box-1".into()));
    crates.apply(json!({ "name": "a", "size": 2 })).await.ok();

    let outcome = crates.apply(json!({ "name": "b" })).await;
    assert_eq!(outcome.action, Some(Action::Replace));
    assert_eq!(outcome.ok().get("id"), &"box-2".into());
    assert_eq!(shelf.ids(), ["box-2"]);

    crates.destroy().await.ok();
    assert_eq!((shelf.ids(), crates.current().clone()), (vec![], None));
}

#[tokio::test]
async fn a_value_unknown_while_planning_is_known_while_applying() {
    let (_, mut crates) = shelf();
    let state = crates.apply_after(json!({ "name": unknown() }), json!({ "name": "a" })).await.ok();
    assert_eq!(state.get("name"), &"a".into());
    let labels = json!({ "name": "a", "label": { "x": {} } });
    crates.apply_after(json!({ "name": "a", "label": unknown() }), labels).await.ok();
}

#[tokio::test]
async fn a_failed_creation_is_tainted_and_made_anew() {
    let (shelf, mut crates) = shelf();
    shelf.stock().fail_next = true;
    crates.apply(json!({ "name": "a" })).await.fails("wobbled");
    assert!(crates.current().as_ref().unwrap().tainted);
    crates.apply(json!({ "name": "a" })).await.ok();
    assert_eq!((shelf.ids(), shelf.stock().deletions.clone()), (vec!["box-2".to_owned()], vec!["CREATE()".to_owned()]));

    crates.taint();
    crates.untaint();
    assert_eq!(crates.plan(json!({ "name": "a" })).await.action, Action::NoOp);
}

/// Which private data reaches a deletion, as seen under three CLIs.
#[tokio::test]
async fn a_deletion_hears_what_core_would_tell_it() {
    let (shelf, mut crates) = shelf();
    crates.apply(json!({ "name": "a" })).await.ok();
    crates.replace(json!({ "name": "a" })).await.ok();
    crates.apply(json!({ "name": "b" })).await.ok();
    crates.destroy().await.ok();
    assert_eq!(shelf.stock().deletions, ["CREATE(UPDATE(DONE))", "CREATE(UPDATE(DONE))", "DESTROY(DONE)"]);
}

#[tokio::test]
async fn under_create_before_destroy_the_old_one_goes_last() {
    let (shelf, crates) = shelf();
    let mut crates = crates.create_before_destroy();
    shelf.stock().fail_next = true;
    crates.apply(json!({ "name": "a" })).await.fails("wobbled");
    shelf.stock().fail_next = true;
    crates.apply(json!({ "name": "a" })).await.fails("wobbled");
    assert_eq!((shelf.ids().len(), crates.deposed().len()), (2, 1));
    crates.apply(json!({ "name": "a" })).await.ok();
    assert_eq!((shelf.ids(), crates.deposed()), (vec!["box-3".to_owned()], &[][..]));
    crates.replace(json!({ "name": "a" })).await.ok();
    assert_eq!(shelf.stock().deletions, ["DESTROY(INCOMPLETE)", "DESTROY(INCOMPLETE)", "DESTROY(DONE)"]);
}

#[tokio::test]
async fn what_vanished_is_made_again_and_what_exists_imported() {
    let (shelf, mut crates) = shelf();
    crates.apply(json!({ "name": "a" })).await.ok();
    shelf.stock().boxes.clear();
    assert_eq!(crates.plan(json!({ "name": "a" })).await.action, Action::Create);
    crates.apply(json!({ "name": "a" })).await.ok();

    *crates.current() = None;
    crates.import("box-9").await.fails("No crate to import");
    crates.import("box-2").await.ok();
    assert_eq!(crates.plan(json!({ "name": "a" })).await.action, Action::NoOp);
}

#[tokio::test]
async fn a_plan_that_core_would_refuse_fails() {
    let (shelf, mut crates) = shelf();
    shelf.stock().forgetful = true;
    crates.apply(json!({ "name": "a", "note": "fragile" })).await.fails("note");
    assert_eq!(shelf.ids(), Vec::<String>::new());
}

#[tokio::test]
#[should_panic(expected = "Unsupported argument: label[\"x\"].txet")]
async fn a_misspelt_attribute_is_refused() {
    let (_, mut crates) = shelf();
    crates.plan(json!({ "name": "a", "label": { "x": { "txet": "y" } } })).await;
}

#[tokio::test]
#[should_panic(expected = "the second plan is not empty")]
async fn a_second_plan_that_wants_more_is_caught() {
    // Reading answers a size that nobody asked for.
    let mut crates = Harness::new("crate", Restless(Shelf::default()));
    crates.apply(json!({ "name": "a" })).await.ok();
}

struct Restless(Shelf);

#[async_trait]
impl Resource for Restless {
    fn schema(&self) -> Schema {
        self.0.schema()
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        let mut response = self.0.read(request).await;
        response.state.as_members_mut().unwrap().insert("size".into(), 99.into());
        response
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        self.0.plan(request).await
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        self.0.apply(request).await
    }
}

/// Counts what it is asked for.
#[derive(Clone, Default)]
struct Counting {
    shelf: Shelf,
    calls: Arc<Mutex<Vec<&'static str>>>,
}

#[async_trait]
impl Provider for Counting {
    fn schema(&self) -> Schema {
        Schema::default()
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        [("crate", Arc::new(self.shelf.clone()) as Arc<dyn Resource>)].into()
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        self.calls.lock().unwrap().push("configure");
        Diagnostics::new()
    }
}

#[tokio::test]
async fn a_run_configures_the_provider_and_a_sibling_is_part_of_it() {
    let provider = Counting::default();
    let mut one = Harness::of(provider.clone(), "crate", nothing()).await;
    one.apply(json!({ "name": "a" })).await.ok();
    // To plan, to apply, and to plan again for the proof that nothing is left to do.
    assert_eq!(provider.calls.lock().unwrap().len(), 3);
    one.sibling().apply(json!({ "name": "a" })).await.ok();
    assert_eq!(provider.calls.lock().unwrap().len(), 3);
    assert_eq!(provider.shelf.ids(), ["box-1", "box-2"]);
}
