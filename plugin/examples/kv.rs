//! Entries of a key-value file: a small provider, whole.
//!
//! Its plans follow from the schema alone: see `Resource::plan`. `cargo build -p tf-plugin --example kv`.

use std::{
    collections::BTreeMap,
    fs, io,
    process::ExitCode,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value as Json, json};
use tf_plugin::{
    ApplyRequest, ApplyResponse, Attr, ConfigureRequest, DataRequest, DataResponse, DataSource, Diagnostics,
    IdentitySchema, ImportRequest, ImportResponse, Model, Options, Provider, ReadRequest, ReadResponse, Resource,
    Schema, Value, async_trait, serve,
};

/// Entries of a key-value file.
#[derive(Model)]
struct Config {
    /// The file, in JSON. It is made with the first entry.
    #[attr(required)]
    file: Attr<String>,
}

/// An entry.
#[derive(Model)]
struct Entry {
    /// What it is found by. Another key is another entry.
    #[attr(required, requires_replace)]
    key: Attr<String>,
    /// What it holds. Default: nothing.
    #[attr(default = "")]
    value: Attr<String>,
    /// How often it has been written.
    #[attr(computed)]
    revision: Attr<u64>,
    /// `entry:` and the key.
    #[attr(computed, use_state_for_unknown)]
    id: Attr<String>,
}

/// What tells an entry from all others of the file.
#[derive(Model)]
struct EntryIdentity {
    #[attr(required)]
    key: Attr<String>,
}

/// The file, one change at a time. Empty before the provider is configured.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<String>>);

impl Store {
    fn path(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load(path: &str) -> io::Result<BTreeMap<String, Json>> {
        match fs::read(path) {
            Ok(text) => Ok(serde_json::from_slice::<Json>(&text)?
                .as_object()
                .cloned()
                .unwrap_or_default()
                .into_iter()
                .collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
    }

    fn get(&self, key: &str) -> io::Result<Option<Entry>> {
        let entries = Self::load(&self.path())?;
        Ok(entries.get(key).map(|entry| Entry {
            key: key.into(),
            value: entry["value"].as_str().unwrap_or_default().into(),
            revision: entry["revision"].as_u64().unwrap_or_default().into(),
            id: format!("entry:{key}").into(),
        }))
    }

    /// Writes the entry, or removes it.
    fn set(&self, key: &str, value: Option<&str>) -> io::Result<()> {
        let path = self.path();
        let mut entries = Self::load(&path)?;
        let before = entries.remove(key).and_then(|entry| entry["revision"].as_u64()).unwrap_or_default();
        if let Some(value) = value {
            entries.insert(key.to_owned(), json!({ "value": value, "revision": before + 1 }));
        }
        fs::write(&*path, serde_json::to_vec_pretty(&entries)?)
    }
}

fn key(value: &Value) -> &str {
    value.get("key").as_str().unwrap_or_default()
}

fn failed(error: &io::Error) -> Diagnostics {
    Diagnostics::failure("The key-value file cannot be used", error.to_string())
}

struct Entries(Store);

#[async_trait]
impl Resource for Entries {
    fn schema(&self) -> Schema {
        Schema::new(0, Entry::block())
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::of::<EntryIdentity>(0))
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        match self.0.get(key(&request.state)) {
            Ok(entry) => {
                ReadResponse { state: entry.map(|entry| entry.to_value()).unwrap_or_default(), ..Default::default() }
            }
            Err(error) => failed(&error).into(),
        }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        let key = if request.planned.is_null() { key(&request.prior) } else { key(&request.planned) };
        let outcome = self.0.set(key, request.planned.get("value").as_str()).and_then(|()| self.0.get(key));
        match outcome {
            Ok(entry) => {
                ApplyResponse { state: entry.map(|entry| entry.to_value()).unwrap_or_default(), ..Default::default() }
            }
            Err(error) => failed(&error).into(),
        }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        ImportResponse::pass_through(&Resource::schema(self), "key", &request)
    }
}

#[async_trait]
impl DataSource for Entries {
    fn schema(&self) -> Schema {
        let mut block = Entry::block();
        for attribute in block.attributes.iter_mut().filter(|attribute| attribute.name != "key") {
            (attribute.optional, attribute.default, attribute.use_state_for_unknown) = (false, None, false);
        }
        Schema::new(0, block)
    }

    async fn read(&self, request: DataRequest) -> DataResponse {
        match self.0.get(key(&request.config)) {
            Ok(Some(entry)) => DataResponse { state: entry.to_value(), ..Default::default() },
            Ok(None) => Diagnostics::failure("There is no such entry", "The file has no entry of this key.").into(),
            Err(error) => failed(&error).into(),
        }
    }
}

#[derive(Default)]
struct KeyValue(Store);

#[async_trait]
impl Provider for KeyValue {
    fn schema(&self) -> Schema {
        Schema::new(0, Config::block())
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        let entries: Arc<dyn Resource> = Arc::new(Entries(self.0.clone()));
        [("kv_entry", entries)].into()
    }

    fn data_sources(&self) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
        let entries: Arc<dyn DataSource> = Arc::new(Entries(self.0.clone()));
        [("kv_entry", entries)].into()
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        match Config::read(&request.config) {
            Ok(config) => {
                *self.0.path() = config.file.unwrap_or_default();
                Diagnostics::new()
            }
            Err(diagnostics) => diagnostics,
        }
    }
}

fn main() -> ExitCode {
    serve(
        KeyValue::default(),
        &Options {
            version: env!("CARGO_PKG_VERSION"),
            about: "Entries of a key-value file, a plugin for Terraform and OpenTofu. It is not run by hand.",
            addresses: &["example.com/tf-plugin/kv"],
            protocol_variable: Some("KV_PROTOCOL"),
            ..Options::default()
        },
    )
}
