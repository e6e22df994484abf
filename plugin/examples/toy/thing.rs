//! The resource `toy_thing`.

use std::{collections::BTreeMap, io, time::Duration};

use tf_plugin::{
    ApplyRequest, ApplyResponse, Attr, Block, Diagnostics, IdentitySchema, ImportRequest, ImportResponse,
    ImportedResource, Model, MoveRequest, MoveResponse, Object, Path, PlanRequest, PlanResponse, ReadRequest,
    ReadResponse, Resource, Schema, StateUpgrader, Type, ValidateRequest, Value, async_trait,
};

use crate::cloud::Cloud;

/// A thing, with an attribute of every kind.
#[derive(Clone, Default, Model)]
pub struct Thing {
    /// What the file is called.
    #[attr(required, requires_replace, validate = file_name)]
    name: Attr<String>,
    /// How much it holds.
    #[attr(default = 1, validate = not_zero)]
    size: Attr<u32>,
    /// What it costs, to the last digit.
    #[attr(optional)]
    price: Attr<tf_plugin::Number>,
    #[attr(default = "blue", one_of("blue", "red"))]
    colour: Attr<String>,
    #[attr(optional)]
    lines: Attr<Vec<String>>,
    #[attr(optional)]
    labels: Attr<BTreeMap<String, Attr<String>>>,
    /// What other things offer under `ref`.
    #[attr(optional)]
    refs: Attr<BTreeMap<String, Ref>>,
    #[attr(optional, sensitive)]
    secret: Attr<String>,
    /// Seen while applying, and kept nowhere.
    #[attr(optional, write_only)]
    password_wo: Attr<String>,
    /// Makes the provider misbehave, for tests: `panic`, `wait`, `slow`, `fail`; or `remember` its first plan.
    #[attr(optional)]
    mode: Attr<String>,
    #[attr(computed)]
    id: Attr<String>,
    #[attr(computed)]
    r#ref: Attr<Ref>,
    /// Where it may be reached.
    #[block]
    door: Attr<Door>,
    /// Ways by which requests come in, each named by what it matches.
    #[block]
    route: Attr<BTreeMap<String, Route>>,
    /// Ways in, each identified by its host and path, in any order.
    #[block]
    gate: Attr<Vec<Gate>>,
    /// Tried one after the other.
    #[block]
    rule: Attr<Vec<Rule>>,
}

#[derive(Clone, Default, Model)]
struct Door {
    #[attr(default = 80)]
    port: Attr<u16>,
    #[attr(required)]
    path: Attr<String>,
}

#[derive(Clone, Default, Model)]
struct Route {
    #[attr(optional)]
    cache: Attr<String>,
    #[attr(default = true)]
    open: Attr<bool>,
}

#[derive(Clone, Default, Model)]
struct Gate {
    #[attr(required, key)]
    host: Attr<String>,
    #[attr(default = "/*", key)]
    path: Attr<String>,
    #[attr(optional)]
    note: Attr<String>,
    /// Tells where it stood when it was made.
    #[attr(computed, use_state_for_unknown)]
    id: Attr<String>,
}

#[derive(Clone, Default, Model)]
struct Rule {
    #[attr(required)]
    action: Attr<String>,
    #[attr(default = 10)]
    weight: Attr<i64>,
}

/// How things refer to one another.
#[derive(Clone, Object)]
struct Ref {
    id: Attr<String>,
    #[attr(optional)]
    deliver: Attr<String>,
}

fn file_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['/', '.']) {
        return Err("It names a file: neither dots nor slashes, and not empty.".to_owned());
    }
    Ok(())
}

fn not_zero(size: &u32) -> Result<(), &'static str> {
    if *size == 0 { Err("It must be at least 1.") } else { Ok(()) }
}

/// The planned thing, with ids for the gates that have none yet.
fn with_gates_made(planned: &Value) -> Value {
    let Ok(mut thing) = Thing::read(planned) else { return planned.clone() };
    for (index, gate) in thing.gate.known_mut().into_iter().flatten().enumerate() {
        if gate.id.is_unknown() {
            gate.id = format!("made-{index}").into();
        }
    }
    thing.to_value()
}

/// What tells a thing from all others.
#[derive(Clone, Model)]
struct ThingIdentity {
    /// What the file is called.
    #[attr(required)]
    name: Attr<String>,
    /// The cloud that it is in.
    #[attr(optional)]
    directory: Attr<String>,
}

/// A thing as version 0 had it.
#[derive(Clone, Model)]
struct OldThing {
    #[attr(required)]
    title: Attr<String>,
    #[attr(optional)]
    size: Attr<u32>,
}

pub struct Things {
    pub cloud: Cloud,
}

/// The schema of a thing, which is also how it is stored.
pub fn block() -> Block {
    Thing::block()
}

#[async_trait]
impl Resource for Things {
    fn schema(&self) -> Schema {
        Schema::new(1, block())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let thing = Thing::from_value(&request.config, &Path::root(), &mut diagnostics);
        thing.validate(&Path::root(), &mut diagnostics);
        diagnostics
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::of::<ThingIdentity>(1))
    }

    fn identify(&self, state: &Value) -> Value {
        Value::object([("name", state.get("name").clone()), ("directory", self.cloud.name())])
    }

    fn upgraders(&self) -> Vec<StateUpgrader> {
        let renamed = |old: OldThing| Thing { name: old.title, size: old.size, ..Thing::default() };
        vec![StateUpgrader::between(0, renamed)]
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        let mut diagnostics = Diagnostics::new();
        let state = self.cloud.load(request.state.get("name").as_str().unwrap_or_default()).unwrap_or_else(|error| {
            diagnostics.error("The thing cannot be read", error.to_string());
            None
        });
        ReadResponse { state: state.unwrap_or_default(), private: request.private, diagnostics }
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        let mut private = request.prior_private;
        if !request.planned_private.is_empty() {
            self.cloud.note(&format!("planned again, after {}", String::from_utf8_lossy(&request.planned_private)));
        }
        if request.proposed.is_null() {
            return PlanResponse { private, ..PlanResponse::default() };
        }
        let mut diagnostics = Diagnostics::new();
        let root = Path::root();
        let config = Thing::from_value(&request.config, &root, &mut diagnostics);
        if config.mode == Attr::from("panic") {
            panic!("the toy was told to panic");
        }
        if config.mode == Attr::from("remember") {
            private = b"the first plan".to_vec();
        }
        let mut thing = config.clone();
        thing.apply_defaults();
        // A thing keeps its name, and with it what is computed from it.
        thing.id = thing.name.clone().map(|name| format!("thing-{name}"));
        thing.r#ref = Attr::Known(Ref { id: thing.id.clone(), deliver: Attr::Null });
        // Those that are there already keep theirs.
        thing.gate.known_mut().into_iter().flatten().for_each(|gate| gate.id = Attr::Unknown);
        PlanResponse { planned: thing.to_value(), private, requires_replace: None, diagnostics }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        let mut response = ApplyResponse { private: request.planned_private, ..ApplyResponse::default() };
        let name = |value: &Value| value.get("name").as_str().unwrap_or_default().to_owned();
        let outcome = if request.planned.is_null() {
            self.cloud.remove(&name(&request.prior))
        } else {
            response.state = with_gates_made(&request.planned);
            self.cloud.store(&name(&request.planned), &response.state)
        };
        if let Err(error) = outcome {
            response.diagnostics.error("The file cannot be written", error.to_string());
        }
        if let Some(password) = request.config.get("password_wo").as_str() {
            self.cloud.note(&format!("a password of {} letters", password.len()));
        }
        match request.planned.get("mode").as_str() {
            Some("fail") => response.diagnostics.error("The toy was told to fail", "The file exists all the same."),
            Some("slow") => tokio::time::sleep(Duration::from_secs(3)).await,
            Some("wait") => {
                tokio::select! {
                    () = request.cx.cancel.cancelled() => {
                        response.diagnostics.error("Interrupted", "The file exists; the next apply goes on.");
                    }
                    () = tokio::time::sleep(Duration::from_secs(60)) => {}
                }
            }
            _ => {}
        }
        response
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        let given = &request.identity;
        let directory = given.get("directory");
        if !directory.is_null() && *directory != self.cloud.name() {
            let detail =
                format!("The provider is configured for {}, and the identity names {directory}.", self.cloud.name());
            return Diagnostics::failure("The thing is in another cloud", detail).into();
        }
        // `thing-a+b` is the thing `a`, and with it `b`.
        let mut names = request.id.strip_prefix("thing-").unwrap_or(&request.id).split('+');
        let asked = given.get("name").as_str().or(names.next()).unwrap_or_default();
        let load = |name: &str| self.cloud.load(name).map(Option::unwrap_or_default);
        let other = |name| {
            Ok(ImportedResource {
                type_name: "toy_thing".to_owned(),
                state: load(name)?,
                ..ImportedResource::default()
            })
        };
        match (load(asked), names.map(other).collect::<io::Result<_>>()) {
            (Ok(state), Ok(others)) => ImportResponse { state, others, ..ImportResponse::default() },
            (Err(error), _) | (_, Err(error)) => {
                Diagnostics::failure("The thing cannot be read", error.to_string()).into()
            }
        }
    }

    async fn move_state(&self, request: MoveRequest) -> MoveResponse {
        if !request.is_from("builtin/terraform", "terraform_data") {
            let detail = "A toy_thing takes over the state of a terraform_data, whose input is the name.";
            return Diagnostics::failure(format!("A {} is not taken over", request.source_type), detail).into();
        }
        match request.source(&Type::object([("input", Type::Dynamic)])) {
            Ok(source) => match source.get("input") {
                Value::Dynamic(input) => MoveResponse::partial(&self.schema(), [("name", input.1.clone())]),
                _ => Diagnostics::failure("The terraform_data has no input", "It becomes the name.").into(),
            },
            Err(diagnostics) => diagnostics.into(),
        }
    }
}
