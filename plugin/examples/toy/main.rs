//! A whole provider, with one of everything. Its cloud is a directory, and a thing is a file in it.
//!
//! `cargo build -p tf-plugin --example toy`; the acceptance tests run it under the real CLIs and a foreign client.

mod cloud;
mod data;
mod functions;
mod key;
mod list;
mod paint;
mod thing;

use std::{collections::BTreeMap, process::ExitCode, sync::Arc};

use tf_plugin::{
    Action, Attr, ConfigureRequest, DataSource, Diagnostics, EphemeralResource, Function, ListResource, Model,
    Provider, Resource, Schema, async_trait, serve,
};

use cloud::Cloud;

/// Things in a directory.
#[derive(Clone, Model)]
struct Config {
    /// The directory that stands for the cloud.
    #[attr(required)]
    directory: Attr<String>,
}

#[derive(Default)]
struct Toy {
    cloud: Cloud,
}

#[async_trait]
impl Provider for Toy {
    fn schema(&self) -> Schema {
        Schema::new(0, Config::block())
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        let things: Arc<dyn Resource> = Arc::new(thing::Things { cloud: self.cloud.clone() });
        [("toy_thing", things)].into()
    }

    fn data_sources(&self) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
        let things: Arc<dyn DataSource> = Arc::new(data::Things { cloud: self.cloud.clone() });
        [("toy_thing", things)].into()
    }

    fn ephemeral_resources(&self) -> BTreeMap<&'static str, Arc<dyn EphemeralResource>> {
        let keys: Arc<dyn EphemeralResource> = Arc::new(key::Keys { cloud: self.cloud.clone() });
        [("toy_key", keys)].into()
    }

    fn functions(&self) -> BTreeMap<&'static str, Function> {
        functions::all()
    }

    fn list_resources(&self) -> BTreeMap<&'static str, Arc<dyn ListResource>> {
        let things: Arc<dyn ListResource> = Arc::new(list::Things { cloud: self.cloud.clone() });
        [("toy_thing", things)].into()
    }

    fn actions(&self) -> BTreeMap<&'static str, Arc<dyn Action>> {
        let paint: Arc<dyn Action> = Arc::new(paint::Paint { cloud: self.cloud.clone() });
        [("toy_paint", paint)].into()
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        match Config::read(&request.config) {
            Ok(config) => {
                self.cloud.open(config.directory.into_known());
                Diagnostics::new()
            }
            Err(diagnostics) => diagnostics,
        }
    }
}

fn main() -> ExitCode {
    serve(
        Toy::default(),
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
