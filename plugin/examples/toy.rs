//! A whole provider in one file. Its cloud is a directory, and a thing is a file in it.
//!
//! `cargo build -p tf-plugin --example toy`; the acceptance tests run it under the real CLIs.

use std::{
    collections::BTreeMap,
    fs, io,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tf_plugin::{
    ApplyRequest, ApplyResponse, Attr, Block, ConfigureRequest, Diagnostics, ImportRequest, ImportResponse, Model,
    Object, PlanRequest, PlanResponse, Provider, ReadRequest, ReadResponse, Resource, Schema, ValidateRequest, Value,
    async_trait, codec, serve,
};

/// Things in a directory.
#[derive(Clone, Model)]
struct Cloud {
    /// The directory that stands for the cloud.
    #[attr(required)]
    directory: Attr<String>,
}

/// A thing, with an attribute of every kind.
#[derive(Clone, Model)]
struct Thing {
    /// What the file is called.
    #[attr(required, replace, validate = file_name)]
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
    /// Makes the provider misbehave, for tests: `panic`, `wait`, `fail`.
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
    /// Tried one after the other.
    #[block]
    rule: Attr<Vec<Rule>>,
}

#[derive(Clone, Model)]
struct Door {
    #[attr(default = 80)]
    port: Attr<u16>,
    #[attr(required)]
    path: Attr<String>,
}

#[derive(Clone, Model)]
struct Route {
    #[attr(optional)]
    cache: Attr<String>,
    #[attr(default = true)]
    open: Attr<bool>,
}

#[derive(Clone, Model)]
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

/// The directory, once configured.
type Directory = Arc<Mutex<Option<PathBuf>>>;

struct Toy {
    directory: Directory,
}

#[async_trait]
impl Provider for Toy {
    fn schema(&self) -> Schema {
        Schema::new(0, Cloud::block())
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        let things: Arc<dyn Resource> = Arc::new(Things { directory: Arc::clone(&self.directory) });
        [("toy_thing", things)].into()
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        match Cloud::read(&request.config) {
            Ok(cloud) => {
                let directory = cloud.directory.into_known().map(PathBuf::from);
                *self.directory.lock().unwrap_or_else(PoisonError::into_inner) = directory;
                Diagnostics::new()
            }
            Err(diagnostics) => diagnostics,
        }
    }
}

struct Things {
    directory: Directory,
}

impl Things {
    fn file(&self, name: &str) -> io::Result<PathBuf> {
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = directory.as_ref().ok_or_else(|| io::Error::other("the provider is not configured"))?;
        Ok(directory.join(name))
    }

    fn load(&self, name: &str) -> io::Result<Option<Value>> {
        match fs::read(self.file(name)?) {
            Ok(text) => codec::json::decode(&text, &schema().implied_type()).map(Some).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn store(&self, name: &str, thing: &Value) -> io::Result<()> {
        let text = codec::json::encode(thing, &schema().implied_type()).map_err(io::Error::other)?;
        fs::write(self.file(name)?, text)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.file(name)?)
    }
}

fn schema() -> Block {
    Thing::block()
}

#[async_trait]
impl Resource for Things {
    fn schema(&self) -> Schema {
        Schema::new(0, schema())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let thing = Thing::from_value(&request.config, &tf_plugin::Path::root(), &mut diagnostics);
        thing.validate(&tf_plugin::Path::root(), &mut diagnostics);
        diagnostics
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        let mut diagnostics = Diagnostics::new();
        let state = self.load(request.state.get("name").as_str().unwrap_or_default()).unwrap_or_else(|error| {
            diagnostics.error("The thing cannot be read", error.to_string());
            None
        });
        ReadResponse { state: state.unwrap_or_default(), private: request.private, diagnostics }
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        let private = request.prior_private;
        if request.proposed.is_null() {
            return PlanResponse { private, ..PlanResponse::default() };
        }
        let mut diagnostics = Diagnostics::new();
        let root = tf_plugin::Path::root();
        let config = Thing::from_value(&request.config, &root, &mut diagnostics);
        if config.mode == Attr::from("panic") {
            panic!("the toy was told to panic");
        }
        let mut thing = config.clone();
        thing.apply_defaults();
        // A thing keeps its name, and with it what is computed from it.
        thing.id = thing.name.clone().map(|name| format!("thing-{name}"));
        thing.r#ref = Attr::Known(Ref { id: thing.id.clone(), deliver: Attr::Null });
        PlanResponse { planned: thing.to_value(), private, requires_replace: None, diagnostics }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        let mut response = ApplyResponse { private: request.planned_private, ..ApplyResponse::default() };
        let name = |value: &Value| value.get("name").as_str().unwrap_or_default().to_owned();
        let outcome = if request.planned.is_null() {
            self.remove(&name(&request.prior))
        } else {
            response.state = request.planned.clone();
            self.store(&name(&request.planned), &request.planned)
        };
        if let Err(error) = outcome {
            response.diagnostics.error("The file cannot be written", error.to_string());
        }
        match request.planned.get("mode").as_str() {
            Some("fail") => response.diagnostics.error("The toy was told to fail", "The file exists all the same."),
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
        let mut response = ImportResponse::default();
        match self.load(request.id.strip_prefix("thing-").unwrap_or(&request.id)) {
            Ok(state) => response.state = state.unwrap_or_default(),
            Err(error) => response.diagnostics.error("The thing cannot be read", error.to_string()),
        }
        response
    }
}

fn main() -> ExitCode {
    serve(
        Toy { directory: Directory::default() },
        &tf_plugin::Options {
            version: env!("CARGO_PKG_VERSION"),
            about: "The toy provider of tf-plugin, a plugin for Terraform and OpenTofu. \
                    It is not run by hand: name its directory in `dev_overrides` of the CLI's configuration.",
            addresses: &["example.com/tf-plugin/toy"],
            protocol_variable: Some("TOY_PROTOCOL"),
            log_targets: &["toy"],
        },
    )
}
