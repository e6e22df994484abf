mod offers;

use std::time::Duration;

use super::*;
use crate::{
    ApplyRequest, ApplyResponse, Attribute, Block, ImportRequest, ImportResponse, ImportedResource, Path, PlanRequest,
    PlanResponse, ReadRequest, ReadResponse, Severity, async_trait, checks,
};

/// Answers what it is told to.
#[derive(Clone)]
struct Puppet {
    plan: fn(PlanRequest) -> PlanResponse,
    apply: fn(ApplyRequest) -> ApplyResponse,
    read: fn(ReadRequest) -> ReadResponse,
}

impl Default for Puppet {
    fn default() -> Self {
        Self {
            plan: |request| PlanResponse { planned: request.proposed, ..PlanResponse::default() },
            apply: |request| ApplyResponse { state: request.planned, ..ApplyResponse::default() },
            read: |request| ReadResponse { state: request.state, ..ReadResponse::default() },
        }
    }
}

fn schema() -> Schema {
    let block = Block::default()
        .with(Attribute::new("name", Type::String).required().requires_replace())
        .with(Attribute::new("id", Type::String).computed())
        .with(Attribute::new("wo", Type::String).optional().write_only());
    Schema::new(3, block)
}

#[async_trait]
impl Resource for Puppet {
    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        (self.read)(request)
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        (self.plan)(request)
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        let wait = request.planned.get("name").as_str() == Some("wait");
        if wait {
            request.cx.cancel.cancelled().await;
        }
        (self.apply)(request)
    }
}

#[async_trait]
impl Provider for Puppet {
    fn schema(&self) -> Schema {
        Schema::default()
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        [("puppet", Arc::new(self.clone()) as Arc<dyn Resource>)].into()
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

/// Answers every import alike.
#[derive(Clone)]
struct Importer(ImportResponse);

#[async_trait]
impl Resource for Importer {
    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: request.state, ..ReadResponse::default() }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        ApplyResponse { state: request.planned, ..ApplyResponse::default() }
    }

    async fn import(&self, _: ImportRequest) -> ImportResponse {
        self.0.clone()
    }
}

#[async_trait]
impl Provider for Importer {
    fn schema(&self) -> Schema {
        Schema::default()
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        [("importer", Arc::new(self.clone()) as Arc<dyn Resource>)].into()
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

fn object(name: &str, id: impl Into<Value>, wo: impl Into<Value>) -> Value {
    Value::object([("name", name.into()), ("id", id.into()), ("wo", wo.into())])
}

fn wire(value: &Value) -> Wire {
    Wire { msgpack: codec::to_msgpack(value, &schema().ty()).unwrap(), json: Vec::new() }
}

fn state(answer: &Answer) -> Value {
    codec::from_msgpack(answer.state.as_deref().unwrap(), &schema().ty()).unwrap()
}

async fn plan(puppet: Puppet, prior: Value, config: Value) -> PlanAnswer {
    let proposed = match &config {
        Value::Null => Value::Null,
        config => checks::proposed_new(&schema().block, &prior, config),
    };
    let (prior, proposed, config) = (wire(&prior), wire(&proposed), wire(&config));
    Dispatcher::new(Arc::new(puppet)).plan("puppet", PlanCall { prior, proposed, config, ..PlanCall::default() }).await
}

fn read(state: Wire) -> ReadCall {
    ReadCall { state, ..ReadCall::default() }
}

async fn apply(puppet: Puppet, prior: Value, planned: Value) -> Answer {
    let call = ApplyCall {
        prior: wire(&prior),
        config: wire(&planned.clone().unknown_as_null()),
        planned: wire(&planned),
        planned_private: b"private".to_vec(),
        ..ApplyCall::default()
    };
    Dispatcher::new(Arc::new(puppet)).apply("puppet", call).await
}

#[track_caller]
fn tells(diagnostics: &Diagnostics, words: &str) {
    assert!(diagnostics.has_errors() && diagnostics.to_string().contains(words), "{words:?} is not in:\n{diagnostics}");
}

#[tokio::test]
async fn a_good_plan_passes_and_write_only_values_do_not() {
    let puppet = Puppet {
        plan: |request| PlanResponse {
            planned: object("a", Value::UNKNOWN, request.config.get("wo").clone()),
            ..PlanResponse::default()
        },
        ..Puppet::default()
    };
    let answer = plan(puppet, Value::Null, object("a", Value::Null, "secret")).await;
    assert!(answer.diagnostics.is_empty(), "{}", answer.diagnostics);
    let planned = codec::from_msgpack(&answer.planned.unwrap(), &schema().ty()).unwrap();
    assert_eq!(planned, object("a", Value::UNKNOWN, Value::Null));
}

#[tokio::test]
async fn null_for_a_required_argument_is_refused_unless_core_took_it_from_the_state() {
    let null = || object_of(Value::Null);
    let told = |answer: PlanAnswer| answer.diagnostics.iter().map(|told| told.summary.clone()).collect::<Vec<_>>();
    let refused = ["Missing value for name"];
    assert_eq!(told(plan(Puppet::default(), Value::Null, null()).await), refused);
    assert_eq!(told(plan(Puppet::default(), object_of("a".into()), null()).await), refused);
    // `ignore_changes` puts the prior value in place of what is written.
    assert!(told(plan(Puppet::default(), null(), null()).await).is_empty());
    assert!(told(plan(Puppet::default(), object_of("a".into()), Value::Null).await).is_empty(), "a deletion");
    let validated = Dispatcher::new(Arc::new(Puppet::default())).validate("puppet", wire(&null()), true).await;
    tells(&validated, "The argument \"name\" is required, and its value is null. Give it a value.");
    tells(&apply(Puppet::default(), object_of("a".into()), null()).await.diagnostics, refused[0]);
    assert!(apply(Puppet::default(), object_of("a".into()), Value::Null).await.diagnostics.is_empty());
}

fn object_of(name: Value) -> Value {
    Value::object([("name", name), ("id", Value::Null), ("wo", Value::Null)])
}

#[tokio::test]
async fn an_invalid_plan_names_the_attribute() {
    let puppet = Puppet {
        plan: |_| PlanResponse { planned: object("b", Value::Null, Value::Null), ..PlanResponse::default() },
        ..Puppet::default()
    };
    let answer = plan(puppet, Value::Null, object("a", Value::Null, Value::Null)).await;
    tells(&answer.diagnostics, r#"configured as "a" and planned as "b""#);
    assert_eq!(answer.diagnostics.iter().next().unwrap().path, Path::from("name"));
}

#[tokio::test]
async fn a_marked_attribute_replaces_without_being_asked() {
    let prior = object("a", "1", Value::Null);
    let answer = plan(Puppet::default(), prior, object("b", Value::Null, Value::Null)).await;
    assert_eq!(answer.requires_replace, [Path::from("name")]);
}

#[tokio::test]
async fn a_destroy_plans_null() {
    let puppet = Puppet {
        plan: |request| PlanResponse { planned: request.prior, ..PlanResponse::default() },
        ..Puppet::default()
    };
    tells(&plan(puppet, object("a", "1", Value::Null), Value::Null).await.diagnostics, "not configured");
    let answer = plan(Puppet::default(), object("a", "1", Value::Null), Value::Null).await;
    assert!(answer.diagnostics.is_empty(), "{}", answer.diagnostics);
}

#[tokio::test]
async fn an_invalid_new_state_is_told_and_kept() {
    let puppet = Puppet {
        apply: |_| ApplyResponse { state: object("B", Value::UNKNOWN, "echo"), ..ApplyResponse::default() },
        ..Puppet::default()
    };
    let answer = apply(puppet, Value::Null, object("b", Value::UNKNOWN, Value::Null)).await;
    tells(&answer.diagnostics, r#"planned as "b", and is "B""#);
    tells(&answer.diagnostics, "Of id: it is still unknown");
    assert_eq!(state(&answer), object("B", Value::Null, Value::Null));
}

#[tokio::test]
async fn an_object_that_was_created_cannot_be_forgotten() {
    let puppet = Puppet { apply: |_| ApplyResponse::default(), ..Puppet::default() };
    let answer = apply(puppet, Value::Null, object("a", Value::UNKNOWN, Value::Null)).await;
    tells(&answer.diagnostics, "it was planned, and is absent");
    assert_eq!(state(&answer), object("a", Value::Null, Value::Null));
}

#[tokio::test]
async fn a_failed_creation_keeps_what_it_answers() {
    let puppet = Puppet {
        apply: |request| {
            let mut diagnostics = Diagnostics::new();
            diagnostics.error("half way", "");
            ApplyResponse { state: object("a", "half", Value::Null), private: request.planned_private, diagnostics }
        },
        ..Puppet::default()
    };
    let answer = apply(puppet, Value::Null, object("a", Value::UNKNOWN, Value::Null)).await;
    assert_eq!(answer.diagnostics.len(), 1, "{}", answer.diagnostics);
    assert_eq!((state(&answer), &*answer.private), (object("a", "half", Value::Null), &b"private"[..]));
}

#[tokio::test]
async fn a_panic_while_creating_keeps_the_plan_and_otherwise_the_prior_state() {
    let puppet = Puppet { apply: |_| panic!("out of ideas"), ..Puppet::default() };
    let created = apply(puppet.clone(), Value::Null, object("a", Value::UNKNOWN, Value::Null)).await;
    tells(&created.diagnostics, "out of ideas");
    assert_eq!((state(&created), &*created.private), (object("a", Value::Null, Value::Null), &b"private"[..]));
    let deleted = apply(puppet, object("a", "1", Value::Null), Value::Null).await;
    tells(&deleted.diagnostics, "out of ideas");
    assert_eq!(deleted.state, None);
}

#[tokio::test]
async fn a_state_that_was_read_is_known() {
    let puppet = Puppet {
        read: |_| ReadResponse { state: object("a", Value::UNKNOWN, Value::Null), ..ReadResponse::default() },
        ..Puppet::default()
    };
    let dispatcher = Dispatcher::new(Arc::new(puppet));
    let answer = dispatcher.read("puppet", read(wire(&object("a", "1", Value::Null)))).await;
    tells(&answer.diagnostics, "Of id: it is still unknown");
}

#[tokio::test]
async fn malformed_values_and_unheard_of_types_are_diagnostics() {
    let dispatcher = Dispatcher::new(Arc::new(Puppet::default()));
    let malformed = || Wire { msgpack: b"\x83\xa4name\xc3\xa2id\xc0\xa2wo\xc0".to_vec(), json: Vec::new() };
    let diagnostics = dispatcher.validate("puppet", malformed(), true).await;
    tells(&diagnostics, "name: a string is required, a bool given");
    let first = diagnostics.iter().next().unwrap();
    assert_eq!((first.severity, &first.path), (Severity::Error, &Path::from("name")));
    tells(&dispatcher.read("puppet", read(malformed())).await.diagnostics, "The state of puppet cannot be read");
    tells(&dispatcher.validate("other", Wire::default(), true).await, "This provider offers: puppet.");
}

#[tokio::test]
async fn json_is_read_where_there_is_no_msgpack() {
    let dispatcher = Dispatcher::new(Arc::new(Puppet::default()));
    let json = br#"{"name":"a","id":"1","wo":null}"#.to_vec();
    let answer = dispatcher.read("puppet", read(Wire { msgpack: Vec::new(), json })).await;
    assert_eq!(state(&answer), object("a", "1", Value::Null));
}

#[tokio::test]
async fn states_of_older_schemas_are_read_and_newer_ones_refused() {
    let dispatcher = Dispatcher::new(Arc::new(Puppet::default()));
    let answer = dispatcher.upgrade("puppet", 2, br#"{"name":"a","gone":true}"#.to_vec()).await;
    assert_eq!(state(&answer), object("a", Value::Null, Value::Null));
    tells(&dispatcher.upgrade("puppet", 4, b"{}".to_vec()).await.diagnostics, "schema version 4");
    tells(&dispatcher.upgrade("puppet", 3, b"[".to_vec()).await.diagnostics, "malformed JSON");
}

#[tokio::test]
async fn what_is_imported_along_is_held_to_its_own_schema() {
    let along =
        |type_name: &str, state: Value| ImportedResource { type_name: type_name.to_owned(), state, private: vec![7] };
    let call = || ImportCall { id: "a".into(), ..ImportCall::default() };
    let import = |others: Vec<ImportedResource>| {
        let state = object("a", "1", Value::Null);
        Importer(ImportResponse { state, others, ..ImportResponse::default() })
    };
    let good = import(vec![along("importer", object("b", "2", "secret"))]);
    let answer = Dispatcher::new(Arc::new(good)).import("importer", call()).await;
    assert!(answer.diagnostics.is_empty(), "{}", answer.diagnostics);
    let [(_, first), (name, second)] = &answer.imported[..] else { panic!("{:?}", answer.imported) };
    assert_eq!((state(first), name.as_str()), (object("a", "1", Value::Null), "importer"));
    assert_eq!((state(second), &second.private[..]), (object("b", "2", Value::Null), &[7][..]));
    for (other, words) in [
        (along("importer", Value::Null), "it is missing"),
        (along("importer", object("b", Value::UNKNOWN, Value::Null)), "Of id: it is still unknown"),
        (along("elsewhere", object("b", "2", Value::Null)), "There is no resource type elsewhere"),
    ] {
        let answer = Dispatcher::new(Arc::new(import(vec![other]))).import("importer", call()).await;
        tells(&answer.diagnostics, words);
        assert!(answer.imported.is_empty());
    }
}

#[tokio::test]
async fn what_a_resource_does_not_offer_is_refused() {
    let dispatcher = Dispatcher::new(Arc::new(Puppet::default()));
    tells(
        &dispatcher.import("puppet", ImportCall { id: "1".into(), ..ImportCall::default() }).await.diagnostics,
        "cannot be imported",
    );
    let call = MoveCall {
        source_provider: "example.com/a/b".into(),
        source_type: "b_thing".into(),
        source_json: b"{}".to_vec(),
        ..MoveCall::default()
    };
    tells(&dispatcher.move_state("puppet", call).await.diagnostics, "A b_thing cannot be moved here");
}

#[tokio::test]
async fn stop_cancels_what_runs_and_nothing_later() {
    let dispatcher = Dispatcher::new(Arc::new(Puppet::default()));
    let call = || {
        let waiting = wire(&object("wait", "1", Value::Null));
        ApplyCall { prior: wire(&Value::Null), config: waiting.clone(), planned: waiting, ..ApplyCall::default() }
    };
    let first = tokio::spawn({
        let dispatcher = Arc::clone(&dispatcher);
        async move { dispatcher.apply("puppet", call()).await }
    });
    while !first.is_finished() {
        dispatcher.stop();
        tokio::task::yield_now().await;
    }
    assert!(first.await.unwrap().diagnostics.is_empty());
    let second = dispatcher.apply("puppet", call());
    assert!(tokio::time::timeout(Duration::from_millis(50), second).await.is_err(), "the second was cancelled too");
}

#[tokio::test]
async fn an_apply_outlives_its_caller() {
    static DONE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    let puppet = Puppet {
        apply: |request| {
            DONE.store(true, std::sync::atomic::Ordering::SeqCst);
            ApplyResponse { state: request.planned, ..ApplyResponse::default() }
        },
        ..Puppet::default()
    };
    let dispatcher = Dispatcher::new(Arc::new(puppet));
    let waiting = wire(&object("wait", "1", Value::Null));
    let call =
        ApplyCall { prior: wire(&Value::Null), config: waiting.clone(), planned: waiting, ..ApplyCall::default() };
    let abandoned = tokio::time::timeout(Duration::from_millis(50), dispatcher.apply("puppet", call)).await;
    assert!(abandoned.is_err());
    dispatcher.stop();
    dispatcher.idle().await;
    assert!(DONE.load(std::sync::atomic::Ordering::SeqCst));
}

#[test]
fn a_schema_that_the_cli_would_refuse_is_told() {
    let block = Block::default()
        .with(Attribute::new("Name", Type::String).required())
        .with(Attribute::new("a", Type::String))
        .with(Attribute::new("a", Type::String).required().optional());
    assert_eq!(block.problems().len(), 4, "{:?}", block.problems());
}
