//! A provider as one run of the CLI meets it: what it offers beside resources.
//!
//! ```text
//! let session = Session::of(Toy::default(), json!({ "directory": "/tmp" })).await;
//! assert_eq!(session.call("repeat", &[json!("a"), json!(2)]).await, Ok("aa".into()));
//! let key = session.open("toy_key", json!({ "name": "a" })).await.ok();
//! ```

use std::{sync::Arc, time::SystemTime};

use futures::StreamExt;
use serde_json::Value as Json;

use super::{Outcome, config, wire};
use crate::{
    Diagnostics, Path, Provider, Schema, Value, codec,
    dispatch::{Dispatcher, ListCall, Wire},
    provider::Told,
};

/// A configured provider.
pub struct Session {
    dispatcher: Arc<Dispatcher>,
}

/// An ephemeral resource that is open.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The configuration with the computed attributes filled in; null after an error.
    pub result: Value,
    /// What renew and close are given.
    pub private: Vec<u8>,
    /// When the CLI would renew it; `None` for never.
    pub renew_at: Option<SystemTime>,
    /// What validating and opening it told, or its last renewal.
    pub diagnostics: Diagnostics,
}

/// A listed object.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Null where an error came in place of an object.
    pub identity: Value,
    /// What the CLI would print for it.
    pub display_name: String,
    /// Null unless it was asked for.
    pub object: Value,
    /// What was told about this one. An error ends the list.
    pub diagnostics: Diagnostics,
}

/// What an action said while it ran, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Invoked {
    /// The lines that the user saw, in their order.
    pub progress: Vec<String>,
    /// What it completed with; errors if it failed.
    pub diagnostics: Diagnostics,
}

impl Session {
    /// Validates the configuration and configures the provider, both of which must succeed.
    pub async fn of(provider: impl Provider, provider_config: Json) -> Self {
        let dispatcher = Dispatcher::new(Arc::new(provider));
        let problems = dispatcher.schema_problems();
        assert!(problems.is_empty(), "{problems}");
        let schema = dispatcher.provider_schema();
        let given = wire(&config::value(&schema.block, &provider_config), &schema.ty());
        let mut diagnostics = dispatcher.validate_provider(given.clone()).await;
        diagnostics.extend(dispatcher.configure(given, "1.0.0".to_owned()).await);
        assert!(!diagnostics.has_errors(), "the provider's configuration was refused:\n{diagnostics}");
        Self { dispatcher }
    }

    /// Calls a function; numbers, texts and so on as HCL has them, [`unknown`](super::unknown) where nothing is known.
    /// An error says which argument it blames.
    pub async fn call(&self, name: &str, arguments: &[Json]) -> Result<Value, (String, Option<usize>)> {
        let function = self.dispatcher.functions().find(|(offered, _)| *offered == name);
        let (_, function) = function.unwrap_or_else(|| panic!("the provider offers no function {name}"));
        let typed = |(index, json): (usize, &Json)| match function.signature.parameter(index) {
            Some(parameter) => wire(&config::typed(&parameter.ty, json, &Path::from(&*parameter.name)), &parameter.ty),
            None => Wire::default(),
        };
        let arguments = arguments.iter().enumerate().map(typed).collect();
        let answer = self.dispatcher.call(name, arguments).await;
        match (answer.result, answer.error) {
            (Some(bytes), None) => Ok(codec::from_msgpack(&bytes, &function.returns)
                .unwrap_or_else(|error| panic!("a result cannot be read: {error}"))),
            (_, Some(error)) => Err(error),
            (None, None) => panic!("{name} answered neither a result nor an error"),
        }
    }

    /// Validates and reads a data source.
    pub async fn read_data(&self, name: &str, given: Json) -> Outcome {
        let schema = found(self.dispatcher.data_source_schemas(), name);
        let given = configured(&schema, &given);
        let mut diagnostics = self.dispatcher.validate_data(name, given.clone()).await;
        let mut state = Value::Null;
        if !diagnostics.has_errors() {
            let answer = self.dispatcher.read_data(name, given).await;
            diagnostics.extend(answer.diagnostics);
            state = decoded(&schema, answer.value);
        }
        Outcome { state, action: None, diagnostics }
    }

    /// Validates and opens an ephemeral resource.
    pub async fn open(&self, name: &str, given: Json) -> Opened {
        let schema = found(self.dispatcher.ephemeral_schemas(), name);
        let given = configured(&schema, &given);
        let mut diagnostics = self.dispatcher.validate_ephemeral(name, given.clone()).await;
        if diagnostics.has_errors() {
            return Opened { result: Value::Null, private: Vec::new(), renew_at: None, diagnostics };
        }
        let answer = self.dispatcher.open(name, given).await;
        diagnostics.extend(answer.diagnostics);
        let result = decoded(&schema, answer.result);
        Opened { result, private: answer.private, renew_at: answer.renew_at, diagnostics }
    }

    /// Renews what is open, whether it is time or not.
    pub async fn renew(&self, name: &str, opened: &mut Opened) {
        let answer = self.dispatcher.renew(name, std::mem::take(&mut opened.private)).await;
        (opened.private, opened.renew_at) = (answer.private, answer.renew_at);
        opened.diagnostics = answer.diagnostics;
    }

    /// Closes it, as the CLI does at the end of the phase.
    pub async fn close(&self, name: &str, opened: Opened) -> Diagnostics {
        self.dispatcher.close(name, opened.private).await
    }

    /// Lists identities, or whole objects; all of them, or so many. Ends where Terraform would: at an error.
    pub async fn list(&self, name: &str, given: Json, include_resource: bool, limit: Option<u32>) -> Vec<Listed> {
        let config = configured(&found(self.dispatcher.list_schemas(), name), &given);
        let object = found(self.dispatcher.resource_schemas(), name);
        let identity = self.dispatcher.identity_schemas().find(|(offered, _)| *offered == name);
        let identity = identity.map(|(_, schema)| schema.ty()).unwrap_or_else(|| panic!("{name} has no identity"));
        let limit = limit.map_or(0, i64::from);
        let events = self.dispatcher.list(ListCall { name: name.to_owned(), config, include_resource, limit });
        let mut events = std::pin::pin!(events);
        let mut listed = Vec::new();
        while let Some(event) = events.next().await {
            let failed = event.diagnostics.has_errors();
            let read = |bytes: Vec<u8>| {
                codec::from_msgpack(&bytes, &identity)
                    .unwrap_or_else(|error| panic!("an identity cannot be read: {error}"))
            };
            listed.push(Listed {
                identity: event.identity.map(read).unwrap_or_default(),
                display_name: event.display_name,
                object: decoded(&object, event.object),
                diagnostics: event.diagnostics,
            });
            if failed {
                break;
            }
        }
        listed
    }

    /// Validates and plans an action.
    pub async fn plan_action(&self, name: &str, given: Json) -> Diagnostics {
        let given = configured(&found(self.dispatcher.action_schemas(), name), &given);
        let mut diagnostics = self.dispatcher.validate_action(name, given.clone()).await;
        if !diagnostics.has_errors() {
            diagnostics.extend(self.dispatcher.plan_action(name, given).await);
        }
        diagnostics
    }

    /// Invokes an action and waits for its end.
    pub async fn invoke(&self, name: &str, given: Json) -> Invoked {
        let given = configured(&found(self.dispatcher.action_schemas(), name), &given);
        let mut told = std::pin::pin!(self.dispatcher.invoke(name, given));
        let mut progress = Vec::new();
        while let Some(told) = told.next().await {
            match told {
                Told::Progress(message) => progress.push(message),
                Told::Completed(diagnostics) => return Invoked { progress, diagnostics },
            }
        }
        panic!("the action {name} never completed")
    }

    /// The user interrupts: what runs is cancelled.
    pub fn stop(&self) {
        self.dispatcher.stop();
    }
}

impl Opened {
    /// The result, of something that must have been opened.
    #[track_caller]
    pub fn ok(&self) -> &Value {
        assert!(!self.diagnostics.has_errors(), "it failed:\n{}", self.diagnostics);
        &self.result
    }
}

fn found<'a>(mut schemas: impl Iterator<Item = (&'a str, &'a Schema)>, name: &str) -> Schema {
    let schema = schemas.find(|(offered, _)| *offered == name);
    schema.unwrap_or_else(|| panic!("the provider offers no {name}")).1.clone()
}

fn configured(schema: &Schema, given: &Json) -> Wire {
    wire(&config::value(&schema.block, given), &schema.ty())
}

fn decoded(schema: &Schema, bytes: Option<Vec<u8>>) -> Value {
    let read = |bytes: Vec<u8>| {
        codec::from_msgpack(&bytes, &schema.ty()).unwrap_or_else(|error| panic!("an answer cannot be read: {error}"))
    };
    bytes.map(read).unwrap_or_default()
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
